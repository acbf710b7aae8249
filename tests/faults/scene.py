"""One row of the fault matrix: customers who owe, workers, providers that lose nothing, and what must hold in the end."""

import asyncio
import random
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from dispatcher.engine.clients import Kafka
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import TwilioStandIn
from schemas.journal import JournalRecord
from tests.broker.installation import (
    POLICY,
    Installation,
    Process,
    Published,
    installation,
    new_prefix,
)
from tests.broker.providers import sending_to
from tests.faults.portfolio import OPENED, USUAL, Shares, portfolio

HEALED_WITHIN_S = 60.0
MANY = 1_000_000
_LOOK_S = 0.2
PARTITIONS = 4

Row = Callable[["Scene"], Awaitable[None]]


class Broker(Protocol):
    """What a row runs on; those that disturb it know more of it (see `Scene.on`)."""

    @property
    def bootstrap_servers(self) -> str:
        """For clients."""
        ...


class Skipped(Exception):
    """This machine lacks what a row needs; the message says what."""


_Kind = TypeVar("_Kind")


@dataclass
class Scene:
    """Customers who owe (see `portfolio`), the installation that reminds them, and the providers that it reaches.

    `many` is the size of what a row calls many. A row adds to `complaints` what it asks for itself, once all has settled.
    Customers whose ids begin with `unjudged` were put there by the row without an event: the checker cannot know them.
    `excused` is how what the checker says of the row's own doing ends.
    """

    installed: Installation
    broker: Broker | None
    twilio: TwilioStandIn
    smtp: SmtpSink
    rnd: random.Random
    contacts: int
    policy: Path
    many: int = MANY
    settles_within_s: float = HEALED_WITHIN_S
    began: float = field(default_factory=time.monotonic)
    owing: list[str] = field(default_factory=list)
    spared: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    healed_s: float = HEALED_WITHIN_S
    complaints: list[Callable[[], Awaitable[list[str]]]] = field(default_factory=list)
    unjudged: str | None = None
    excused: str | None = None
    _workers: int = 0

    @property
    def now(self) -> datetime:
        """The virtual instant: it goes on like the real one, for all workers alike."""
        return OPENED + timedelta(seconds=time.monotonic() - self.began)

    def on(self, kind: type[_Kind]) -> _Kind:
        """The row's own broker, which it may disturb."""
        if not isinstance(self.broker, kind):
            raise TypeError(f"this row needs a {kind.__name__} of its own: run it with `make faults`")
        return self.broker

    def worker(self, way: str = "asking_soon", **settings: str) -> Process:
        """Start a worker, with something wrong in it or none; providers are asked soon about what was lost."""
        self._workers += 1
        program = ("tests.faults.faulty_worker", way)
        clock = {"DISPATCHER_CLOCK": self.now.isoformat()}
        return self.installed.worker(f"worker-{self._workers}", program=program, **clock | settings)

    def portfolio(self, shares: Shares = USUAL) -> tuple[list[Published], list[Published]]:
        """What stops some of the row's customers, to be published first, and what makes them due."""
        made = portfolio(self.rnd, self.contacts, shares=shares)
        self.owing += made.owing
        self.spared |= made.spared
        return made.before, made.causing

    async def publish(self, over_s: float = 6.0, *, parts: int = 20) -> None:
        """First what stops, then what causes, spread over some seconds so that faults meet every phase.

        `over_s` is for 700 contacts and more; fewer take as much less.
        """
        over_s *= min(1.0, self.contacts / 700)
        before, causing = self.portfolio()
        await self.installed.publish(before)
        began = time.monotonic()
        for part in range(parts):
            await self.installed.publish(causing[part::parts])
            # The rate of the load, not a wait for anything.
            await asyncio.sleep(max(0.0, began + over_s * (part + 1) / parts - time.monotonic()))

    def messages_taken(self, channel: str) -> int:
        """How many messages the channel's provider has taken."""
        return len(self.twilio.messages if channel == "sms" else self.smtp.messages)

    def heal(self) -> None:
        """Providers are well again."""
        self.twilio.heal()
        self.smtp.heal()

    async def settled(self) -> list[str]:
        """Wait until everybody who owes was sent to and no input waits, at most the time of healing; returns who was not.

        Who was sent several texts of which nobody knows whether they arrived may have come to the limit of their number.
        """
        ends = time.monotonic() + self.settles_within_s
        missing = set(self.owing)
        doubtful: set[str] = set()
        try:
            await self.installed.until(
                lambda records: _reached(records[-1], missing, doubtful), timeout_s=self.settles_within_s
            )
        except AssertionError:
            return sorted(missing)
        while (waits := await self._waiting()) and time.monotonic() < ends:
            await asyncio.sleep(_LOOK_S)
        self.waiting = waits
        self.healed_s = self.settles_within_s - (ends - time.monotonic())
        return []

    async def _waiting(self) -> list[str]:
        """Inputs of which the group has not taken everything."""
        config = self.installed.config
        async with Kafka(config.connection) as kafka:
            found = []
            for topic in config.inputs:
                taken = await kafka.group_position(config.app_id, topic)
                ends = await kafka.ends(topic)
                found += [f"{topic}[{p}]" for p, (start, end) in ends.items() if taken.get(p, start) < end]
        return found


def _reached(record: JournalRecord, missing: set[str], doubtful: set[str]) -> bool:
    code = record.reasons[0].code
    if code == "doubt_resend":
        doubtful.add(record.customer_id)
    arrived = record.kind == "attempt" and record.result in {"accepted", "delivered", "undelivered"}
    if arrived or (code == "cap" and record.customer_id in doubtful):
        missing.discard(record.customer_id)
    return not missing


@asynccontextmanager
async def scene(
    servers: str,
    folder: Path,
    seed: int,
    contacts: int,
    broker: Broker | None = None,
    *,
    many: int = MANY,
    settles_within_s: float = HEALED_WITHIN_S,
) -> AsyncIterator[Scene]:
    """A scene on a broker; everything that it started ends with it. `broker` is for rows that disturb the broker itself."""
    began = time.monotonic()

    policy = folder / "policy.toml"
    # A text that the provider does not know is sent again: it was asked twice, and this one's list is complete.
    policy.write_text(POLICY.read_text("utf-8").replace('sms = "hold"', 'sms = "resend"'), "utf-8")
    async with (
        TwilioStandIn(journal=folder / "sms.jsonl") as twilio,
        SmtpSink(journal=folder / "email.jsonl") as smtp,
        installation(
            servers,
            new_prefix(),
            folder,
            partitions=PARTITIONS,
            replication=getattr(broker, "replication", 1),
            settings=sending_to(twilio.base_url, smtp.url) | {"DISPATCHER_POLICY": str(policy)},
        ) as installed,
    ):
        rnd = random.Random(seed)
        yield Scene(installed, broker, twilio, smtp, rnd, contacts, policy, many, settles_within_s, began)


def assignments(worker: Process) -> int:
    """How often the group has given a worker its share."""
    return len(re.findall(r'"event": "assigned"', worker.output()))
