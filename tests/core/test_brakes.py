"""Brakes that operators pull: what is put off, by which rule, until when, and what follows."""

import pytest

from dispatcher.core.claim import Braked
from dispatcher.core.worker_stops import PAUSED_FOR
from tests.core.builders import DAY, LIVE, Story, at, known, overdue

NOON = "2026-03-11 11:00"


def braked(*brakes: Braked, **changes) -> Story:
    story = known(None, NOON, under=LIVE.__class__(LIVE.sending, LIVE.allowlist, True, LIVE.credits, brakes), **changes)
    story.hear(overdue())
    return story


@pytest.mark.parametrize(
    "brake",
    [
        Braked(None, None, None),
        Braked("sms", None, None),
        Braked(None, "default", None),
        Braked("sms", "default", None),
    ],
    ids=lambda brake: brake.scope,
)
def test_a_brake_of_the_channel_or_the_creditor_puts_the_contact_off(brake):
    story = braked(brake)
    assert (story.verdict, story.claims) == (("deferred", "paused", "first"), [])


@pytest.mark.parametrize(
    "brake", [Braked("email", None, None), Braked(None, "acme", None)], ids=lambda brake: brake.scope
)
def test_a_brake_of_something_else_does_not(brake):
    assert len(braked(brake).claims) == 1


def test_the_rule_names_what_was_stopped():
    assert braked(Braked("sms", None, None)).records[-1].reasons[0].rule == "brakes.sms.*"


def test_a_contact_looks_again_when_the_brake_ends():
    until = at("2026-03-11 15:00")
    story = braked(Braked(None, None, until))
    assert (story.last.wake_at, story.records[-1].next_at.hour) == (until, 15)


def test_a_contact_looks_again_now_and_then_at_a_brake_without_an_end():
    story = braked(Braked(None, None, None))
    assert story.last.wake_at == story.now + PAUSED_FOR


def test_a_brake_is_said_once():
    story = braked(Braked(None, None, None))
    before = len(story.records)
    story.now += PAUSED_FOR
    story.turn()
    assert len(story.records) == before


def test_no_stage_is_used_up_while_it_is_on():
    story = braked(Braked(None, None, None))
    story.under = LIVE
    story.turn()
    assert [each.stage.id for each in story.claims] == ["first"]


def test_a_stage_whose_days_have_passed_meanwhile_is_not_sent_late():
    story = braked(Braked(None, None, None))
    story.under = LIVE
    story.go("2026-03-20 11:00").turn()
    assert "first" not in [each.stage.id for each in story.claims]


def test_after_a_long_pause_one_contact_is_made_and_the_stages_that_passed_are_missed():
    story = braked(Braked(None, None, None))
    for days in range(1, 22):
        story.go("2026-03-11 11:00").now += days * DAY
        story.turn()
    story.under = LIVE
    story.until("2026-04-02 12:00")
    assert [each.stage.id for each in story.claims] == ["notice"]
    assert ("suppressed", "missed_stage", "first") in story.said()
