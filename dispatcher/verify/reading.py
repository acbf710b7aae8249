"""From the records of topics to the spool: what was published, what the journal says, what was rejected, which policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from dispatcher.verify.keeping import ERASED
from dispatcher.verify.point_log import PointLog
from dispatcher.verify.rules import Rules, rules_of, variants_of
from dispatcher.verify.spool import Spool
from schemas import codec, points, topics
from schemas.inbox import Arrival, Cause
from schemas.journal import decode_journal, decode_task
from schemas.values import Millis, to_millis

_MARK = b"\0"
"""How keys of records begin that concern no customer."""


@dataclass(frozen=True, slots=True, repr=False)
class Raw:
    """A record as it stands in a topic (named without prefix). `appended`: the broker's time, 0 if a publisher set it."""

    topic: str
    partition: int
    offset: int
    appended: Millis
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class _PolicyText(msgspec.Struct):
    hash: str
    text: str


@dataclass(slots=True)
class Reader:
    """Puts records into a spool. `latest` is the dispatcher's clock as the journal shows it last; `rules` by hash.

    `unreadable` names journal records and policies that are not what they should be.
    """

    spool: Spool
    prefix: str = ""
    points: PointLog = field(default_factory=PointLog)
    events: int = 0
    rejected: int = 0
    records: int = 0
    latest: Millis = 0
    rules: dict[str, Rules] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)

    def take(self, raw: Raw) -> None:
        """One record of an input or of a topic of ours; of the inbox those that no committed position has passed."""
        if raw.topic in topics.INPUTS:
            self._event(raw)
        elif raw.topic == topics.JOURNAL:
            self._journal(raw)
        elif raw.topic == topics.REJECTED:
            self._rejection(raw)
        elif raw.topic == topics.POLICY:
            self._policy(raw)
        elif raw.topic == topics.POINTS:
            self._point(raw)
        elif raw.key is not None and raw.key[:1] != _MARK:
            self._of_customer(raw, raw.key.decode("utf-8", "replace"))

    def policy(self, text: str, *, named: str | None = None) -> None:
        """A policy's text; what cannot be read is named."""
        try:
            found = [rules_of(text, named=named), *variants_of(text, named=named)]
        except ValueError as fault:
            self.unreadable.append(f"policy {named or 'file'}: {fault}")
            return
        self.rules |= {rules.hash: rules for rules in found}

    def _event(self, raw: Raw) -> None:
        self.events += 1
        read = codec.read(raw.topic, raw.value, raw.headers)
        if isinstance(read, codec.Rejected):
            self.spool.unreadable((raw.topic, raw.partition, raw.offset), raw.appended)
            return
        cause = Cause(raw.topic, raw.partition, raw.offset, read.source, read.id)
        self.spool.event(read.customer_id, Arrival(read.at, cause, read.fact, raw.appended))

    def _journal(self, raw: Raw) -> None:
        where = (raw.topic, raw.partition, raw.offset)
        try:
            record = decode_journal(raw.value or b"")
        except msgspec.DecodeError:
            self.unreadable.append(f"{raw.topic}[{raw.partition}]@{raw.offset} is no journal record of this release")
            return
        self.records += 1
        self.latest = max(self.latest, to_millis(record.at))
        self.spool.record(record.customer_id, where, raw.appended, raw.value or b"")

    def _of_customer(self, raw: Raw, customer_id: str) -> None:
        where = (raw.topic, raw.partition, raw.offset)
        if raw.value is None:
            if raw.topic == topics.TASKS:
                self.spool.task(customer_id, where, ERASED)
            return
        if raw.topic == topics.STATE:
            self.spool.state(customer_id, where, raw.value)
        elif raw.topic == topics.TASKS:
            self.spool.task(customer_id, where, decode_task(raw.value).task_id)
        elif raw.topic == topics.INBOX:
            self.spool.waiting(customer_id, where, raw.appended, raw.value)

    def _rejection(self, raw: Raw) -> None:
        told: Mapping[str, str] = {name: value.decode("utf-8", "replace") for name, value in raw.headers}
        if {"topic", "partition", "offset"} <= told.keys() and told["partition"].isdigit() and told["offset"].isdigit():
            self.rejected += 1
            self.spool.rejected((told["topic"].removeprefix(self.prefix), int(told["partition"]), int(told["offset"])))

    def _point(self, raw: Raw) -> None:
        try:
            self.points.state(raw.key or b"", points.decode(raw.value or b""), raw.appended)
        except msgspec.DecodeError:
            self.unreadable.append(f"{raw.topic}[{raw.partition}]@{raw.offset} is no statement about a contact point")

    def _policy(self, raw: Raw) -> None:
        try:
            found = msgspec.json.decode(raw.value or b"", type=_PolicyText)
        except msgspec.DecodeError:
            return  # the record that names the policy in force
        self.policy(found.text, named=found.hash)
