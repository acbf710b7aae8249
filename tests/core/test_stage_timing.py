"""Late stages, gaps of their own, and repetition."""

import pytest

from dispatcher.core.identity import share
from dispatcher.core.policy import PolicyProblems, parse
from dispatcher.core.rules import NEVER
from dispatcher.core.stages import schedule, standing
from dispatcher.core.zones import place_of
from schemas.inbox import QuietSpan
from tests.core.builders import CUSTOMER, MINUTE, at, day, known, overdue, stage_text, staged, with_stages

DUE = day("2026-03-10")
BERLIN = place_of("Europe/Berlin", "DE", None)


def stand(rules, offset, *done):
    return standing(rules, BERLIN, DUE, tuple((DUE, each) for each in done), DUE + offset, True)


def due_of(rules, offset, *done):
    found = stand(rules, offset, *done)
    return found.due and found.due.id, [stage.id for stage in found.missed]


TWO_DAYS = stage_text("late", 12)


def test_a_missed_stage_collapses_into_the_later_one_unless_the_policy_says_otherwise():
    assert due_of(staged(stage_text("one", 7), TWO_DAYS), 12) == ("late", ["one"])


def test_a_stage_that_is_sent_late_goes_before_the_one_that_has_begun():
    assert due_of(staged(stage_text("one", 7, 'missed = "send"'), TWO_DAYS), 40) == ("one", [])


def test_a_stage_that_is_sent_late_still_expires():
    rules = staged(stage_text("one", 7, 'missed = "send"', "until = { days = 15 }"), TWO_DAYS)
    assert [due_of(rules, offset)[0] for offset in (15, 16)] == ["one", "late"]


def test_a_stage_that_is_skipped_when_missed_has_only_its_own_day():
    rules = staged(stage_text("one", 7, 'missed = "skip"'), TWO_DAYS)
    assert [due_of(rules, offset) for offset in (7, 8)] == [("one", []), (None, ["one"])]


def test_a_stage_that_is_skipped_when_missed_has_the_days_until_its_end():
    rules = staged(stage_text("one", 7, 'missed = "skip"', "until = { days = 9 }"), TWO_DAYS)
    assert [due_of(rules, offset)[0] for offset in (9, 10)] == ["one", None]


def test_a_skipped_stage_is_told_as_missed():
    story = known(staged(stage_text("one", 7, 'missed = "skip"'), stage_text("later", 20)), "2026-03-18 11:00")
    story.hear(overdue())
    assert story.said() == [("suppressed", "missed_stage", "one"), ("planned", "due", "later")]


def claim_days(rules, start="2026-03-16 11:00", until="2026-06-30 12:00"):
    story = known(rules, start)
    story.hear(overdue())
    story.until(until)
    return [claim.claimed_at // 86_400_000 + day("1970-01-01") - DUE for claim in story.claims]


CLOSE = ("min_gap_hours = 20", "min_gap_hours = 72")


def test_a_stage_of_raised_frequency_has_a_smaller_gap_than_the_others():
    ladder = (stage_text("one", 9), stage_text("two", 10, "min_gap_hours = 19"))
    assert claim_days(staged(*ladder, changes=(CLOSE,))) == [9, 10]


def test_without_a_gap_of_its_own_a_stage_keeps_the_general_one():
    assert claim_days(staged(stage_text("one", 9), stage_text("two", 10), changes=(CLOSE,))) == [9, 12]


def test_a_wait_for_the_gap_of_a_stage_names_the_stage():
    rules = staged(stage_text("one", 9), stage_text("two", 10, "min_gap_hours = 48"))
    story = known(rules, "2026-03-16 11:00")
    story.hear(overdue())
    story.until("2026-03-20 12:00")
    assert story.records[-1].reasons[0].rule == "stages.two.min_gap_hours"


REPEATED = stage_text("last", 10, "repeat = { every_days = 14, most = 3 }")


def test_a_repeated_stage_comes_again_until_its_own_cap_is_reached():
    assert claim_days(staged(REPEATED)) == [10, 24, 38]


def test_after_the_last_repetition_nothing_comes():
    after = stand(staged(REPEATED), 300, "last", "last.2", "last.3")
    assert (after.due, after.upcoming) == (None, None)


def test_repetitions_are_anchored_on_the_due_date_not_on_the_run():
    assert claim_days(staged(REPEATED), start="2026-03-30 11:00") == [20, 24, 38]


def test_a_repetition_is_named_by_its_number_and_its_rule():
    assert [(stage.id, stage.rule) for stage in staged(REPEATED).stages[:2]] == [
        ("last", "stages.last"),
        ("last.2", "stages.last.repeat"),
    ]


def test_a_stage_may_be_repeated_before_a_later_one():
    assert claim_days(staged(REPEATED, stage_text("end", 60)), until="2026-05-30 12:00") == [10, 24, 38, 60]


AGAIN = "repeat = { every_days = 1, most = 2 }"
WRONG = {
    "repeated beyond the next stage": (REPEATED + stage_text("end", 38), "stages[1].when"),
    "repeated with an end": (
        stage_text("s", 7, "until = { days = 9 }", AGAIN),
        "stages[0].repeat",
    ),
    "mandatory again and again": (
        stage_text("s", 7, "mandatory = true", AGAIN),
        "stages[0].repeat",
    ),
    "repeated from a working day": (
        stage_text("s", "{ working_days = 2 }", AGAIN),
        "stages[0].repeat",
    ),
    "repeated without end": (stage_text("s", 7, "repeat = { every_days = 1 }"), "stages[0].repeat"),
    "a repetition of one": (stage_text("s", 7, "repeat = { every_days = 1, most = 1 }"), "stages[0].repeat"),
    "an unknown way with missed stages": (stage_text("s", 7, 'missed = "later"'), "stages[0].missed"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_a_policy_may_not_state(what):
    stages, path = WRONG[what]
    found = parse(with_stages(stages))
    assert isinstance(found, PolicyProblems)
    assert any(problem.path.startswith(path) for problem in found.problems), str(found)


def days(rules, skipped=0):
    """(first day, first day on which it is too late) of each stage, counted from the due date."""
    plan = schedule(rules, DUE, BERLIN, skipped)
    return [
        (start - DUE, end if end == NEVER else end - DUE) for start, end in zip(plan.starts, plan.ends, strict=True)
    ]


def test_a_stage_that_is_not_meant_for_an_invoice_pushes_no_other_to_a_later_day():
    only = 'only = { party = "business" }'
    rules = staged(stage_text("one", 3), stage_text("two", 5, only), stage_text("three", 5))
    assert [days(rules)[2][0], days(rules, skipped=0b10)[2][0]] == [6, 5]


def test_a_reminder_before_the_due_date_ends_on_it():
    send = 'missed = "send"'
    assert days(staged(stage_text("early", -3, send), stage_text("later", 20)))[0] == (-3, 0)


def test_a_reminder_of_the_due_date_has_that_day():
    send = 'missed = "send"'
    assert days(staged(stage_text("today", 0, send), stage_text("later", 20)))[0] == (0, 1)


def test_a_further_stage_has_begun_only_once_its_day_has_come():
    rules = staged(stage_text("one", 7, 'missed = "send"'), TWO_DAYS)
    assert [stand(rules, offset).more for offset in (7, 11, 12)] == [False, False, True]


@pytest.mark.parametrize(("lines", "part"), [((), 1), (("mandatory = true",), 2)])
def test_what_waited_for_the_morning_is_spread_over_an_hour_and_what_is_mandatory_over_its_first_half(lines, part):
    rules = staged(stage_text("one", 7, *lines), changes=(("spread_minutes = 0", "spread_minutes = 60"),))
    story = known(rules, "2026-03-18 22:30")
    story.hear(overdue())
    opens, spread = at("2026-03-19 06:00"), share(CUSTOMER) * 60 * MINUTE >> 16
    assert (story.last.wake_at, spread > 0) == (opens + spread // part, True)


def test_where_nothing_ever_opens_one_looks_again_every_week_and_says_so_once():
    story = known(staged(stage_text("one", 7)), "2026-03-17 11:00", quiet_hours=(QuietSpan(0, 0),))
    story.hear(overdue())
    assert story.last.wake_at == at("2026-03-19 00:00")  # the weeks of 1970 began on a Thursday
    story.until("2026-04-10 12:00")
    assert [each for each in story.said() if each[0] == "deferred"] == [("deferred", "quiet_hours", "one")]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("", {}),
        ('\nscope = "creditor"', {"counts": "claims", "scope": "creditor"}),
        ('\ncounts = "attempts"', {"counts": "attempts", "scope": "person"}),
    ],
)
def test_a_reason_tells_what_its_cap_counts_unless_it_is_every_contact(more, told):
    changes = (("max = 3", f"max = 1{more}"), ("min_gap_hours = 20", "min_gap_hours = 0"))
    story = known(staged(stage_text("one", 1), stage_text("two", 2), changes=changes), "2026-03-11 11:00")
    story.hear(overdue())
    story.until("2026-03-12 11:00")
    assert story.records[-1].reasons[0].inputs == {"contacts": 1, "most": 1, **told}
