"""What folding one event amounts to, in the words of the journal."""

import msgspec

from schemas.inbox import Stamp
from schemas.journal import Kind, Reason, Result, TaskKind
from schemas.reasons import ReasonCode
from schemas.values import Channel


class Note(msgspec.Struct, frozen=True, gc=False):
    """One record to be written about an event: what became of it (`code`), and which invoices it touches."""

    event: str
    code: ReasonCode
    invoice_ids: tuple[str, ...] = ()
    kind: Kind = "fact"
    result: Result = "recorded"
    creditor_id: str | None = None
    stage: str | None = None
    channel: Channel | None = None
    contact_id: str | None = None
    attempt_id: str | None = None
    detail: str = ""
    task: TaskKind | None = None


def newer(stamp: Stamp, than: Stamp | None) -> bool:
    """Whether a statement replaces what was stated before: the larger of (time, source, id) wins."""
    return than is None or stamp > than


_REASONS: dict[tuple[str, ReasonCode], tuple[Reason, ...]] = {}


def reasons_of(note: Note) -> tuple[Reason, ...]:
    """The reasons of a note's record; those without detail are built once, there are few."""
    if note.detail:
        return (Reason(note.code, note.event, {"detail": note.detail}),)
    key = (note.event, note.code)
    if key not in _REASONS:
        _REASONS[key] = (Reason(note.code, note.event),)
    return _REASONS[key]
