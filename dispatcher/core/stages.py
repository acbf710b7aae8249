"""Which stage of an invoice is due on a day: stages are anchored on the due date, never on the day of a run."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from dispatcher.core.calendars import working_day_after
from dispatcher.core.rules import NEVER, Moment, Policy, Stage
from dispatcher.core.zones import Place
from schemas.values import Day


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """The first day of each stage for one due date, and the first day on which it is too late for it."""

    starts: tuple[Day, ...]
    ends: tuple[Day, ...]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """Where an invoice stands: the stage that is due (not done yet), stages that were missed, and what comes next.

    `upcoming` begins on `begins_on`. `changes_on` is the next day on which the standing changes by itself (NEVER: none).
    `blocked`: the stage that comes next waits for an `invoice.overdue`. `more`: once `due` is done another stage that has
    begun already is due. `ending` names what comes next, at the end of a verdict. `skipped` are the stages that are not
    meant for the invoice, as bits by index.
    """

    due: Stage | None
    missed: tuple[Stage, ...]
    upcoming: Stage | None
    begins_on: Day
    changes_on: Day
    blocked: bool
    more: bool
    ending: str
    skipped: int


@lru_cache(maxsize=1 << 14)
def schedule(policy: Policy, due_on: Day, place: Place, skipped: int = 0) -> Schedule:
    """When the stages of an invoice begin and end. Stages keep their order: working days can push one past the next.

    `skipped` has bit n set where stage n is not meant for the invoice: such a stage displaces no other, and ends none.
    """
    starts: list[Day] = []
    last: Day = 0
    for stage in policy.stages:
        start = _day(stage.when, due_on, place)
        if stage.first_day is not None:
            start = max(start, due_on + stage.first_day)
        start = max(start, last)
        last = start + 1 if not skipped >> stage.index & 1 else start
        starts.append(start)
    ends: list[Day] = []
    successor = NEVER
    for stage in reversed(policy.stages):
        start = starts[stage.index]
        ends.append(_end(stage, start, successor, due_on, place))
        if not skipped >> stage.index & 1:
            successor = start
    return Schedule(tuple(starts), tuple(reversed(ends)))


def _end(stage: Stage, start: Day, successor: Day, due_on: Day, place: Place) -> Day:
    """The first day on which it is too late for a stage that begins on `start`."""
    if stage.mandatory:
        return NEVER
    end = NEVER if stage.missed == "send" else successor
    if stage.until is not None:
        end = min(end, _day(stage.until, due_on, place) + 1)
    elif stage.missed == "skip":
        end = min(end, start + 1)
    if stage.last_day is not None:
        end = min(end, due_on + stage.last_day + 1)
    if stage.phase == "pre_due":
        end = min(end, max(due_on, start + 1))
    return end


def _day(moment: Moment, due_on: Day, place: Place) -> Day:
    if moment.working:
        return working_day_after(place.country, place.region, due_on, moment.count)
    return due_on + moment.count


@lru_cache(maxsize=1 << 16)
def standing(  # noqa: PLR0917  what a standing depends on, as the key of its cache
    policy: Policy,
    place: Place,
    due_on: Day,
    done: tuple[tuple[Day, str], ...],
    day: Day,
    overdue: bool,  # noqa: FBT001  keywords would slow the cache down
    skipped: int = 0,
) -> Standing:
    """The standing of an open invoice on a day. `done`: what was used up; `overdue` opens the stages after the due date.

    Cached: on one day the invoices of one due date mostly stand alike.
    """
    stages = policy.stages
    plan = schedule(policy, due_on, place, skipped)
    used = {stage for on, stage in done if on == due_on}
    if skipped:
        used.update(stage.id for stage in stages if skipped >> stage.index & 1)
    reached = min(bisect_right(plan.starts, day), len(stages) if overdue else policy.pre_due_stages)
    ahead = next((stage for stage in stages[reached:] if stage.id not in used), None)
    begins_on = NEVER if ahead is None else plan.starts[ahead.index]
    blocked = begins_on <= day
    undone = [stage for stage in stages[:reached] if stage.id not in used]
    still = [stage for stage in undone if day < plan.ends[stage.index]]
    due = next((stage for stage in still if stage.goes_first), still[-1] if still else None)
    changes = [plan.ends[stage.index] for stage in still]
    if not blocked:
        changes.append(begins_on)
    changes += [due_on + each for each in policy.tier_days if due_on + each > day][:1]
    return Standing(
        due=due,
        missed=tuple(stage for stage in undone if stage not in still),
        upcoming=ahead,
        begins_on=begins_on,
        changes_on=min(changes, default=NEVER),
        blocked=blocked,
        more=len(still) > 1,
        ending="|-|0" if ahead is None else f"|{ahead.id}|{begins_on}",
        skipped=skipped,
    )
