"""I8, I10, I11: what the dispatcher keeps, hands over and has still to read agrees with what its journal says.

State, journal and tasks are written together. So the number of a customer's last record stands in the state, an attempt that
is open there is open in the journal, and each task that was issued is in the hands of people, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatcher.verify.completeness import Extents, number_of
from dispatcher.verify.findings import Findings
from dispatcher.verify.history import Claim, Coordinates, History, Said, shown
from schemas.inbox import Arrival
from schemas.state import Customer
from schemas.topics import JOURNAL, TASKS
from schemas.values import Millis

ERASED = ""
"""In place of the id of a task whose key was destroyed with its customer's: it was one of theirs."""

_ISSUED = "task.issued"
"""The rule under which the journal says that a task was written."""

_STILL_OPEN = ("claimed", "in_doubt")


@dataclass(frozen=True, slots=True)
class Kept:
    """A customer's aggregate as the state topic holds it, and where."""

    customer: Customer
    where: Coordinates


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record of the inbox behind the committed position: what it holds, where it stands, and since when."""

    arrival: Arrival
    where: Coordinates
    appended: Millis


def judge_state(  # noqa: PLR0917  one customer and what is known of the topics
    history: History, claims: Sequence[Claim], kept: Kept | None, extents: Extents, settled: Millis, out: Findings
) -> None:
    """I8: the journal ends where the state says. I11: what is open is open in both."""
    last = history.journal[-1] if history.journal else None
    if kept is None:
        if last is not None and last.appended <= settled:
            out.add("I8", history.customer_id, shown(last.where), "recorded, but the state knows no such customer")
        return
    told = 0 if last is None else number_of(last, history.customer_id) or 0
    number = kept.customer.sequence
    if number > told and not _cut_away(kept, last, extents):
        says = f"the state has written {number} records, the journal ends with {told}"
        out.add("I8", history.customer_id, shown(kept.where), says)
    elif last is not None and number < told and last.appended <= settled:
        out.add("I8", history.customer_id, shown(last.where), f"record {told}, but the state has written {number}")
    if number == told and history.whole:
        _judge_open(history, claims, kept, out)


def _judge_open(history: History, claims: Sequence[Claim], kept: Kept, out: Findings) -> None:
    last: dict[str, tuple[Claim, str]] = {}
    for claim in claims:
        last[claim.attempt_id] = claim, claim.outcomes[-1][1] if claim.outcomes else "claimed"
    attempts = kept.customer.attempts
    for attempt_id, (claim, result) in last.items():
        attempt = attempts.get(attempt_id)
        state = "over" if attempt is None else attempt.state
        if (result in _STILL_OPEN or state in _STILL_OPEN) and state != result:
            says = f"{attempt_id}: {result} in the journal, {state} in the state"
            out.add("I11", history.customer_id, shown(claim.said.where), says, claim.at)
    for attempt_id in attempts.keys() - last.keys():
        out.add("I11", history.customer_id, shown(kept.where), f"{attempt_id}: open in the state, never claimed")


def _cut_away(kept: Kept, last: Said | None, extents: Extents) -> bool:
    """Whether retention may have removed all records of the customer."""
    begin, _ = extents.get((JOURNAL, kept.where[1]), (0, 0))
    return last is None and begin > 0


def judge_tasks(history: History, tasks: Sequence[tuple[str, Coordinates]], extents: Extents, out: Findings) -> None:
    """I11: every task that the journal says was issued exists, once, and no other; of erased ones, as many."""
    issued = {said.record.attempt_id or "": said for said in history.journal if _issues(said)}
    seen: set[str] = set()
    erased = sum(task_id == ERASED for task_id, _ in tasks)
    for task_id, where in tasks:
        if task_id == ERASED:
            continue
        if task_id in seen:
            out.add("I11", history.customer_id, shown(where), f"{task_id}: the task was written twice")
        elif task_id not in issued and history.whole:
            out.add("I11", history.customer_id, shown(where), f"{task_id}: a task that nobody issued")
        seen.add(task_id)
    missing = [each for each in issued.items() if each[0] not in seen]
    for task_id, said in missing[erased:]:
        begin, _ = extents.get((TASKS, said.where[1]), (1, 0))
        if begin == 0:
            out.add("I11", history.customer_id, shown(said.where), f"{task_id}: issued, but there is no such task")


def _issues(said: Said) -> bool:
    reasons = said.record.reasons
    return said.record.kind == "attempt" and bool(reasons) and reasons[0].rule == _ISSUED


def judge_waiting(history: History, waiting: Sequence[Waiting], settled: Millis, out: Findings) -> None:
    """I10: what stands in the inbox for long has been applied, whatever it is: an outcome no less than an event."""
    if not waiting:
        return
    causes = (said.record.cause for said in history.journal)
    told = {(cause.source, cause.id) for cause in causes if cause is not None}
    for each in waiting:
        cause = each.arrival.cause
        if (cause.source, cause.id) in told:
            continue
        if each.appended > settled:
            out.looked.open += 1
        else:
            says = "in the inbox for long, and not applied"
            out.add("I10", history.customer_id, shown(each.where), says, each.appended)
