"""Who gets the last slot of a cap: a contact that is not mandatory leaves it to one that is, and will need it.

Two mandatory contacts are looked for: one that is due and waits for its hour, and one that falls due while a contact made
now would still count.
"""

from collections.abc import Iterator

import msgspec

from dispatcher.core.caps import Asked, Limit, limit
from dispatcher.core.holds import Stop, stop_of
from dispatcher.core.rules import Cap
from dispatcher.core.stage_conditions import skipped_for
from dispatcher.core.stages import schedule
from dispatcher.core.statements import is_closed
from dispatcher.core.turn import Turn
from schemas.state import Contact
from schemas.values import Millis


class Reserved(msgspec.Struct, frozen=True, gc=False):
    """The slot is kept until `until` for a mandatory contact of `stage`; `reached` is the cap that would hold that up."""

    reached: Limit
    stage: str
    until: Millis


def reserved(turn: Turn, caps: tuple[Cap, ...], asked: Asked, tier: str, when: Millis) -> Reserved | None:
    """Whether a contact made at `when` would take the slot of a mandatory one after it; the earliest such.

    If it would, so would one made at any later instant before that: a reserve lasts until the mandatory contact.
    """
    made = Contact("", when, asked.channel, "", asked.creditor_id, asked.invoice_ids, point=asked.point)
    found: Reserved | None = None
    for stage, other, at in (*turn.mandatory_waits, *_to_come(turn, asked, tier)):
        if at <= when or (found is not None and at >= found.until):
            continue
        if limit(caps, turn.contacts, other, turn.place, at, turn.attempts) is None:
            reached = limit(caps, (*turn.contacts, made), other, turn.place, at, turn.attempts)
            if reached is not None:
                found = Reserved(reached, stage, at)
    return found


def _to_come(turn: Turn, asked: Asked, tier: str) -> Iterator[tuple[str, Asked, Millis]]:
    """The mandatory stages ahead of every open invoice that nothing stops, by the first channel of their ladder."""
    policy = turn.policy
    for invoice_id, invoice in turn.invoices.items():
        if invoice.stated is None or invoice.kind == "credit_note" or is_closed(invoice):
            continue
        skipped = skipped_for(turn, turn.profile, invoice) if turn.profile and policy.conditions else 0
        starts = schedule(policy, invoice.due_on, turn.place).starts
        for stage in policy.stages:
            if not stage.mandatory or skipped >> stage.index & 1 or (invoice.due_on, stage.id) in invoice.done:
                continue
            at = turn.opens(starts[stage.index])
            if _is_free(stop_of(turn, invoice_id, stage.phase), at):
                channel = stage.ladders[tier][0]
                creditor_id = policy.creditor(invoice.creditor_id).id
                point = asked.point if channel == asked.channel else ""
                yield stage.id, Asked(channel, creditor_id, (invoice_id,), point), at


def _is_free(stop: Stop | None, at: Millis) -> bool:
    return stop is None or (stop.until is not None and stop.until <= at)
