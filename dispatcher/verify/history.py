"""One customer as input topics and journal tell it: events by their coordinates, records in their order, claims."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.events import EVENT_TYPES
from schemas.inbox import Arrival
from schemas.journal import CauseRecord, JournalRecord, Result
from schemas.topics import INPUTS
from schemas.values import Channel, Millis, to_millis

RESENT = "doubt_resend"
"""Reason code of an attempt that is given up for a copy of the same message."""

Coordinates = tuple[str, int, int]
"""Topic without prefix, partition, offset."""


def shown(where: Coordinates) -> str:
    """Coordinates as a person writes them."""
    topic, partition, offset = where
    return f"{topic}[{partition}]@{offset}"


@dataclass(frozen=True, slots=True)
class Said:
    """A journal record, where it stands, and the broker's time of it (milliseconds)."""

    record: JournalRecord
    where: Coordinates
    appended: Millis

    @property
    def code(self) -> str:
        """The first reason's code."""
        return self.record.reasons[0].code if self.record.reasons else ""

    @property
    def event(self) -> Coordinates | None:
        """The coordinates of the published event that this record tells of; None for anything else."""
        cause, reasons = self.record.cause, self.record.reasons
        if cause is None or cause.topic not in INPUTS:
            return None
        tells = bool(reasons) and reasons[0].rule in EVENT_TYPES and self.record.kind != "decision"
        return _place(cause) if tells or self.record.result == "parked" else None


def _place(cause: CauseRecord) -> Coordinates:
    return cause.topic, cause.partition, cause.offset


@dataclass(slots=True)
class Claim:
    """A contact that was claimed. `index` is its record's place among the customer's; `outcomes` what came of it, in order.

    `stages`: invoice -> its own stage, which differs from `stage`, that of the message, where it was merged into it.
    `channel` is None where something was handed over to people who need none: a letter, a visit, a legal step. `dialled`: it
    stands for the call of a task that was claimed before. `calls`: when it was permitted to be dialled, by record.
    """

    said: Said
    index: int
    attempt_id: str
    contact_id: str
    channel: Channel | None
    at: Millis
    stage: str
    stages: Mapping[str, str]
    outcomes: list[tuple[int, Result, str]] = field(default_factory=list)
    calls: list[tuple[int, Millis]] = field(default_factory=list)
    dialled: bool = False

    @property
    def name(self) -> str:
        """The attempt, and that it is its call that is spoken of, if it is."""
        return f"{self.attempt_id} (dialled)" if self.dialled else self.attempt_id

    @property
    def policy(self) -> str:
        """The hash of the policy that decided, and the variant of it, if any: `<hash>/<variant>`."""
        record = self.said.record
        return record.policy if record.variant is None else f"{record.policy}/{record.variant}"

    def had(self, *results: Result, before: int | None = None) -> bool:
        """Whether the journal said one of these of the attempt (before a record of the customer)."""
        return any(result in results and (before is None or index < before) for index, result, _ in self.outcomes)

    def given_back(self, before: int) -> bool:
        """Whether it counted no more by a record of the customer: nobody was reached, as the journal says.

        What is sent again although it may have been sent counts twice. A task that was withdrawn counts as well: who called
        may not have said so yet.
        """
        ends = ((result, code) for index, result, code in self.outcomes if index < before)
        return any(result == "rejected" or (result == "released" and code != RESENT) for result, code in ends)

    def happened(self, before: int) -> Millis:
        """When the customer was, or may have been, contacted, as far as the records before this one tell."""
        return max([self.at, *(at for index, at in self.calls if index < before)])


@dataclass(frozen=True, slots=True)
class History:
    """Everything about one customer. `whole`: no event and no record of it has been cut away by retention."""

    customer_id: str
    events: Mapping[Coordinates, Arrival]
    journal: Sequence[Said]
    whole: bool = True

    def facts(self) -> Iterator[tuple[int, Arrival]]:
        """The events that were applied, by the index of the record that says so."""
        for index, said in enumerate(self.journal):
            event = said.event
            if event is not None and said.record.result != "parked" and event in self.events:
                yield index, self.events[event]


def claims_of(journal: Sequence[Said]) -> list[Claim]:
    """The claims, in order, each with its outcomes. A second claim of one attempt is a claim of its own."""
    claims: list[Claim] = []
    latest: dict[str, Claim] = {}
    for index, said in enumerate(journal):
        record = said.record
        attempt_id = record.attempt_id
        if attempt_id is None:
            continue
        if record.result == "claimed":
            stage = record.stage or ""
            claim = Claim(
                said,
                index,
                attempt_id,
                record.contact_id or attempt_id.rpartition(".")[0],
                record.channel,
                to_millis(record.at),
                stage,
                dict.fromkeys(record.invoice_ids, stage) | _merged(journal, index),
            )
            claims.append(claim)
            latest[attempt_id] = claim
        elif record.kind == "attempt" and attempt_id in latest:
            latest[attempt_id].outcomes.append((index, record.result, said.code))
            if record.result == "permitted":
                latest[attempt_id].calls.append((index, to_millis(record.at)))
    return claims


def _merged(journal: Sequence[Said], index: int) -> dict[str, str]:
    """The own stages of the invoices that were merged into a contact: told right after its claim."""
    own: dict[str, str] = {}
    contact_id = journal[index].record.contact_id
    for said in journal[index + 1 :]:
        if said.record.result != "merged" or said.record.contact_id != contact_id:
            break
        own |= dict.fromkeys(said.record.invoice_ids, said.record.stage or "")
    return own
