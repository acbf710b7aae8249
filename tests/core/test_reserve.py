"""The last slot of a cap belongs to the mandatory, dated contact, not to the courtesy."""

import pytest
from msgspec.structs import replace

from dispatcher.core.caps import Asked
from dispatcher.core.policy import Policy, parse
from dispatcher.core.reserve import reserved
from dispatcher.core.turn import turn_of
from schemas.inbox import HoldPlaced
from schemas.state import Contact
from tests.core.builders import (
    CUSTOMER,
    DAY,
    LIVE,
    MINUTE,
    at,
    due,
    known,
    overdue,
    paid,
    policy,
    stage_text,
    with_stages,
)

ONE_A_WEEK = (("max = 3", "max = 1"), ("min_gap_hours = 20", "min_gap_hours = 0"))
RESERVING = (*ONE_A_WEEK, ("min_gap_hours = 0", "min_gap_hours = 0\nreserve_for_mandatory = true"))


def courtesy_before_a_notice(rules):
    """On 20 March a reminder is due for a new invoice, and four days later the notice about an old one."""
    story = known(rules, "2026-03-20 10:00")
    story.hear(overdue("I-old", "2026-03-10", creditor_id="acme"))
    story.customer = replace(story.customer, contacts=(), attempts={})  # as if it had been long ago
    story.claims.clear()
    story.hear(due("I-new", "2026-03-20"))
    return story


def test_a_courtesy_leaves_the_slot_to_the_notice_that_will_need_it():
    story = courtesy_before_a_notice(policy(*RESERVING))
    record = story.records[-1]
    assert (record.result, record.reasons[0].code, record.next_at.isoformat()) == (
        "deferred",
        "reserved",
        "2026-03-24T07:00:00+00:00",
    )


def test_the_reason_names_the_cap_and_the_stage():
    story = courtesy_before_a_notice(policy(*RESERVING))
    reason = story.records[-1].reasons[0]
    assert (reason.rule, reason.inputs) == (
        "reserve_for_mandatory",
        {"cap": "caps.total_week", "most": 1, "stage": "notice"},
    )


def test_the_notice_then_goes_on_its_day():
    story = courtesy_before_a_notice(policy(*RESERVING)).until("2026-03-24 12:00")
    assert [(claim.stage.id, claim.claimed_at) for claim in story.claims][:1] == [("notice", 1774335600000)]


def test_without_the_rule_the_courtesy_is_served_first():
    story = courtesy_before_a_notice(policy(*ONE_A_WEEK))
    assert [claim.stage.id for claim in story.claims] == ["today"]


def test_of_two_creditors_in_one_turn_the_mandatory_contact_goes_before_the_more_severe():
    rules = policy(*ONE_A_WEEK, ('[windows.call_task]\nweekday = ["09:00', '[windows.call_task]\nweekday = ["07:00'))
    story = known(rules, "2026-03-11 10:00")
    story.hear(overdue("I-call", "2026-03-10"))
    story.until("2026-03-27 10:00").hear(overdue("I-notice", "2026-03-26", creditor_id="acme"))
    story.until("2026-04-09 06:30")
    assert [claim.stage.id for claim in story.claims] == ["first", "notice", "first", "notice"]


def test_a_slot_that_is_not_the_last_is_kept_for_nobody():
    story = courtesy_before_a_notice(policy(*RESERVING[1:], ("max = 3", "max = 2")))
    assert [claim.stage.id for claim in story.claims] == ["today"]


def test_nothing_is_kept_for_the_notice_of_what_was_paid():
    story = courtesy_before_a_notice(policy(*RESERVING))
    story.hear(paid("I-old"))
    assert [claim.stage.id for claim in story.claims] == ["today"]


def test_nothing_is_kept_for_a_notice_that_could_not_be_made_anyway():
    """The other creditor has had its contact of these days: a slot left free would serve nobody."""
    one_in_nine_days = ("max = 3", "max = 1"), ('window = "7d"', 'window = "9d"\nscope = "creditor"')
    story = known(policy(*one_in_nine_days, *RESERVING[1:]), "2026-03-20 10:00")
    story.hear(overdue("I-old", "2026-03-10", creditor_id="acme"))
    earlier = Contact("ct-1.1", story.now - 2 * DAY, "email", "first", "acme", ("I-old",))
    story.customer = replace(story.customer, contacts=(earlier,))
    story.hear(due("I-new", "2026-03-20"))
    assert [claim.stage.id for claim in story.claims] == ["today"]


NOTICE_AT = at("2026-03-24 07:00")  # eight o'clock in Berlin, two weeks after the due date


def kept(when, rules=None, asked=("sms", "p"), tier="standard", more=()):
    """Whether a slot is kept if a courtesy is sent at `when` to a customer with one overdue invoice."""
    rules = rules or policy(*RESERVING)
    story = known(rules, "2026-03-11 10:00")
    story.hear(overdue("I-1", "2026-03-10"), *more)
    turn = turn_of(CUSTOMER, replace(story.customer, contacts=(), attempts={}), rules, when, LIVE)
    turn.begin()
    channel, point = asked
    return reserved(turn, rules.caps, Asked(channel, "default", ("I-2",), point), tier, when)


@pytest.mark.parametrize(("minutes", "expected"), [(-1, True), (0, False), (1, False), (60, False)])
def test_a_slot_is_kept_only_for_what_lies_ahead(minutes, expected):
    assert (kept(NOTICE_AT + minutes * MINUTE) is not None) is expected


def test_a_slot_is_kept_until_the_first_of_several_mandatory_contacts():
    rules = with_notices(stage_text("one", 14, "mandatory = true"), stage_text("two", 15, "mandatory = true"))
    assert [kept(NOTICE_AT - DAY, rules).stage, kept(NOTICE_AT - DAY, rules).until] == ["one", NOTICE_AT]


def with_notices(*stages):
    changes = (("max = 3", "max = 1"), ("default_tier", "reserve_for_mandatory = true\ndefault_tier"))
    found = parse(with_stages("".join(stages), *changes))
    assert isinstance(found, Policy), str(found)
    return found


def test_a_slot_is_kept_for_a_mandatory_stage_that_is_the_first_of_all():
    assert kept(NOTICE_AT - DAY, with_notices(stage_text("one", 14, "mandatory = true"))) is not None


@pytest.mark.parametrize(("party", "expected"), [("business", False), ("consumer", True)])
def test_no_slot_is_kept_for_a_stage_that_is_not_meant_for_the_invoice(party, expected):
    only = f'only = {{ party = "{party}" }}'
    rules = with_notices(stage_text("early", -3), stage_text("one", 14, "mandatory = true", only))
    assert (kept(NOTICE_AT - DAY, rules) is not None) is expected


PER_POINT = (*RESERVING, ('window = "7d"', 'window = "7d"\nscope = "point"'))


def test_a_slot_at_one_number_is_not_kept_for_a_mail():
    assert kept(NOTICE_AT - DAY, policy(*PER_POINT), asked=("sms", "p")) is None


def test_a_slot_at_an_address_is_kept_for_a_mail_to_it():
    assert kept(NOTICE_AT - DAY, policy(*PER_POINT), asked=("email", "p")) is not None


@pytest.mark.parametrize(("until", "expected"), [(-1, True), (0, True), (1, False), (None, False)])
def test_a_slot_is_kept_for_a_notice_if_nothing_stops_it_on_its_day(until, expected):
    hold = HoldPlaced("H-1", "invoice", "dispute", "I-1", None if until is None else NOTICE_AT + until)
    assert (kept(NOTICE_AT - DAY, more=(hold,)) is not None) is expected
