"""Stages are anchored on the due date, whatever the day of a run."""

import pytest

from dispatcher.core.stages import schedule, standing
from dispatcher.core.zones import place_of
from schemas.inbox import AttemptAccepted
from tests.core.builders import at, day, due, known, overdue, policy

DUE = day("2026-03-10")
BERLIN = place_of("Europe/Berlin", "DE", None)


def stand(offset: int, done=(), is_overdue=False, due_on=DUE, place=BERLIN):
    return standing(policy(), place, due_on, tuple((due_on, each) for each in done), due_on + offset, is_overdue)


def names(stages) -> list[str]:
    return [stage.id for stage in stages]


DUE_STAGE = [
    (-4, False, None),
    (-3, False, "early"),
    (-1, False, "early"),
    (0, False, "today"),
    (1, False, None),  # the due day is over, and nobody said overdue
    (1, True, "first"),
    (7, True, "first"),  # the fifth working day
    (8, True, None),
    (13, True, None),
    (14, True, "notice"),
    (29, True, "notice"),
    (30, True, "notice"),  # mandatory: before the call that has begun
    (60, True, "notice"),
]


@pytest.mark.parametrize(("offset", "is_overdue", "expected"), DUE_STAGE)
def test_the_stage_that_is_due(offset, is_overdue, expected):
    due_now = stand(offset, is_overdue=is_overdue).due
    assert (due_now.id if due_now else None) == expected


def test_after_a_mandatory_stage_the_later_one_that_has_begun_is_due():
    assert stand(31, done=("notice",), is_overdue=True).due.id == "call"


def test_a_mandatory_stage_says_that_more_is_due():
    assert stand(31, is_overdue=True).more


def test_earlier_stages_were_missed_but_not_the_mandatory_one():
    assert names(stand(45, is_overdue=True).missed) == ["early", "today", "first", "call"]


def test_what_is_done_was_not_missed():
    assert names(stand(14, done=("early", "first"), is_overdue=True).missed) == ["today"]


def test_a_stage_before_the_due_date_is_not_caught_up_on_it():
    assert names(stand(0).missed) == ["early"]


def test_the_next_stage_is_the_next_that_is_not_done():
    assert stand(0, done=("today", "first"), is_overdue=True).upcoming.id == "notice"


def test_overdue_stages_wait_for_the_event():
    waiting = stand(2)
    assert (waiting.blocked, waiting.upcoming.id) == (True, "first")


def test_nothing_follows_the_last_stage():
    last = stand(31, done=("notice", "call"), is_overdue=True)
    assert (last.due, last.upcoming, last.ending) == (None, None, "|-|0")


def test_the_first_contact_waits_for_a_working_day_of_the_customers_region():
    good_friday_eve = day("2026-04-02")
    begins = {
        country: schedule(policy(), good_friday_eve, place_of(None, country, None)).starts[2] - good_friday_eve
        for country in ("DE", "CN", "AE")
    }
    assert begins == {"DE": 5, "CN": 1, "AE": 1}


def test_stages_keep_their_order_when_working_days_push_one_past_the_next():
    rules = policy(("when = { days = 14 }", "when = { days = 3 }"))
    plan = schedule(rules, day("2026-09-30"), place_of(None, "CN", None))  # eight days of national holiday
    assert plan.starts[3] == plan.starts[2] + 1


def test_a_changed_due_date_anchors_the_stages_anew():
    story = known(start="2026-03-08 10:00")
    story.hear(due(due_on="2026-03-20"))
    story.hear(due(due_on="2026-03-31"))
    assert story.verdict == ("planned", "due", "early")
    assert story.records[-1].planned_for.date().isoformat() == "2026-03-28"


def test_a_due_date_that_comes_back_is_not_contacted_twice():
    story = known(start="2026-03-18 10:00")
    story.hear(due(due_on="2026-03-20"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    for due_on in ("2026-05-20", "2026-03-20"):
        story.now += 60_000
        story.hear(due(due_on=due_on))
    assert len(story.claims) == 1


def test_a_due_day_in_the_customers_zone_is_not_yet_overdue_elsewhere():
    story = known(start="2026-03-11 06:00", timezone="America/New_York", country="US")
    story.hear(overdue())  # two in the morning of the 11th in Berlin, still the 10th in New York: counts as due
    story.go("2026-03-11 20:00").turn()
    assert story.verdict == ("claimed", "due", "first")


def test_an_overdue_event_before_the_due_date_has_passed_counts_as_due():
    story = known(start="2026-03-10 11:00")
    story.hear(overdue())
    assert story.verdict == ("claimed", "due", "today")


def test_by_date_no_event_is_needed():
    story = known(policy(('overdue_on = "event"', 'overdue_on = "due_date"')), "2026-03-11 11:00")
    story.hear(due())
    assert story.verdict == ("claimed", "due", "first")


def test_a_missed_stage_is_said_once():
    story = known(start="2026-03-26 11:00")
    story.hear(overdue())
    story.until("2026-04-20 11:00")
    missed = [each.reasons for each in story.records if each.reasons[0].code == "missed_stage"]
    assert [[reason.rule for reason in reasons] for reasons in missed] == [
        ["stages.early", "stages.today", "stages.first"]
    ]


def test_a_deferral_does_not_use_up_the_stage():
    story = known(start="2026-03-11 22:00")
    story.hear(overdue())
    story.until("2026-03-12 12:00")
    assert [(claim.stage.id, claim.claimed_at) for claim in story.claims] == [("first", at("2026-03-12 07:00"))]


def test_a_whole_life_is_one_contact_a_stage():
    story = known(start="2026-03-01 10:00")
    story.hear(due())
    story.until("2026-03-11 09:00").hear(overdue())
    story.until("2026-05-01 10:00")
    assert [claim.stage.id for claim in story.claims] == ["early", "today", "first", "notice", "call"]


def test_a_portfolio_published_again_under_new_ids_causes_no_contact_and_no_decision():
    story = known(start="2026-03-01 10:00")
    story.hear(due())
    story.until("2026-03-07 12:00")
    told = story.said()
    for _ in range(3):
        story.now += 60_000
        story.hear(due())
    assert (story.said(), len(story.claims)) == (told, 1)
