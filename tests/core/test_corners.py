"""Behaviours at the edge of the core that no story of the other files comes across."""

import pytest
from msgspec.structs import replace

from dispatcher.core.claim import Braked
from dispatcher.core.customer import fold
from dispatcher.core.draft import KEPT
from dispatcher.core.history import month_of_promise
from dispatcher.core.policy import Policy, PolicyProblems, parse
from schemas.inbox import (
    AttemptAccepted,
    AttemptReleased,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    HoldPlaced,
    HoldReleased,
    InvoiceStated,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
    QuietSpan,
)
from schemas.state import EMPTY, Promise
from tests.core.builders import (
    PHONE,
    POLICY,
    Story,
    arrival,
    at,
    day,
    due,
    known,
    overdue,
    paid,
    stage_text,
    staged,
)

WEDNESDAY = "2026-03-11 11:00"

ENDED = {
    "promises": (lambda n: PromiseMade(f"P-{n}", ("I-1",), 1, "EUR", day("2026-03-20")), PromiseCancelled("P-9")),
    "plans": (lambda n: PlanAgreed(f"P-{n}", ("I-1",), "EUR", ()), PlanCancelled("P-9")),
    "holds": (lambda n: HoldPlaced(f"P-{n}", "customer", "dispute"), HoldReleased("P-9")),
    "consents": (
        lambda n: ConsentChanged(f"+4477009{n:05d}", "sms", False, "reply"),
        ConsentChanged("+447700900009", "sms", True, "reply"),
    ),
}


@pytest.mark.parametrize("what", ENDED)
def test_of_too_many_agreements_the_one_that_no_longer_stands_goes_first(what: str):
    make, end = ENDED[what]
    customer = EMPTY
    facts = [*map(make, range(KEPT)), end, make(KEPT)]
    for number, fact in enumerate(facts):
        customer = fold(customer, arrival(fact, at(WEDNESDAY) + number), at(WEDNESDAY)).customer
    kept = getattr(customer, what)
    assert len(kept) == KEPT
    assert not any(name.endswith(("P-9", "900009")) for name in kept)


def test_a_brake_without_a_creditor_stops_all_of_its_channel():
    assert Braked("sms", None, None).stops_all_of("sms")


def test_a_brake_of_one_creditor_does_not_stop_all_of_a_channel():
    assert not Braked("sms", "acme", None).stops_all_of("sms")


def test_a_promise_that_was_taken_back_counts_for_nothing():
    assert month_of_promise(Promise((0, "", ""), cancelled=True)) is None


BETWEEN = {"inside": (5.0, 1), "below": (0.0, 0), "above": (11.0, 0), "a text": ("five", 0), "missing": (None, 0)}


@pytest.mark.parametrize("stated", BETWEEN)
def test_a_stage_is_for_attributes_between_two_numbers(stated: str):
    value, expected = BETWEEN[stated]
    rules = staged(stage_text("special", 7, "only = { attributes = { score = { min = 1, max = 10 } } }"))
    story = known(rules, "2026-03-17 11:00", attributes={} if value is None else {"score": value})
    story.hear(overdue())
    assert [claim.stage.id for claim in story.claims].count("special") == expected


WRONG = {
    "a table where tables are listed": ("[[tiers]]", "[tiers]", "tiers", "tables [[tiers]]"),
    "a value where a table belongs": ("[consent]", "[consent_]\n[tone]", "consent_", "a key or a table of a policy"),
    "names where there is a value": (
        "promise_grace_days = 2\n\n[minimum_amount]\ndefault = 100",
        "minimum_amount = 3",
        "minimum_amount",
        "a table of names",
    ),
    "a number for a truth": ("mandatory = true", "mandatory = 1", "stages[3].mandatory", "true or false"),
    "a text for a number": ("min_gap_hours = 20", 'min_gap_hours = "20"', "min_gap_hours", "number"),
    "a list for a text": ('tone = "formal"', 'tone = ["formal"]', "stages[4].tone", "one of friendly"),
    "a table for a number": ("min_gap_hours = 20", "min_gap_hours = {}", "min_gap_hours", "not a table"),
    "a number for a list": ("required = []", "required = 3", "consent.required", "a list in brackets"),
    "a number for a text": (
        'display_name = "Example Energy"',
        "display_name = 3",
        "creditors.default.display_name",
        "text",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_policy_of_the_wrong_shape_is_told_at_its_place(what: str):
    old, new, path, expected = WRONG[what]
    found = parse(POLICY.replace(old, new, 1))
    assert isinstance(found, PolicyProblems)
    assert [each for each in found.problems if each.path == path and expected in each.expected] != []


def test_a_credit_note_of_somebody_unknown_waits_for_nothing():
    story = Story(start=WEDNESDAY)
    story.hear(due("CN-1", kind="credit_note"))
    assert story.said() == []


def test_a_credit_note_that_is_used_up_is_no_cancelled_contact():
    story = known(start=WEDNESDAY)
    story.hear(due("CN-1", kind="credit_note"), paid("CN-1"))
    assert story.said() == []


def test_a_customer_of_whom_nothing_is_known_can_be_erased():
    story = Story(start=WEDNESDAY)
    story.hear(CustomerErased())
    assert story.customer.profile is None


def test_a_short_call_from_the_customer_is_no_contact():
    story = known(start=WEDNESDAY)
    story.hear(ContactReported("call_task", "inbound", story.now, "desk", "no_answer", "none"))
    assert story.customer.contacts == ()


def test_the_same_report_again_changes_nothing():
    story = known(start=WEDNESDAY)
    report = ContactReported("call_task", "outbound", story.now, "branch", "reached", "right_party")
    first = arrival(report, story.now, "one")
    story.turn(first)
    story.customer = replace(story.customer, seen=b"")
    story.turn(first)
    assert len(story.customer.contacts) == 1


def test_an_attempt_about_an_invoice_that_has_gone_can_be_given_back():
    story = known(start=WEDNESDAY)
    story.hear(overdue())
    story.customer = replace(story.customer, invoices={})
    story.hear(AttemptReleased(story.claims[0].attempt_id, "lease_expired"))
    assert story.customer.attempts == {}


def test_a_statement_that_is_newer_than_the_amount_but_older_than_the_text_gives_the_amount():
    story = known(start=WEDNESDAY)
    stated = story.now
    story.turn(arrival(due(amount=5000), stated), arrival(paid(amount_due=4000), stated - 2000))
    story.turn(arrival(InvoiceStated("I-1", day("2026-03-10"), 4500, "EUR", False), stated - 1000))
    assert story.customer.invoices["I-1"].amount_due == 5000


def test_no_opening_within_three_weeks_is_said_with_the_next_look():
    story = known(start=WEDNESDAY, emails=(), quiet_hours=(QuietSpan(0, 24 * 60),))
    story.hear(overdue())
    assert story.verdict == ("deferred", "quiet_hours", "first")
    assert story.records[-1].next_at is not None


def test_an_answer_to_nothing_is_outdated():
    story = known(start=WEDNESDAY)
    story.hear(AttemptAccepted("ct-unknown.1", "p", "r"))
    assert story.records[-1].reasons[0].code == "outdated"
    assert PHONE not in story.records[-1].record_id


def test_of_two_holds_the_longer_one_counts_whichever_came_first():
    story = known(start=WEDNESDAY)
    story.hear(
        HoldPlaced("H-1", "customer", "dispute", None, at("2026-03-20 00:00")),
        HoldPlaced("H-2", "customer", "dispute", None, at("2026-03-15 00:00")),
        overdue(),
    )
    assert story.records[-1].reasons[0].rule == "holds.dispute.H-1"


def test_a_receipt_of_a_message_that_nobody_knows_is_no_contact():
    story = known(start=WEDNESDAY)
    story.hear(ContactReported("sms", "outbound", story.now, "provider", "delivered", "none", "ct-unknown"))
    assert story.customer.contacts == ()


def test_a_policy_that_names_no_preset_of_ours_is_told():
    found = parse('presets = ["nowhere"]\n' + POLICY)
    assert isinstance(found, PolicyProblems)
    assert [each.path for each in found.problems] == ["presets"]


def test_a_policy_may_ask_for_every_preset_in_force():
    assert isinstance(parse('presets = "all"\n' + POLICY), Policy)


def test_a_policy_without_a_stage_is_told():
    before, _, after = POLICY.partition("[[stages]]")
    found = parse(before + "[windows.sms]" + after.partition("[windows.sms]")[2])
    assert isinstance(found, PolicyProblems)
    assert "stages" in [each.path for each in found.problems]


def test_a_value_where_a_table_belongs_is_told():
    found = parse("consent = 3\n" + POLICY.partition("[consent]")[0])
    assert isinstance(found, PolicyProblems)
    assert "consent" in [each.path for each in found.problems]


def test_a_settled_invoice_of_a_customer_who_is_not_known_is_said_to_be_paid():
    story = Story(start=WEDNESDAY)
    story.hear(overdue())
    story.now += 1000
    story.hear(paid())
    assert story.verdict == ("cancelled", "paid", None)


def test_a_credit_note_by_itself_is_nothing_to_remind_anybody_of():
    story = known(start=WEDNESDAY)
    story.hear(overdue(kind="credit_note"))
    assert (story.claims, story.said()) == ([], [])


def test_a_part_payment_of_an_invoice_that_nobody_has_stated_decides_nothing():
    story = known(start=WEDNESDAY)
    story.hear(paid(amount_due=2000))
    assert (story.claims, story.said(), story.last.wake_at) == ([], [], None)
