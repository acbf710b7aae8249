"""I1, I8, I10, I12: every event is told once, every record is numbered, and what was planned did not stand still."""

import re
from collections.abc import Mapping
from typing import Final

from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Coordinates, History, Said, shown
from dispatcher.verify.known import Point
from dispatcher.verify.known import where as point_of
from dispatcher.verify.rules import ACKNOWLEDGEMENTS
from schemas.inbox import Arrival, ProfileStated
from schemas.journal import encode
from schemas.topics import INPUTS
from schemas.values import Millis, to_millis

Extents = Mapping[tuple[str, int], tuple[int, int]]
"""(topic without prefix, partition) -> first offset that is still there, and the offset after the last one read."""

OVERDUE: Final[Millis] = 2 * 24 * 3_600_000
"""So long after its planned instant a contact must have been decided: a change of zone moves an instant by a day."""

_KNOWN: Final = "outdated"
"""Reason code of a statement that changed nothing: what a crash repeats long after is told again, and is harmless."""

_NUMBER: Final = re.compile(r"\.([1-9]\d*)$")


def judge_events(history: History, taken: Mapping[tuple[str, int], int], settled: Millis, out: Findings) -> None:
    """I1: each event is told of, or known by its id. I10: it has been read at all (`taken`: intake's positions)."""
    told = {said.event for said in history.journal}
    causes = (said.record.cause for said in history.journal if said.event is not None)
    ids = {(cause.source, cause.id) for cause in causes if cause is not None}
    for at, event in history.events.items():
        if at in told:
            continue
        if (event.cause.source, event.cause.id) in ids:
            out.looked.repeated += 1
        elif event.appended > settled:
            out.looked.open += 1
        elif at[2] >= taken.get(at[:2], at[2] + 1):
            out.add("I10", history.customer_id, shown(at), "published long ago, and not read yet", event.appended)
        else:
            out.add("I1", history.customer_id, shown(at), "neither recorded nor rejected", event.appended)


def judge_journal(history: History, extents: Extents, out: Findings) -> None:
    """I8: numbers without a gap, events told once, and no fact without its event."""
    expected = 1
    facts: set[Coordinates] = set()
    for said in history.journal:
        number, event, at = number_of(said, history.customer_id), said.event, to_millis(said.record.at)
        where = shown(said.where)
        if number is None:
            out.add("I8", history.customer_id, where, "the record's number is not one of this customer", at)
            continue
        if number != expected and (expected > 1 or history.whole):
            out.add("I8", history.customer_id, where, f"record {number} where {expected} was to follow", at)
        expected = number + 1
        if event is None:
            continue
        if event in facts and said.code != _KNOWN:
            out.add("I8", history.customer_id, where, f"{shown(event)} is told twice", at)
        elif event not in history.events and _is_read(event, extents):
            out.add("I8", history.customer_id, where, f"there is no such event: {shown(event)}", at)
        facts.add(event)


def cut_away(history: History, extents: Extents) -> list[Coordinates]:
    """Events that the journal tells of and that retention has removed, or records that came before its first one."""
    lost = [
        event
        for event in (said.event for said in history.journal)
        if event is not None and event not in history.events and event[2] < extents.get(event[:2], (1 << 62, 0))[0]
    ]
    if history.journal:
        first = history.journal[0]
        begin = extents.get(first.where[:2], (0, 0))[0]
        if begin > 0 and number_of(first, history.customer_id) != 1:
            lost.append((first.where[0], first.where[1], begin - 1))
    return lost


def judge_progress(history: History, latest: Millis, out: Findings) -> None:
    """I1: what was planned for an instant that has long passed on the dispatcher's clock (`latest`) was decided."""
    last: dict[str, Said] = {}
    for said in history.journal:
        if said.record.kind == "decision" and said.record.stage not in ACKNOWLEDGEMENTS:  # courtesies may be left out
            last |= dict.fromkeys(said.record.invoice_ids, said)
    for invoice_id, said in last.items():
        due = said.record.planned_for or said.record.next_at
        waits = said.record.result in ("planned", "deferred")
        if waits and due is not None and to_millis(due) + OVERDUE < latest:
            says = f"invoice {invoice_id}: {said.record.result} for {due.isoformat()}, and nothing was decided then"
            out.add("I1", history.customer_id, shown(said.where), says, to_millis(due))


def judge_privacy(history: History, out: Findings) -> None:
    """I12: no number and no address of the customer stands in the journal."""
    points = {point_of(point).encode() for event in history.events.values() for point in _points(event)}
    for said in history.journal if points else ():
        value = encode(said.record)
        if any(point in value for point in points):
            out.add("I12", history.customer_id, shown(said.where), "the record holds a number or an address")


def _points(event: Arrival) -> tuple[Point, ...]:
    fact = event.fact
    return (*fact.phones, *fact.emails) if isinstance(fact, ProfileStated) else ()


def number_of(said: Said, customer_id: str) -> int | None:
    """The number of a customer's record; None for a name that is not one of this customer's."""
    found = _NUMBER.search(said.record.record_id)
    if found is None or said.record.record_id[: found.start()] != customer_id:
        return None
    return int(found[1])


def _is_read(event: Coordinates, extents: Extents) -> bool:
    begin, end = extents.get(event[:2], (0, 0))
    return event[0] in INPUTS and begin <= event[2] < end
