"""Caps and the minimum gap: one ledger for all channels."""

from dataclasses import replace as replaced

import pytest
from msgspec.structs import replace

from dispatcher.core.caps import Asked, gap_ends, limit, period
from dispatcher.core.draft import draft_of
from dispatcher.core.ledger import became, enter_report, horizon, remembered
from dispatcher.core.rules import Cap
from dispatcher.core.zones import place_of
from schemas.inbox import AttemptAccepted, ContactReported
from schemas.state import Contact, Customer
from tests.core.builders import DAY, HOUR, at, day, due, known, overdue, policy

BERLIN = place_of("Europe/Berlin", "DE", None)


def contact(when: str, channel="email", name="x.1") -> Contact:
    return Contact(name, at(when), channel, "first", "default", ("I-1",))


def ledger(*entries) -> tuple[Contact, ...]:
    return tuple(contact(*each) for each in entries)


def held(rules, contacts, channel, now, **about):
    """The cap that holds a contact back, asked about invoice I-1 of the default creditor."""
    asked = Asked(channel, about.get("creditor", "default"), about.get("debts", ("I-1",)), about.get("point", "p"))
    return limit(rules.caps, contacts, asked, BERLIN, now, about.get("under_way", ()))


def capped(window: str, most: int = 2, channels='["email", "sms", "call_task"]'):
    return policy(
        (
            'id = "total_week"\nmax = 3\nwindow = "7d"',
            f'id = "c"\nmax = {most}\nwindow = "{window}"\nchannels = {channels}',
        ),
        ('id = "sms_day"\nmax = 1', 'id = "sms_day"\nmax = 99'),
    )


TWO = ledger(("2026-03-09 10:00",), ("2026-03-11 10:00", "sms"))  # a Monday and a Wednesday

UNTIL = {
    "3d": "2026-03-12 10:00",
    "48h": None,
    "calendar_day": None,
    "calendar_week": "2026-03-15 23:00",  # midnight before the Monday after, in Berlin
    "calendar_month": "2026-03-31 22:00",  # the clocks were changed in between
}


@pytest.mark.parametrize("window", UNTIL)
def test_a_cap_allows_again_at_its_time(window):
    reached = held(capped(window), TWO, "email", at("2026-03-11 12:00"))
    assert (reached.until if reached else None) == (at(UNTIL[window]) if UNTIL[window] else None)


def test_what_lies_exactly_one_window_back_counts_no_more():
    rules = capped("24h", 1)
    found = [held(rules, TWO[:1], "sms", at("2026-03-10 10:00") + shift) for shift in (-1, 0)]
    assert (found[0].until, found[1]) == (at("2026-03-10 10:00"), None)


def test_a_cap_of_a_channel_counts_that_channel_alone():
    rules = capped("7d", 1, '["sms"]')
    now = at("2026-03-11 12:00")
    assert [held(rules, TWO, channel, now) is None for channel in ("sms", "email")] == [False, True]


def test_the_cap_that_holds_longest_is_the_reason():
    rules = policy(("max = 3", "max = 1"))
    assert held(rules, TWO[1:], "sms", at("2026-03-11 12:00")).rule == "caps.total_week"


def test_a_contact_that_lies_ahead_counts():
    rules = capped("24h", 1)
    assert held(rules, ledger(("2026-03-12 09:00",)), "email", at("2026-03-11 12:00")) is not None


PERIODS = [
    ("calendar_day", "2026-03-11", ("2026-03-11", "2026-03-12")),
    ("calendar_week", "2026-03-15", ("2026-03-09", "2026-03-16")),
    ("calendar_week", "2026-03-16", ("2026-03-16", "2026-03-23")),
    ("calendar_month", "2026-12-31", ("2026-12-01", "2027-01-01")),
    ("calendar_month", "2028-02-29", ("2028-02-01", "2028-03-01")),
]


@pytest.mark.parametrize(("kind", "date", "expected"), PERIODS)
def test_the_period_that_holds_a_day(kind, date, expected):
    cap = Cap("c", 1, kind, 0, frozenset())
    assert period(cap, day(date)) == tuple(day(each) for each in expected)


def test_the_gap_runs_from_the_last_contact_by_any_channel():
    assert gap_ends(20 * HOUR, TWO, None) == at("2026-03-12 06:00")


def test_a_contacts_own_earlier_attempt_is_no_other_contact():
    own = (*TWO, contact("2026-03-11 11:00", "sms", "ct-1.1"))
    assert gap_ends(20 * HOUR, own, "ct-1") == at("2026-03-12 06:00")


def test_the_ledger_forgets_what_no_rule_can_see():
    now = at("2026-03-11 12:00")
    assert remembered(TWO, now - DAY) == TWO[1:]


def test_the_ledger_stays_as_it_is_while_all_of_it_counts():
    assert remembered(TWO, at("2026-03-01 00:00")) is TWO


def test_a_contact_put_off_by_a_cap_is_put_off_to_an_hour_at_which_it_can_be_made():
    rules = policy(("min_gap_hours = 20", "min_gap_hours = 14"), ('id = "sms_day"\nmax = 1', 'id = "sms_day"\nmax = 9'))
    story = known(rules, "2026-03-10 16:00")
    story.hear(due())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(due("I-2"))
    record = story.records[-1]
    assert (record.reasons[0].code, record.next_at.isoformat()) == ("min_gap", "2026-03-11T07:00:00+00:00")


def test_the_ledger_of_a_long_life_stays_short():
    story = known(start="2026-03-01 10:00")
    for month in ("03", "04", "05", "06"):
        story.until(f"2026-{month}-12 10:00")
        story.hear(overdue(f"I-{month}", f"2026-{month}-10"))
    story.until("2026-07-30 10:00")
    since = story.claims[-1].claimed_at - 9 * DAY - HOUR
    assert all(each.at > since for each in story.customer.contacts)


def test_of_two_caps_that_hold_equally_long_the_first_of_the_policy_is_the_reason():
    twice = Cap("again", 2, "rolling", 7 * DAY, frozenset(("sms", "email")))
    asked = Asked("sms", "default", ("I-1",), "p")
    first = limit((replaced(twice, id="one", rule="caps.one"), twice), TWO, asked, BERLIN, at("2026-03-11 10:00"), ())
    assert (first.rule, first.until) == ("caps.one", at("2026-03-16 10:00"))


def test_a_contact_in_the_very_first_moment_of_a_calendar_day_is_one_of_that_day():
    midnight = ledger(("2026-03-10 23:00",), ("2026-03-11 10:00",))  # 23:00 in UTC is midnight in Berlin
    assert held(capped("calendar_day"), midnight, "email", at("2026-03-11 12:00")).count == 2


def test_the_ledger_reaches_two_days_further_back_than_the_longest_that_any_rule_looks():
    caps = [Cap(str(length), 1, "rolling", length * DAY, frozenset(("sms",))) for length in (3, 7, 1)]
    assert (horizon([HOUR], caps), horizon([9 * DAY], caps)) == (9 * DAY, 11 * DAY)


def test_what_lies_exactly_at_the_horizon_is_forgotten():
    since = at("2026-03-09 10:00")
    assert [remembered(TWO, since + shift) for shift in (-1, 0)] == [TWO, TWO[1:]]


def test_what_became_of_a_contact_later_than_the_horizon_is_remembered():
    late = (replace(TWO[0], became="conversation", became_at=at("2026-03-10 10:00")), TWO[1])
    since = at("2026-03-10 10:00")
    assert [remembered(late, since + shift) for shift in (-1, 0)] == [late, TWO[1:]]


@pytest.mark.parametrize(("what", "since"), [("refused", 0), ("reached", 5), ("conversation", 5)])
def test_what_became_of_one_entry_leaves_the_others_as_they_are(what, since):
    three = (
        contact("2026-03-09 10:00", name="a.1"),
        *ledger(("2026-03-10 10:00", "sms", "b.1"), ("2026-03-11 10:00",)),
    )
    draft = draft_of(Customer(contacts=three))
    became(draft, "a.1", what, 5)
    assert (draft.contacts, draft.changed) == ((replace(three[0], became=what, became_at=since), *three[1:]), True)


def entered(*reports, contacts=()):
    """The ledger after reports, each a fact and the (source, id) of its event."""
    draft = draft_of(Customer(contacts=contacts))
    for fact, name in reports:
        enter_report(draft, fact, (0, *name))
    return draft


def call(when="2026-03-09 10:00", direction="outbound", outcome="conversation", who="right_party", **more):
    return ContactReported("call_task", direction, at(when), "branch", outcome, who, **more)


@pytest.mark.parametrize("direction", ["outbound", "inbound"])
def test_reports_of_two_sources_under_one_id_are_two_contacts(direction):
    draft = entered((call(direction=direction), ("/desk", "1")), (call(direction=direction), ("/agency", "1")))
    inbound = direction == "inbound"
    assert ([each.inbound for each in draft.contacts], draft.changed) == ([inbound, inbound], True)


@pytest.mark.parametrize(
    ("who", "outcome", "became"),
    [
        ("third_party", "busy", "reached"),
        ("none", "delivered", "reached"),
        ("none", "busy", "unanswered"),
        ("right_party", "busy", "conversation"),
        ("none", "promise", "conversation"),
    ],
)
def test_what_a_report_says_of_whom_was_reached(who, outcome, became):
    draft = entered((call(outcome=outcome, who=who), ("/desk", "1")))
    assert [each.became for each in draft.contacts] == [became]


def test_a_receipt_is_about_its_own_contact_alone():
    two = ledger(("2026-03-09 10:00", "email", "a.1"), ("2026-03-10 10:00", "email", "b.1"))
    receipt = ContactReported("email", "outbound", at("2026-03-10 11:00"), "provider", "delivered", "none", "b")
    draft = entered((receipt, ("/provider", "1")), contacts=two)
    assert [each.became for each in draft.contacts] == ["claimed", "reached"]
