"""What comes of a claim: providers that accept, refuse, stay silent or have no room, and desks that call or do not.

A desk asks before it dials, as ours does; only what is permitted happens, and is a contact.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from dispatcher.core.claim import Claim
from dispatcher.sim.agenda import Agenda
from dispatcher.sim.checking.checker import Made
from dispatcher.sim.dice import Dice
from dispatcher.sim.people import Person
from dispatcher.sim.publisher import DAY, HOUR, MINUTE, SECOND, Publisher
from dispatcher.sim.reactions import Reactions
from dispatcher.sim.tally import Tally
from dispatcher.sim.witness import Witness
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    Cause,
    ContactReported,
    DialAsked,
)
from schemas.journal import JournalRecord
from schemas.values import Millis, to_millis

Outcome = AttemptAccepted | AttemptInDoubt | AttemptRejected | AttemptReleased
_PROVIDER: Final = "stand-in"


class Delivery:
    """Senders and desks for one customer. A message leaves one second after its claim."""

    def __init__(  # noqa: PLR0917  the customer's world
        self,
        person: Person,
        dice: Dice,
        agenda: Agenda,
        publisher: Publisher,
        reactions: Reactions,
        witness: Witness,
        tally: Tally,
    ) -> None:
        self._person = person
        self._dice = dice
        self._agenda = agenda
        self._publisher = publisher
        self._reactions = reactions
        self._witness = witness
        self._tally = tally
        self._withdrawn: set[str] = set()
        self._variants: dict[str, str] = {}
        self._tasks: dict[str, Claim] = {}

    def withdraw(self, attempt_ids: tuple[str, ...]) -> None:
        """These are no longer wanted: what has not left will not."""
        self._withdrawn.update(attempt_ids)

    def submit(self, claim: Claim, at: Millis, variant: str | None) -> None:
        """A claim stands: attempt it, or give the task to a desk. `variant` is the one that the journal names."""
        if variant is not None:
            self._variants[claim.attempt_id] = variant
        if claim.channel == "call_task":
            self._tally.tasks["issued"] += 1
            self._tasks[claim.attempt_id] = claim
            self._agenda.add(
                at + self._dice.among(f"{claim.attempt_id}/called", 1, 40) * HOUR, partial(self._ask, claim)
            )
        else:
            self._agenda.add(at + SECOND, partial(self._send, claim))

    def _ask(self, claim: Claim, at: Millis) -> None:
        """Somebody is about to dial."""
        cause = Cause("", -1, -1, "dispatcher/gateway", f"{claim.attempt_id}/dial/{at}")
        self._agenda.add(at, Arrival(at * 1000, cause, DialAsked(claim.attempt_id, 1, "desk")))

    def answered(self, records: Sequence[JournalRecord], at: Millis) -> None:
        """What the lane said to those who asked: they dial, come back when they may, or leave it."""
        for record in records:
            claim = self._tasks.get(record.attempt_id or "")
            if claim is None or record.result not in {"permitted", "refused"}:
                continue
            if record.result == "permitted":
                self._tally.tasks["dialled"] += 1
                owed = [name.removeprefix("due.") for name in record.reasons[0].inputs if name.startswith("due.")]
                call = replace(self._made(claim, at, reached=True), decided_at=at, invoice_ids=tuple(owed))
                self._witness.sees(claim, call)
                self._call(claim, at)
            elif record.next_at is None:
                self._tally.tasks["refused"] += 1
            else:
                self._agenda.add(max(to_millis(record.next_at), at + SECOND), partial(self._ask, claim))

    def _call(self, claim: Claim, at: Millis) -> None:
        """The desk reports what came of the call; some calls are never reported."""
        fate = self._dice(f"{claim.attempt_id}/desk")
        if fate < 0.1:  # noqa: PLR2004
            return
        reached = fate < 0.7  # noqa: PLR2004
        outcome, who = ("reached", "right_party") if reached else ("no_answer", "none")
        self._tally.tasks["reached" if reached else "not reached"] += 1
        report = ContactReported(
            "call_task",
            "outbound",
            at,
            "desk",
            outcome,
            "right_party" if who == "right_party" else "none",
            claim.contact_id,
            claim.attempt_id,
        )
        self._publisher.state(at, f"{claim.attempt_id}/report", report)
        if reached:
            self._hears(claim, at)

    def _send(self, claim: Claim, at: Millis) -> None:
        attempt_id = claim.attempt_id
        if attempt_id in self._withdrawn:
            self._told(at, AttemptReleased(attempt_id, "withdrawn"))
            return
        if at >= claim.not_after:
            self._told(at, AttemptReleased(attempt_id, "lease_expired"))
            return
        fate = self._dice(f"{attempt_id}/fate")
        if claim.contact_point in self._person.dead:
            self._witness.sees(claim, self._made(claim, at, reached=False))
            self._told(at, AttemptRejected(attempt_id, _PROVIDER, "recipient", "unreachable"))
        elif fate < 0.01:  # noqa: PLR2004
            self._told(at, AttemptReleased(attempt_id, "provider_limit", at + 10 * MINUTE))
        elif fate < 0.013:  # noqa: PLR2004
            self._witness.sees(claim, self._made(claim, at, reached=False))
            self._told(at, AttemptRejected(attempt_id, _PROVIDER, "content", "filtered"))
        elif fate < 0.018:  # noqa: PLR2004
            self._stay_silent(claim, at, arrived=fate < 0.016)  # noqa: PLR2004
        else:
            self._arrive(claim, at)
            self._told(at, AttemptAccepted(attempt_id, _PROVIDER, attempt_id))

    def _stay_silent(self, claim: Claim, at: Millis, *, arrived: bool) -> None:
        """No answer; a day later an operator finds out whether the message arrived."""
        self._told(at, AttemptInDoubt(claim.attempt_id, _PROVIDER, "timeout"))
        if arrived:
            self._arrive(claim, at)
            found: Outcome = AttemptAccepted(claim.attempt_id, _PROVIDER, claim.attempt_id)
        else:
            found = AttemptReleased(claim.attempt_id, "unanswered")
        self._agenda.add(at + DAY, partial(self._told, fact=found))

    def _confirm(self, claim: Claim, at: Millis) -> None:
        """A receipt, where the next channel waits for one; a few get lost, and a few messages reach nobody."""
        fate = self._dice(f"{claim.attempt_id}/receipt")
        if fate < 0.05:  # noqa: PLR2004
            return
        outcome = "delivered" if fate < 0.95 else "undelivered"  # noqa: PLR2004
        receipt = ContactReported(claim.channel, "outbound", at, "provider", outcome, "none", claim.contact_id)
        self._publisher.state(at, f"{claim.attempt_id}/receipt", receipt)

    def _arrive(self, claim: Claim, at: Millis) -> None:
        self._witness.sees(claim, self._made(claim, at, reached=True))
        if claim.acknowledges is None:
            self._agenda.add(at + MINUTE, partial(self._hears, claim))
        if claim.stage.fallback:
            self._agenda.add(at + 2 * MINUTE, partial(self._confirm, claim))

    def _hears(self, claim: Claim, at: Millis) -> None:
        ids = [invoice_id for invoice_id, _ in claim.invoices]
        self._reactions.hears(at, claim.channel, claim.contact_point, ids)

    def _told(self, at: Millis, fact: Outcome) -> None:
        kind = type(fact).__name__
        self._tally.attempts[kind.removeprefix("Attempt").lower()] += 1
        cause = Cause("", -1, -1, "dispatcher/sender", f"{fact.attempt_id}/{kind}/{at}")
        self._agenda.add(at + SECOND, Arrival((at + SECOND) * 1000, cause, fact))

    def _made(self, claim: Claim, at: Millis, *, reached: bool) -> Made:
        return Made(
            at,
            claim.claimed_at,
            claim.channel,
            claim.contact_point,
            claim.stage.id,
            tuple([invoice_id for invoice_id, invoice in claim.invoices if invoice.kind == "invoice"]),
            claim.creditor_id,
            reached,
            claim.stage.timed,
            self._variants.get(claim.attempt_id),
            claim.contact_id,
        )
