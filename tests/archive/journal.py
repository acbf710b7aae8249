"""Journal records and facts as topics hold them, and an archive that they go into."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from dispatcher.archive.batch import Batch
from dispatcher.archive.store import Positions, Store
from dispatcher.archive.tables import METADATA
from dispatcher.engine.clients import Record
from schemas import inbox, journal, texts, topics
from schemas.inbox import Arrival, Cause, Fact
from schemas.journal import CauseRecord, JournalRecord, Reason, TaskRecord
from schemas.master_keys import MasterKeys
from schemas.texts import SentText
from schemas.values import to_micros, to_millis

KEY = b"k" * 32
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PARTITIONS = 2


def instant(minutes: float = 0) -> datetime:
    return START + timedelta(minutes=minutes)


@dataclass
class Topics:
    """Topics in memory; every record has the offset after the last, with a gap now and then, as transactions leave them."""

    records: list[Record] = field(default_factory=list)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def append(self, topic: str, customer: str, value: bytes, at: datetime = START, key: bytes | None = None) -> Record:
        partition = 0 if topic == topics.POLICY else sum(customer.encode()) % PARTITIONS
        offset = self.ends.get((topic, partition), 0)
        self.ends[topic, partition] = offset + (2 if offset % 5 == 4 else 1)
        made = Record(topic, partition, offset, to_millis(at), key or customer.encode(), value, ())
        self.records.append(made)
        return made

    def decided(self, customer: str, result: str, code: str = "due", *, minutes: float = 0, **fields: object) -> Record:
        """A journal record; its kind is `decision` unless said."""
        number = self.numbers[customer] = self.numbers.get(customer, 0) + 1
        known: dict[str, object] = {
            "kind": "decision",
            "invoice_ids": (f"I-{customer}",),
            "policy": "p" * 32,
            "reasons": (Reason(code, "stages.first"),),
            "cause": CauseRecord("billing.due", 0, number, "/billing", f"{customer}-{number}"),
        }
        record = JournalRecord(
            record_id=f"{customer}.{number}",
            at=instant(minutes),
            customer_id=customer,
            result=result,
            **known | fields,
        )
        return self.append(topics.JOURNAL, customer, journal.encode(record), instant(minutes))

    def attempted(self, customer: str, attempt_id: str, result: str, *, minutes: float = 0, detail: str = "") -> Record:
        inputs = {"detail": detail} if detail else {}
        return self.decided(
            customer,
            result,
            kind="attempt",
            reasons=(Reason("reported", "contact.reported", inputs),),
            attempt_id=attempt_id,
            channel="sms",
            minutes=minutes,
        )

    def claimed(self, customer: str, attempt_id: str, *, minutes: float = 0, **fields: object) -> Record:
        known: dict[str, object] = {
            "channel": "sms",
            "stage": "first",
            "phase": "overdue",
            "tier": "high",
            "variant": "a",
        }
        return self.decided(
            customer,
            "claimed",
            minutes=minutes,
            attempt_id=attempt_id,
            contact_id=attempt_id.partition(".")[0],
            **known | fields,
        )

    def noted(
        self,
        customer: str,
        event: str,
        code: str = "recorded",
        *,
        minutes: float = 0,
        detail: str = "",
        **fields: object,
    ) -> Record:
        reasons = (Reason(code, event, {"detail": detail} if detail else {}),)
        return self.decided(customer, "recorded", minutes=minutes, kind="fact", reasons=reasons, **fields)

    def said(self, customer: str, fact: Fact, *, minutes: float = 0, event_id: str | None = None) -> Record:
        """A fact of the inbox."""
        number = self.numbers[f"inbox {customer}"] = self.numbers.get(f"inbox {customer}", 0) + 1
        cause = Cause("customers.feedback", 0, number, "/desk", event_id or f"{customer}-said-{number}")
        value = inbox.encode(Arrival(to_micros(instant(minutes)), cause, fact))
        return self.append(topics.INBOX, customer, value, instant(minutes))

    def sent(self, customer: str, text: SentText, *, minutes: float = 0) -> Record:
        """What a sender wrote down of an attempt."""
        return self.append(topics.TEXTS, customer, texts.encode(text), instant(minutes))

    def handed_over(self, task: TaskRecord, *, minutes: float = 0) -> Record:
        return self.append(topics.TASKS, task.customer_id, journal.encode(task), instant(minutes))


def task(customer: str, task_id: str, script: str = "Please ask Ada Example why.") -> TaskRecord:
    return TaskRecord(
        task_id, "call", customer, (f"I-{customer}",), "+447700900123", instant(), instant(600), 5, script, (), "desk"
    )


def begun(engine: Engine, key: bytes = KEY, masters: MasterKeys | None = None) -> tuple[Store, Positions]:
    """A store, and the positions of a first start."""
    store = Store(engine, key, masters)
    store.claim()
    places = {
        (topic, partition): 0
        for topic in (topics.JOURNAL, topics.INBOX, topics.TASKS, topics.TEXTS)
        for partition in range(PARTITIONS)
    } | {(topics.POLICY, 0): 0}
    standing = store.positions()
    store.begin({place: standing.get(place, 0) for place in places}, standing)
    return store, store.positions()


def batch(records: Iterable[Record], key: bytes = KEY) -> Batch:
    made = Batch("", key)
    for record in records:
        made.take(record)
    return made


def archived(
    engine: Engine,
    records: Sequence[Record],
    *,
    turn: int = 1_000,
    key: bytes = KEY,
    masters: MasterKeys | None = None,
) -> None:
    """Write records as an archiver would, from where the database stands, in turns of this size."""
    store, positions = begun(engine, key, masters=masters)
    ahead = [each for each in records if each.offset >= positions[each.topic, each.partition]]
    for start in range(0, len(ahead), turn):
        positions = store.write(batch(ahead[start : start + turn], key), positions)


def contents(engine: Engine, without: Callable[[str], bool] = lambda _: False) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in an order of its own."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
            if not without(table.name)
        }


def rows(engine: Engine, table: object) -> list[dict[str, object]]:
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]
