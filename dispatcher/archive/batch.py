"""What one turn of the archiver writes: records of several topics, sorted into rows before the transaction begins."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import msgspec

from dispatcher.archive import journal_rows
from dispatcher.archive.contacts import Contact, concerns_contact, contact, dial, merged
from dispatcher.archive.facts import FactRows, Place, Row
from dispatcher.archive.journal_rows import Part, listed
from dispatcher.archive.sealing import thing_key
from dispatcher.archive.tallies import Tally, tally
from dispatcher.engine.clients import Record
from schemas import inbox, policies, texts, topics
from schemas.journal import JournalRecord, TaskRecord, decode_journal, decode_task
from schemas.policies import IN_FORCE_KEY
from schemas.values import Millis, to_millis

ARCHIVED: Final = (topics.POLICY, topics.INBOX, topics.TASKS, topics.TEXTS, topics.JOURNAL)
"""What is archived, by names without prefix."""

_MARK: Final = b"\0"
_PROMISES: Final = "promises."


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """A journal record on its way into the chain of its partition."""

    partition: int
    offset: int
    appended: Millis
    record: JournalRecord
    personal: Part


@dataclass(slots=True, repr=False)
class Batch:
    """Rows of a turn. `reached`: the offset after the last record of each partition, `begun`: that of its first."""

    prefix: str
    key: bytes
    begun: dict[tuple[str, int], int] = field(default_factory=dict)
    reached: dict[tuple[str, int], int] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    tallies: Counter[Tally] = field(default_factory=Counter)
    contacts: dict[str, Contact] = field(default_factory=dict)
    dials: list[Row] = field(default_factory=list)
    judgements: list[Row] = field(default_factory=list)
    erasures: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    policies: list[Row] = field(default_factory=list)
    switches: list[Row] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    facts: FactRows = field(init=False)

    def __post_init__(self) -> None:
        self.facts = FactRows(self.key)

    def take(self, raw: Record) -> None:
        """Sort one record in; what cannot be read is remembered by its place."""
        place = Place(raw.topic.removeprefix(self.prefix), raw.partition, raw.offset)
        at = (place.topic, place.partition)
        self.begun.setdefault(at, raw.offset)
        self.reached[at] = raw.offset + 1
        if raw.key is None or raw.value is None or raw.key.startswith(_MARK):
            return
        try:
            self._sorted(place, raw.key, raw.value, raw.timestamp)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self.unread.append(place)

    def __bool__(self) -> bool:
        return bool(self.reached)

    def _sorted(self, place: Place, key: bytes, value: bytes, appended: Millis) -> None:
        if place.topic == topics.JOURNAL:
            self._journal(place, decode_journal(value), appended)
        elif place.topic == topics.INBOX:
            self.facts.take(place, key.decode(), inbox.decode_arrival(value), appended)
        elif place.topic == topics.TASKS:
            self._task(place, decode_task(value), appended)
        elif place.topic == topics.TEXTS:
            sent = texts.decode(value)
            self.facts.text(place, key.decode(), sent.channel, appended, sent.whole, sent.attempt_id)
        elif key == IN_FORCE_KEY:
            named = policies.decode_in_force(value)
            self.switches.append(
                {"offset": place.offset, "hash": named.hash, "who": named.who, "at": to_millis(named.at)}
            )
        else:
            text = policies.decode_text(value)
            self.policies.append({"hash": text.hash, "text": text.text, "who": text.who, "at": to_millis(text.at)})

    def _journal(self, place: Place, record: JournalRecord, appended: Millis) -> None:
        entry = Entry(place.partition, place.offset, appended, record, journal_rows.personal(record))
        self.entries.append(entry)
        self.tallies[tally(record)] += 1
        if concerns_contact(record):
            said = contact(record, place.partition, place.offset)
            name = str(record.attempt_id)
            known = self.contacts.get(name)
            self.contacts[name] = said if known is None else merged(known, said)
        if (asked := dial(record, place.partition, place.offset)) is not None:
            self.dials.append(asked)
        if record.kind == "fact" and record.reasons:
            self._fact(place, record, appended)

    def _fact(self, place: Place, record: JournalRecord, appended: Millis) -> None:
        reason, at = record.reasons[0], to_millis(record.at)
        head: Row = {"partition": place.partition, "offset": place.offset, "customer_id": record.customer_id, "at": at}
        if reason.rule.startswith(_PROMISES):
            detail = reason.inputs.get("detail")
            promise_id = reason.rule.removeprefix(_PROMISES)
            self.judgements.append(
                head
                | {
                    "key": thing_key(self.key, record.customer_id, promise_id),
                    "promise_id": promise_id,
                    "outcome": reason.code,
                    "settled": None if detail is None else str(detail),
                }
            )
        elif reason.rule == "customer.erased" and reason.code == "recorded":
            self.erasures.append(head | {"topic": place.topic, "appended": appended})

    def _task(self, place: Place, task: TaskRecord, appended: Millis) -> None:
        self.tasks.append(
            {
                "task_id": task.task_id,
                "partition": place.partition,
                "offset": place.offset,
                "appended": appended,
                "customer_id": task.customer_id,
                "kind": task.kind,
                "invoice_ids": listed(task.invoice_ids),
                "not_before": to_millis(task.not_before),
                "expires_at": to_millis(task.expires_at),
                "priority": task.priority,
                "assignee": task.assignee,
                "gate": task.gate,
                "amounts": msgspec.json.encode(task.amounts).decode(),
            }
        )
        self.facts.text(place, task.customer_id, "script", appended, task.script, task.task_id)
