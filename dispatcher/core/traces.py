"""Which trace (W3C) a customer's invoices and contacts go back to, for as long as something may be said of them.

Most contacts are made by time alone, hours or weeks after the event that caused them, and what providers answer names no
event at all. What is remembered is a link: the trace of the event, not a span that were still open.
"""

from typing import Final

from dispatcher.core.draft import Draft
from dispatcher.core.notes import Note
from dispatcher.core.turn import Turn
from schemas.inbox import Cause

MOST_TRACES: Final = 24
"""Invoices and contacts of a customer whose trace is remembered, those that were named last."""


def remember(draft: Draft, note: Note, trace: str) -> None:
    """What follows from an event with a trace for its invoices, now or later, goes back to it.

    Not what is said of an attempt: the next contact is not caused by what came of the last one. Nor of who was erased.
    """
    if note.attempt_id is None and draft.erased is None:
        for invoice_id in note.invoice_ids:
            _put(draft, invoice_id, trace)


def begin(turn: Turn, contact_id: str, invoice_id: str) -> None:
    """A contact goes back to what its first invoice does, else to the event at hand; later attempts and statements aside."""
    if contact_id in turn.traces:
        return
    cause = turn.cause_of(invoice_id)
    trace = turn.traces.get(invoice_id, "") or ("" if cause is None else cause.trace)
    if trace:
        _put(turn, contact_id, trace)


def trace_behind(turn: Turn, cause: Cause | None, contact_id: str | None, invoice_ids: tuple[str, ...]) -> str:
    """What a record goes back to: its contact's trace, or else its first invoice's; empty where the cause says the same."""
    trace = turn.traces.get(contact_id or "", "")
    if not trace and invoice_ids:
        trace = turn.traces.get(invoice_ids[0], "")
    return "" if cause is not None and cause.trace == trace else trace


def _put(draft: Draft, name: str, trace: str) -> None:
    traces = {each: known for each, known in draft.traces.items() if each != name}
    traces[name] = trace
    for oldest in tuple(traces)[: len(traces) - MOST_TRACES] if len(traces) > MOST_TRACES else ():
        del traces[oldest]
    draft.traces = traces
