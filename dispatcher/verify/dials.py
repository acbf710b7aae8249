"""Tasks that were permitted to be dialled: each is held against the rules as if it had been claimed at that instant.

A task may lie on a desk for days. What counts for the customer is the call: hours, limits, stops and objections are judged
again, with what was known then. And a task is permitted once (and once more when the customer asked to be called back),
while it is open, to nobody who had lost it to another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dispatcher.verify.findings import Findings, Invariant
from dispatcher.verify.history import Claim, History, Said, shown
from dispatcher.verify.known import Known
from schemas.inbox import ContactReported
from schemas.journal import JournalRecord, Result
from schemas.values import to_millis

_CALL_BACK = "call_back"
_ENDS: tuple[Result, ...] = ("delivered", "undelivered", "rejected", "released", "cancelled", "expired")


def dials_of(journal: Sequence[Said], claims: Sequence[Claim]) -> list[Claim]:
    """The permissions, each as its claim would be if it had been made then; those of what nobody claimed are left out."""
    known = {claim.attempt_id: claim for claim in claims}
    return [
        replace(claim, said=said, index=index, at=to_millis(said.record.at), dialled=True)
        for index, said in enumerate(journal)
        if said.record.result == "permitted" and (claim := known.get(said.record.attempt_id or "")) is not None
    ]


def of_what_is_owed(dial: Claim, known: Known) -> Claim:
    """A caller speaks of what is still owed; where nothing is, the whole task is what should not have been dialled."""
    owed = {each: stage for each, stage in dial.stages.items() if not (each in known.bills and known.bills[each].paid)}
    return replace(dial, stages=owed) if owed else dial


def judge_dials(history: History, dials: Sequence[Claim], out: Findings) -> None:
    """I3: a task is permitted once, or once more for each call-back, to the latest lease. I2: only while it is open."""
    permitted: dict[str, int] = {}
    for dial in dials:
        before = permitted.get(dial.attempt_id)
        again = before is not None and not _is_called_back(history, dial.attempt_id, before, dial.index)
        for invariant, says in _wrong(history.journal, dial, again=again):
            out.add(invariant, history.customer_id, shown(dial.said.where), f"{dial.name}: {says}", dial.at)
        permitted[dial.attempt_id] = dial.index


def _is_called_back(history: History, attempt_id: str, after: int, before: int) -> bool:
    """Whether it was reported between two records that the customer wants to be called another time."""
    return any(
        after < index < before and arrival.fact.task_id == attempt_id and arrival.fact.next_action == _CALL_BACK
        for index, arrival in history.facts()
        if isinstance(arrival.fact, ContactReported)
    )


def _wrong(journal: Sequence[Said], dial: Claim, *, again: bool) -> Iterator[tuple[Invariant, str]]:
    if again:
        yield "I3", "it had been dialled before"
    if dial.had(*_ENDS, before=dial.index):
        yield "I2", "it was over already"
    before = [_fence(said.record) for said in journal[: dial.index] if said.record.attempt_id == dial.attempt_id]
    if max(before, default=0) > _fence(dial.said.record):
        yield "I3", "a later lease had asked before"


def _fence(record: JournalRecord) -> int:
    """The number of the lease that asked; 0 for any other record."""
    fence = record.reasons[0].inputs.get("fence", 0) if record.result in {"permitted", "refused"} else 0
    return fence if isinstance(fence, int) else 0
