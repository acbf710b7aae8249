"""One task as the agent's page shows it: everything written out, nothing left to decide for the template. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from dispatcher.gateway.calls.results import Leased, Work
from dispatcher.gateway.desk_pages import clocks
from dispatcher.gateway.desk_pages.clocks import LocalTime, local_times
from dispatcher.gateway.desk_pages.history import Past
from dispatcher.gateway.desk_pages.scripts import Block, blocks_of
from dispatcher.gateway.desk_pages.writing import Writing
from dispatcher.messages.foreign_text import foreign_text
from schemas.journal import AmountOfInvoice
from schemas.values import Millis, from_millis

_LONGEST: Final = 100
_DIALLABLE: Final = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Owed:
    """One invoice: its number (or id), amount, due date and age."""

    id: str
    name: str
    amount: str
    due: str
    overdue: str


@dataclass(frozen=True, slots=True, repr=False)
class PastLine:
    """One earlier contact in words."""

    at: str
    way: str
    came_of_it: str


@dataclass(frozen=True, slots=True, repr=False)
class TaskView:
    """`number` is masked until the call is permitted; `tel` is there only then, and only for what can be dialled.

    `zones`: the clocks on which a call-back can be agreed, UTC where none is known. `ends_in_s`: seconds that are left of
    the lease. `blocks` is the script.
    """

    leased: Leased
    customer: str
    number: str
    tel: str | None
    place: bool
    times: tuple[LocalTime, ...]
    zones: tuple[LocalTime, ...]
    owed: tuple[Owed, ...]
    fresh: bool
    history: tuple[PastLine, ...]
    do_before: str
    ends_in_s: int
    ends_in: str
    blocks: tuple[Block, ...]

    @property
    def work(self) -> Work | None:
        """What is needed to do it, once that may be seen."""
        return self.leased.work

    @property
    def in_call(self) -> bool:
        """Whether it was dialled."""
        return self.leased.dialled_at is not None

    @property
    def tries(self) -> int:
        """How often it was dialled before."""
        return self.leased.tries - (1 if self.in_call else 0)

    @property
    def is_call(self) -> bool:
        """Whether it is done by telephone."""
        return self.leased.kind == "call" and self.leased.gate is None


def task_view(leased: Leased, past: tuple[Past, ...], now: Millis, writing: Writing) -> TaskView:
    """The task for somebody who reads this language, at this instant."""
    work, zones = leased.work, leased.zones
    number = leased.masked if work is None else work.contact_point
    left = max(0, (leased.until - now) // 1000)
    return TaskView(
        leased=leased,
        customer=foreign_text(leased.customer_id, _LONGEST),
        number=foreign_text(number, _LONGEST),
        tel=number if work is not None and leased.kind == "call" and _DIALLABLE.fullmatch(number) else None,
        place=leased.kind != "call",
        times=local_times(zones, now, writing.locale),
        zones=local_times(zones or (clocks.UTC_ZONE,), now, writing.locale),
        owed=tuple(
            _owed(each, _today(zones, now), writing) for each in (leased.amounts if work is None else work.amounts)
        ),
        fresh=work is not None and work.fresh,
        history=tuple(_line(each, zones, writing) for each in past),
        do_before=writing.instant(leased.expires_at, zones),
        ends_in_s=left,
        ends_in=writing.left(left),
        blocks=() if work is None else blocks_of(work.script),
    )


def _owed(each: AmountOfInvoice, today: date, writing: Writing) -> Owed:
    due = _date_of(each.due_on)
    days = 0 if due is None else (today - due).days
    return Owed(
        each.invoice_id,
        foreign_text(each.number or each.invoice_id, _LONGEST),
        writing.money(each.amount_due, each.currency),
        foreign_text(each.due_on, _LONGEST) if due is None else writing.date(due),
        writing.words.task.days.format(days=days) if days > 0 else "",
    )


def _line(past: Past, zones: tuple[str, ...], writing: Writing) -> PastLine:
    words = writing.words
    outcome = past.outcome or ""
    came = [next((name for word, name in words.outcomes.names.items() if word == outcome), foreign_text(outcome, 60))]
    if past.outcome is None:
        came = [words.task.results.get(past.result, past.result)]
    if past.promised_on is not None:
        came.append(words.task.promised.format(day=writing.date(past.promised_on)))
    if past.promise_outcome is not None:
        came.append(words.task.promise_outcomes.get(past.promise_outcome, past.promise_outcome))
    way = words.task.ways.get(past.way, past.way)
    return PastLine(writing.instant(past.at, zones), way, ", ".join(came))


def _today(zones: tuple[str, ...], now: Millis) -> date:
    here: datetime = from_millis(now).astimezone(ZoneInfo(zones[0] if zones else clocks.UTC_ZONE))
    return here.date()


def _date_of(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
