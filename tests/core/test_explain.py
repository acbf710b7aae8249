"""A decision becomes one paragraph: what happened, why, by which rule, when that can change; on the customer's clock."""

import pytest

from dispatcher.core.explain import explain
from schemas.inbox import HoldPlaced
from schemas.journal import JournalRecord, Reason
from schemas.reasons import CODES
from schemas.values import from_millis
from tests.core.builders import CUSTOMER, EMAIL, PHONE, Story, at, conditions, due, known, overdue, paid, policy


def told(story: Story, zone: str = "Europe/Berlin") -> str:
    return explain(story.records[-1], zone)


def test_what_was_put_off_is_told_with_rule_and_instant_on_the_customers_clock():
    story = known(start="2026-03-11 20:00")
    story.hear(overdue())
    assert told(story) == (
        "On Wednesday 2026-03-11 at 21:00 the contact of stage first about I-1 was put off. "
        "It is night, or a time at which this customer wants no contact. (rule windows.sms.weekday; zone Europe/Berlin; "
        "zone_from stated; zone_confidence high) "
        "This can change on Thursday 2026-03-12 at 08:00. "
        "The customer is in tier standard (rule tiers.default). Responsible: desk. (Times in Europe/Berlin.)"
    )


def test_a_plan_is_told_with_its_instant():
    story = known(start="2026-03-02 10:00")
    story.hear(due(due_on="2026-03-12"))
    assert "was planned for Monday 2026-03-09 at 08:00. The stage begins then. (rule stages.early)" in told(story)


def test_a_contact_is_told_with_its_channel_and_the_next_stage():
    story = known(start="2026-03-11 11:00")
    story.hear(overdue())
    assert "about I-1 by sms was sent on its way" in told(story)
    assert "The next stage begins on Tuesday 2026-03-24 at 08:00." in told(story)


def test_an_event_is_told_as_one():
    story = known(start="2026-03-11 11:00")
    assert told(story).startswith("On Wednesday 2026-03-11 at 12:00 an event was recorded. The event was recorded.")


UNTIMED = {
    "the hold is released": (HoldPlaced("H-1", "customer", "dispute"), overdue()),
    "billing states that something is owed again": (overdue(), paid()),
    "billing publishes invoice.overdue": (due(due_on="2026-03-10"),),
    "more is owed": (overdue(amount=50),),
}


@pytest.mark.parametrize("what", UNTIMED)
def test_what_no_instant_changes_is_told_with_what_does(what: str):
    story = known(start="2026-03-11 11:00")
    story.hear(*UNTIMED[what])
    assert f"This can change when {what}." in told(story)


def test_inputs_that_mattered_are_told():
    story = known(policy(("min_gap_hours = 20", "min_gap_hours = 0")), "2026-03-11 11:00", conditions("shadow"))
    story.hear(overdue())
    story.hear(overdue("I-2"))
    assert "(rule caps.sms_day; contacts 1; most 1" in told(story)


@pytest.mark.parametrize("code", CODES)
def test_every_code_can_be_told(code: str):
    record = JournalRecord(
        "C.1", from_millis(at("2026-03-11 11:00")), "decision", "C", (), "suppressed", (Reason(code),), "p"
    )
    assert explain(record).startswith("On Wednesday 2026-03-11 at 11:00 the contact was not made. ")


def test_nobody_is_named():
    story = known(start="2026-03-11 11:00")
    story.hear(overdue())
    words = " ".join(explain(each) for each in story.records)
    assert [each for each in (PHONE, EMAIL, "Jo", CUSTOMER) if each in words] == []
