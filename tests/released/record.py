"""Records the present release: its contracts, records of every kind that it writes, and an archive that it made.

usage: python -m tests.released.record tests/released/VERSION
"""

import argparse
import json
import lzma
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, get_args

import msgspec

from dispatcher.archive import schema
from dispatcher.archive.batch import ARCHIVED, Batch
from dispatcher.archive.database import opened
from dispatcher.archive.store import Store
from dispatcher.core.decide import Conditions, Decision, decide
from dispatcher.core.policy import Policy
from dispatcher.engine.clients import Record
from dispatcher.engine.log_position import WATERMARK_KEY, Watermark
from dispatcher.engine.task_records import TaskWriter
from dispatcher.local.portfolio import POLICY
from dispatcher.sim.life import Rules, Span, live
from dispatcher.sim.portfolio import rules_of
from dispatcher.sim.tally import Tally
from schemas import brakes, inbox, journal, points, policies, state, topics
from schemas.inbox import Arrival
from schemas.json_schema import MODELS, json_schema
from schemas.state import Customer
from schemas.values import Millis, to_millis
from tests.released.filled import records
from tests.released.meaning import meaning

START = to_millis(datetime(2026, 2, 15, tzinfo=UTC))
DAYS = 60
CUSTOMERS = 40
ARCHIVED_CUSTOMERS = 25
SEED = 11
ARCHIVE_KEY = b"k" * 32
IDENTITY = "recorded"


class Written(msgspec.Struct, frozen=True, array_like=True, repr_omit_defaults=True):
    """A record as it was written, and what it meant to who wrote it; `kind` says what reads it."""

    kind: str
    topic: str
    at: Millis
    key: bytes
    value: bytes
    meant: Any


@dataclass
class Lives:
    """The records of customers who lived under the sample policy, in the order of each customer."""

    rules: Rules
    tasks: TaskWriter = field(default_factory=lambda: TaskWriter(lambda *_: "Please call."))
    written: list[Written] = field(default_factory=list)

    def decide(  # noqa: PLR0917  as the core's
        self,
        customer_id: str,
        customer: Customer,
        arrivals: Sequence[Arrival],
        policy: Policy,
        now: Millis,
        conditions: Conditions,
    ) -> Decision:
        made = decide(customer_id, customer, arrivals, policy, now, conditions)
        key = customer_id.encode()
        for arrival in arrivals:
            self._write("arrival", topics.INBOX, now, key, inbox.encode(arrival), arrival)
        for record in made.records:
            self._write("journal", topics.JOURNAL, now, key, journal.encode(record), record)
        for claim in made.claims:
            if claim.channel == "call_task":
                task = self.tasks.record(claim, policy)
                self._write("task", topics.TASKS, now, key, journal.encode(task), task)
        value = state.encode(made.customer, made.wake_at, made.flags)
        self._write("state", topics.STATE, now, key, value, made.customer)
        return made

    def _write(self, kind: str, topic: str, at: Millis, key: bytes, value: bytes, said: object) -> None:  # noqa: PLR0917
        self.written.append(Written(kind, topic, at, key, value, meaning(said)))


def lived() -> tuple[Rules, list[Written]]:
    rules = rules_of(POLICY.read_text("utf-8"), POLICY.name)
    assert isinstance(rules, Rules)
    lives = Lives(rules)
    for number in range(CUSTOMERS):
        live(number, SEED, Span(START, DAYS), rules, Tally(), lives.decide)
    return rules, sorted(lives.written, key=lambda each: each.at)


def of_every_kind() -> Iterator[Written]:
    """Records that nobody lived: every fact, every field, every value of a closed list."""
    key = b"C-filled"

    def of(kind: str, topic: str, model: type[msgspec.Struct], encode: Any, key: bytes = key) -> Iterator[Written]:
        for each in records(model):
            yield Written(kind, topic, START, key, encode(each), meaning(each))

    for fact in get_args(inbox.Fact):
        for each in records(fact):
            arrival = Arrival(START * 1000, inbox.Cause(topics.BILLING_DUE, 1, 2, "/billing", "e"), each, START)
            yield Written("arrival", topics.INBOX, START, key, inbox.encode(arrival), meaning(arrival))
    yield from of("mark", topics.INBOX, inbox.LogMark, inbox.encode, inbox.LOG_MARK_KEY)
    yield from of("mark", topics.INBOX, inbox.ProgressMark, inbox.encode, inbox.PROGRESS_MARK_KEY)
    yield from of("position", topics.STATE, Watermark, msgspec.msgpack.encode, WATERMARK_KEY)
    yield from of("state", topics.STATE, Customer, lambda each: state.encode(each, START, 31))
    yield from of("journal", topics.JOURNAL, journal.JournalRecord, journal.encode)
    yield from of("task", topics.TASKS, journal.TaskRecord, journal.encode)
    yield from of("point", topics.POINTS, points.PointStated, points.encode)
    yield from of("brake", topics.BRAKES, brakes.Brake, brakes.encode)
    yield from of("policy text", topics.POLICY, policies.PolicyText, policies.encode)
    yield from of("policy in force", topics.POLICY, policies.InForce, policies.encode, policies.IN_FORCE_KEY)


def standing(rules: Rules, last: Millis, read: int) -> Iterator[Written]:
    """The policy in force and the position behind the states, as the topics held them at the end."""
    at = datetime.fromtimestamp(START / 1000, UTC)
    name = rules.policy.hash
    text = policies.PolicyText(name, POLICY.read_text("utf-8"), "operator", at)
    in_force = policies.InForce(name, "operator", at)
    mark = Watermark(IDENTITY, read - 1, f"{name} released", last // 3_600_000, {"sms": 2})
    yield Written("policy text", topics.POLICY, START, name.encode(), policies.encode(text), meaning(text))
    yield Written(
        "policy in force", topics.POLICY, START, policies.IN_FORCE_KEY, policies.encode(in_force), meaning(in_force)
    )
    yield Written("position", topics.STATE, last, WATERMARK_KEY, msgspec.msgpack.encode(mark), meaning(mark))


def archived(written: Sequence[Written]) -> list[Written]:
    """The records of some customers, and what was there before them."""
    customers = sorted({each.key for each in written if each.kind == "journal"})[:ARCHIVED_CUSTOMERS]
    return [each for each in written if each.key in customers or each.topic == topics.POLICY]


def archive(written: Sequence[Written], file: Path) -> None:
    """What an archiver makes of these records."""
    engine = opened(f"sqlite:///{file}")
    schema.migrate(engine)
    store = Store(engine, ARCHIVE_KEY)
    store.claim()
    places = {(topic, 0): 0 for topic in ARCHIVED}
    store.begin(places, {})
    offsets = {topic: count() for topic in ARCHIVED}
    batch = Batch("", ARCHIVE_KEY)
    for each in written:
        if each.topic in offsets:
            batch.take(Record(each.topic, 0, next(offsets[each.topic]), each.at, each.key, each.value, ()))
    store.write(batch, places)
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    contracts = {name: json_schema(name) for name in MODELS}
    (folder / "contracts.json").write_text(
        json.dumps(contracts, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8"
    )

    rules, written = lived()
    read = sum(each.topic == topics.INBOX for each in written)
    standing_then = list(standing(rules, written[-1].at, read))
    _keep(folder / "lived.msgpack.xz", msgspec.msgpack.encode([*written, *standing_then]))
    _keep(folder / "filled.msgpack.xz", msgspec.msgpack.encode(list(of_every_kind())))
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "archive.sqlite"
        archive(archived([*standing_then, *written]), file)
        _keep(folder / "archive.sqlite.xz", file.read_bytes())


def _keep(file: Path, content: bytes) -> None:
    file.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))


if __name__ == "__main__":
    main()
