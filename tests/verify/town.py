"""What a cluster and two providers would hold after a week, written by a small dispatcher of plain code, or a broken one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from dispatcher.verify.check import check
from dispatcher.verify.findings import Report
from dispatcher.verify.point_log import PointLog
from dispatcher.verify.providers import messages_of
from dispatcher.verify.reading import Raw, Reader
from dispatcher.verify.rules import hash_of
from dispatcher.verify.spool import Spool
from schemas import codec
from schemas.events import EVENT_TYPES
from schemas.journal import CauseRecord, JournalRecord, Reason, TaskRecord, encode
from schemas.state import Attempt as KeptAttempt
from schemas.state import Customer
from schemas.state import encode as encode_state
from schemas.values import to_millis

POLICY = """\
default_tier = "standard"
min_gap_hours = 20
promise_grace_days = 2

[[caps]]
id = "week"
max = 2
window = "7d"

[windows.sms]
weekday = ["08:00-20:00"]
saturday = ["09:00-18:00"]
sunday = []
holiday = []

[windows.email]
weekday = ["07:00-21:00"]
saturday = ["08:00-20:00"]
sunday = []
holiday = []
"""

KEY = b"the key of a town's digests"
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
STOPPED = ("payer", "objector", "held", "promiser", "planner", "forgotten", "blocker")
EVERYBODY = ("reader", "texted", *STOPPED)
TICKS = ((0, 6, "s1"), (0, 10, "s1"), (0, 12, "s2"), (0, 23, "s2"), (1, 10, "s2"), (2, 10, "s3"), (7, 10, "s3"))
"""Day, hour and the stage that is due."""


def number(who: str) -> str:
    return f"+4477009000{EVERYBODY.index(who):02d}"


def address(who: str) -> str:
    return f"{who}@example.com"


@dataclass
class World:
    """Topics and providers' journals. Every topic has one partition, and the broker's clock is everybody's."""

    topics: dict[str, list[Raw]] = field(default_factory=dict)
    sms: list[dict[str, object]] = field(default_factory=list)
    email: list[dict[str, object]] = field(default_factory=list)

    def append(self, topic: str, at: datetime, value: bytes, headers=(), key: bytes | None = None) -> Raw:
        log = self.topics.setdefault(topic, [])
        log.append(Raw(topic, 0, len(log), to_millis(at), key, value, headers))
        return log[-1]

    def publish(self, event_type: str, who: str, at: datetime, *, event_id: str | None = None, **data: object) -> Raw:
        event = {
            "specversion": "1.0",
            "id": event_id or f"{event_type}-{who}-{at.isoformat()}",
            "source": "/billing",
            "type": event_type,
            "subject": who,
            "time": at.isoformat(),
            "data": {"customer_id": who, **data},
        }
        return self.append(EVENT_TYPES[event_type][0], at, json.dumps(event).encode())


@dataclass(frozen=True)
class Attempt:
    """The `n`th attempt of a contact."""

    who: str
    channel: str
    stage: str
    contact_id: str
    n: int = 1

    @property
    def ids(self) -> dict[str, str]:
        attempt_id = f"{self.contact_id}.{self.n}"
        return {"channel": self.channel, "stage": self.stage, "contact_id": self.contact_id, "attempt_id": attempt_id}


def attempt(who: str, channel: str, stage: str) -> Attempt:
    """The first attempt of the contact about the only invoice."""
    return Attempt(who, channel, stage, "ct-" + sha256(f"{who} {stage}".encode()).hexdigest()[:20])


def kept(one: Attempt, state: str) -> KeptAttempt:
    """What the state holds of an attempt that is open."""
    return KeptAttempt(one.ids["contact_id"], state, one.channel, one.stage, None, (f"I-{one.who}",), "", 0, 0)


class Dispatcher:
    """An honest one: one text or mail a stage, in the day, never too often, and none to whom something protects."""

    def __init__(self, policy: str = POLICY) -> None:
        self.hash = hash_of(policy)
        self.world = World()
        self.sequence: dict[str, int] = {}
        self.seen: set[tuple[str, str]] = set()
        self.stopped: set[str] = set()
        self.known: dict[str, str] = {}
        self.done: set[tuple[str, str]] = set()
        self.made: dict[str, list[datetime]] = {}
        self.open: dict[str, dict[str, KeptAttempt]] = {}

    def hear(self, raw: Raw, at: datetime) -> None:
        read = codec.read(raw.topic, raw.value)
        if isinstance(read, codec.Rejected):
            self.reject(raw, at)
        elif (read.source, read.id) not in self.seen:
            self.seen.add((read.source, read.id))
            event_type = json.loads(raw.value or b"")["type"]
            self.record(raw, read, event_type, at)
            self.apply(read.customer_id, event_type)

    def reject(self, raw: Raw, at: datetime) -> None:
        headers = (("topic", f"x.{raw.topic}".encode()), ("partition", b"0"), ("offset", str(raw.offset).encode()))
        self.world.append("reminders.rejected", at, raw.value or b"", headers)

    def record(self, raw: Raw, read: codec.Accepted, event_type: str, at: datetime) -> None:
        cause = CauseRecord(raw.topic, 0, raw.offset, read.source, read.id)
        self.say(read.customer_id, at, "fact", "recorded", rule=event_type, cause=cause)

    def apply(self, who: str, event_type: str) -> None:
        if event_type == "customer.updated" and who not in self.known:
            self.known[who] = "email" if who == "reader" else "sms"
        elif event_type not in ("invoice.due", "feedback.given"):
            self.stopped.add(who)

    def say(self, who, at, kind, result, *, rule="", code="recorded", appended=None, **more) -> Raw:
        number = self.sequence[who] = self.next_number(who)
        more = {"invoice_ids": (f"I-{who}",), **more}
        reasons = (Reason(code, rule),)
        said = JournalRecord(
            f"{who}.{number}", at, kind, who, more.pop("invoice_ids"), result, reasons, self.hash, **more
        )
        return self.world.append("reminders.journal", appended or at, encode(said))

    def next_number(self, who: str) -> int:
        return self.sequence.get(who, 0) + 1

    def look_around(self, at: datetime, stage: str) -> None:
        for who, channel in self.known.items():
            if self.may(who, at, stage):
                self.done.add((who, stage))
                self.made.setdefault(who, []).append(at)
                self.contact(who, channel, at, stage)

    def may(self, who: str, at: datetime, stage: str) -> bool:
        fresh = (who, stage) not in self.done
        return fresh and self.is_day(at) and not self.is_stopped(who) and not self.is_too_much(who, at)

    def is_day(self, at: datetime) -> bool:
        return 8 <= at.hour < 20

    def is_stopped(self, who: str) -> bool:
        return who in self.stopped

    def is_too_much(self, who: str, at: datetime) -> bool:
        return self.is_too_soon(who, at) or self.is_over_cap(who, at)

    def is_too_soon(self, who: str, at: datetime) -> bool:
        return any(at - each < timedelta(hours=20) for each in self.made.get(who, []))

    def is_over_cap(self, who: str, at: datetime) -> bool:
        return sum(at - each < timedelta(days=7) for each in self.made.get(who, [])) >= 2

    def contact(self, who: str, channel: str, at: datetime, stage: str) -> None:
        self.attempt(attempt(who, channel, stage), at)

    def attempt(self, one: Attempt, at: datetime) -> None:
        self.claim(one, at)
        self.send(one, at)
        self.tell(one, at, "accepted")

    def finish(self, at: datetime) -> None:
        """What a broken one does in the end."""

    def keep(self, at: datetime) -> None:
        """The state, as the last flush left it."""
        for who, number in self.sequence.items():
            kept = Customer(sequence=self.kept_number(who, number), attempts=self.open_attempts(who))
            self.world.append("reminders.state", at, encode_state(kept, None, 0), key=who.encode())

    def kept_number(self, who: str, number: int) -> int:
        return number

    def open_attempts(self, who: str) -> dict[str, KeptAttempt]:
        return self.open.get(who, {})

    def hand_over(self, one: Attempt, at: datetime) -> None:
        """A call that people make: claimed, written to the tasks, and told."""
        self.claim(one, at)
        self.write_task(one, at)
        self.say(one.who, at, "attempt", "accepted", code="due", rule="task.issued", **one.ids)
        self.open[one.who][one.ids["attempt_id"]] = kept(one, "accepted")

    def write_task(self, one: Attempt, at: datetime) -> None:
        task = TaskRecord(one.ids["attempt_id"], "call", one.who, (f"I-{one.who}",), "case_file", at, at, 1, "", ())
        self.world.append("reminders.tasks", at, encode(task), key=one.who.encode())

    def claim(self, one: Attempt, at: datetime, **more) -> None:
        self.say(one.who, at, "decision", "claimed", code="due", rule=f"stages.{one.stage}", **one.ids, **more)
        self.open.setdefault(one.who, {})[one.ids["attempt_id"]] = kept(one, "claimed")

    def send(self, one: Attempt, at: datetime) -> None:
        sent = to_millis(at) + 50
        if one.channel == "sms":
            self.world.sms.append({"at": sent, "to": number(one.who), "body": "..."})
        else:
            named = f"<{one.ids['attempt_id']}@a.example>"
            self.world.email.append({"at": sent, "to": address(one.who), "message_id": named})

    def tell(self, one: Attempt, at: datetime, result: str, code: str = "due") -> None:
        late = at + timedelta(seconds=1)
        self.say(one.who, late, "attempt", result, code=code, rule=f"attempt.{result}", **one.ids)
        if result == "in_doubt":
            self.open[one.who][one.ids["attempt_id"]] = kept(one, "in_doubt")
        else:
            self.open.get(one.who, {}).pop(one.ids["attempt_id"], None)


def profile(who: str, **more: object) -> dict[str, object]:
    points = {
        "phones": [{"number": number(who), "kind": "mobile"}],
        "emails": [{"address": address(who), "kind": "private"}],
    }
    return {"name": "Jo", "locale": "en", "country": "GB", "timezone": "Europe/London", **points, **more}


def bill(who: str) -> dict[str, object]:
    return {"invoice_id": f"I-{who}", "due_on": "2026-03-02", "amount_due": 5000, "currency": "GBP"}


def stops(world: World, at: datetime) -> Iterator[Raw]:
    """At eleven on Monday, when everybody has been contacted once."""
    rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": at.isoformat()}
    yield world.publish("invoice.settled", "payer", at, invoice_id="I-payer", **rest)
    no = {"channel": "sms", "allowed": False, "source": "letter"}
    yield world.publish("consent.changed", "objector", at, contact_point=number("objector"), **no)
    yield world.publish("hold.placed", "held", at, hold_id="H-1", scope="customer", kind="dispute")
    terms = {"currency": "GBP", "amount": 5000}
    promise = {"promise_id": "P-1", "invoice_ids": ["I-promiser"], "promised_on": "2026-03-20"}
    yield world.publish("promise.made", "promiser", at, **promise, **terms)
    plan = {"plan_id": "L-1", "invoice_ids": ["I-planner"], "currency": "GBP"}
    yield world.publish("plan.agreed", "planner", at, instalments=[{"due_on": "2026-04-01", "amount": 5000}], **plan)
    yield world.publish("customer.erased", "forgotten", at)
    blocked = {"blocked_channels": ["sms", "email", "call_task"]}
    yield world.publish("customer.updated", "blocker", at, **profile("blocker", preferences=blocked))


def live(dispatcher: Dispatcher) -> World:
    """A week: everybody is contacted on Monday; then some are protected, and the others contacted again."""
    world = dispatcher.world
    dawn, eleven = MONDAY + timedelta(hours=5), MONDAY + timedelta(hours=11)
    for who in EVERYBODY:
        dispatcher.hear(world.publish("customer.updated", who, dawn, **profile(who)), dawn)
        dispatcher.hear(world.publish("invoice.due", who, dawn, **bill(who)), dawn)
    dispatcher.hear(world.publish("invoice.due", "texted", dawn, **bill("texted")), dawn)  # the same event again
    dispatcher.hear(world.publish("feedback.given", "texted", dawn, score=4), dawn)
    dispatcher.hear(world.append("billing.due", dawn, b"{"), dawn)
    heard: list[Raw] | None = None
    for day, hour, stage in TICKS:
        at = MONDAY + timedelta(days=day, hours=hour)
        if heard is None and at > eleven:
            heard = list(stops(world, eleven))
            for raw in heard:
                dispatcher.hear(raw, eleven)
        dispatcher.look_around(at, stage)
    dispatcher.hand_over(attempt("texted", "call_task", "s5"), MONDAY + timedelta(days=20, hours=10))
    dispatcher.finish(MONDAY + timedelta(days=7, hours=11))
    dispatcher.keep(MONDAY + timedelta(days=21))
    return world


def judged(
    world: World, *, starts=None, taken=None, settled=None, since=None, policies=(POLICY,), providers=True, points=()
) -> Report:
    """The check of a world, of which everything has come to rest."""
    with Spool() as spool:
        reader = Reader(spool, "x.", PointLog(KEY))
        for raw in points:
            reader.take(raw)
        for text in policies:
            reader.policy(text)
        extents = {}
        for topic, log in world.topics.items():
            begin = (starts or {}).get(topic, 0)
            extents[topic, 0] = (begin, len(log))
            for raw in log[begin:]:
                reader.take(raw)
        lines = {"sms": world.sms, "email": world.email} if providers else {}
        messages = {
            name: messages_of(name, [json.dumps(each).encode() for each in told]) for name, told in lines.items()
        }
        late = to_millis(MONDAY + timedelta(days=30)) if settled is None else to_millis(settled)
        since = None if since is None else to_millis(since)
        return check(reader, extents=extents, taken=taken or {}, settled=late, messages=messages, since=since)


def violated(report: Report) -> dict[str, int]:
    """The invariants that do not hold, with how often."""
    return {name: count for name, count in report.violations.items() if count}
