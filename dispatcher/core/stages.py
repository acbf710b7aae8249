"""Which stage of an invoice is due on a day: stages are anchored on the due date, never on the day of a run."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from dispatcher.core.calendars import working_day_after
from dispatcher.core.rules import Moment, Policy, Stage
from dispatcher.core.zones import Place
from schemas.state import Invoice
from schemas.values import Day

NEVER: Day = 10_000_000
"""A day after all days."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """The first day of each stage for one due date, and the first day on which it is too late for it."""

    starts: tuple[Day, ...]
    ends: tuple[Day, ...]


class Standing(msgspec.Struct, frozen=True, gc=False):
    """Where an invoice stands: the stage that is due (not done yet), stages that were missed, and what comes next.

    `changes_on` is the next day on which the standing changes by itself, NEVER if none; `blocked` is the stage that waits
    for an `invoice.overdue`.
    """

    due: Stage | None
    missed: tuple[Stage, ...]
    upcoming: Stage | None
    changes_on: Day
    blocked: bool


@lru_cache(maxsize=1 << 14)
def schedule(policy: Policy, due_on: Day, place: Place) -> Schedule:
    """When the stages of an invoice begin and end. Stages keep their order: working days can push one past the next."""
    starts: list[Day] = []
    for stage in policy.stages:
        start = _day(stage.when, due_on, place)
        starts.append(start if not starts else max(start, starts[-1] + 1))
    ends: list[Day] = []
    for index, stage in enumerate(policy.stages):
        successor = starts[index + 1] if index + 1 < len(starts) else NEVER
        end = successor if stage.mandatory or stage.until is None else _day(stage.until, due_on, place) + 1
        if stage.phase == "pre_due":
            end = min(end, max(due_on, starts[index] + 1))
        ends.append(NEVER if stage.mandatory else min(end, successor))
    return Schedule(tuple(starts), tuple(ends))


def _day(moment: Moment, due_on: Day, place: Place) -> Day:
    if moment.working:
        return working_day_after(place.country, place.region, due_on, moment.count)
    return due_on + moment.count


def standing(policy: Policy, plan: Schedule, invoice: Invoice, day: Day, *, overdue: bool) -> Standing:
    """The standing of an open invoice on a day; `overdue` opens the stages after the due date."""
    stages, starts = policy.stages, plan.starts
    reached = bisect_right(starts, day)
    open_until = len(stages) if overdue else policy.pre_due_stages
    blocked = reached > open_until
    if blocked:
        reached = open_until
    upcoming = stages[reached] if reached < len(stages) else None
    changes_on = NEVER if blocked or upcoming is None else starts[reached]
    if not reached:
        return Standing(None, (), upcoming, changes_on, blocked)
    due_on = invoice.due_on
    done = {stage for on, stage in invoice.done if on == due_on}
    if upcoming is not None and upcoming.id in done:
        upcoming = next((stage for stage in stages[reached:] if stage.id not in done), None)
    idle = Standing(None, (), upcoming, changes_on, blocked)
    undone = [stage for stage in stages[:reached] if stage.id not in done]
    return _pending(undone, plan.ends, day, idle) if undone else idle


def _pending(undone: list[Stage], ends: tuple[Day, ...], day: Day, otherwise: Standing) -> Standing:
    """What is due and what was missed of stages that have begun and are not done."""
    still = [stage for stage in undone if day < ends[stage.index]]
    if len(still) == len(undone):
        missed: tuple[Stage, ...] = ()
    else:
        missed = tuple(stage for stage in undone if day >= ends[stage.index])
    if not still:
        return Standing(None, missed, otherwise.upcoming, otherwise.changes_on, otherwise.blocked)
    due = next((stage for stage in still if stage.mandatory), still[-1])
    changes_on = min(otherwise.changes_on, *(ends[stage.index] for stage in still))
    return Standing(due, missed, otherwise.upcoming, changes_on, otherwise.blocked)
