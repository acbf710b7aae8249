"""What holds of every schedule, whatever the policy states of its stages."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.stages import schedule, standing
from dispatcher.core.zones import place_of
from tests.core.builders import day, stage_text, staged

PLACES = [place_of("Europe/Berlin", "DE", None), place_of(None, "CN", None), place_of(None, "AE", None)]

LADDERS = [
    staged(
        stage_text("early", -3, 'missed = "skip"'),
        stage_text("today", 0),
        stage_text("first", "{ working_days = 1 }", "until = { working_days = 5 }", 'missed = "send"'),
        stage_text("second", "{ working_days = 3 }"),
        stage_text("notice", 14, "mandatory = true"),
        stage_text("mid", '{ class = "medium" }', "repeat = { every_days = 5, most = 5 }"),
        stage_text("end", 61, 'only = { classes = ["severe"] }'),
    ),
    staged(
        stage_text("one", 3, 'missed = "send"'),
        stage_text("two", 4, 'missed = "skip"', "until = { days = 6 }"),
        stage_text("large", 9, "only = { min_amount = { EUR = 10000 } }"),
        stage_text("small", 9, "only = { max_amount = { EUR = 9999 } }"),
        stage_text("last", 20, "repeat = { every_days = 7, most = 3 }"),
    ),
]

policies = st.sampled_from(LADDERS)
places = st.sampled_from(PLACES)
due_dates = st.integers(day("2026-01-01"), day("2027-12-31"))
offsets = st.integers(-10, 150)
masks = st.integers(0, (1 << 12) - 1)


@given(policies, places, due_dates, masks)
def test_stages_begin_in_order_and_those_that_are_meant_each_on_a_day_of_its_own(policy, place, due_on, skipped):
    starts = schedule(policy, due_on, place, skipped).starts
    meant = [starts[stage.index] for stage in policy.stages if not skipped >> stage.index & 1]
    assert (list(starts), meant) == (sorted(starts), sorted(set(meant)))


situations = st.tuples(places, due_dates, offsets, masks, st.booleans())


@given(policies, situations, st.data())
def test_what_is_due_has_begun_has_not_ended_is_meant_and_is_not_done(policy, situation, data):
    place, due_on, offset, skipped, overdue = situation
    done = data.draw(st.lists(st.sampled_from(policy.stage_ids), unique=True))
    plan = schedule(policy, due_on, place, skipped)
    where = standing(policy, place, due_on, tuple((due_on, each) for each in done), due_on + offset, overdue, skipped)
    if where.due is not None:
        index = where.due.index
        assert plan.starts[index] <= due_on + offset < plan.ends[index]
        assert not skipped >> index & 1
        assert where.due.id not in done
        assert overdue or where.due.phase == "pre_due"


@given(policies, places, due_dates, offsets, masks)
def test_a_mandatory_stage_is_never_missed_and_goes_before_every_later_one(policy, place, due_on, offset, skipped):
    where = standing(policy, place, due_on, (), due_on + offset, True, skipped)
    assert not [stage for stage in where.missed if stage.mandatory]
    begun = schedule(policy, due_on, place, skipped).starts
    waiting = [
        stage
        for stage in policy.stages
        if stage.mandatory and not skipped >> stage.index & 1 and begun[stage.index] <= due_on + offset
    ]
    assert not waiting or (where.due is not None and where.due.index <= waiting[0].index)


@given(policies, places, due_dates, offsets, masks)
def test_a_standing_stays_as_it_is_until_the_day_that_it_names(policy, place, due_on, offset, skipped):
    now = standing(policy, place, due_on, (), due_on + offset, True, skipped)
    until = min(now.changes_on, due_on + offset + 40)
    later = standing(policy, place, due_on, (), until - 1, True, skipped)
    assert (later.due, later.missed, later.upcoming) == (now.due, now.missed, now.upcoming)


@given(policies, places, due_dates, masks)
def test_every_ladder_ends(policy, place, due_on, skipped):
    done = tuple((due_on, stage.id) for stage in policy.stages)
    where = standing(policy, place, due_on, done, due_on + 100, True, skipped)
    assert (where.due, where.upcoming, where.missed) == (None, None, ())
