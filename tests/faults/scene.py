"""One row of the fault matrix: customers who owe, workers, providers that lose nothing, and what must hold in the end."""

import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import TwilioStandIn
from schemas.journal import JournalRecord
from tests.broker.installation import (
    POLICY,
    Installation,
    Process,
    Published,
    due,
    event,
    installation,
    new_prefix,
    profile,
)
from tests.broker.providers import number, sending_to

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

HEALED_WITHIN_S = 180.0
"""What a refused provider is left alone for, twice over, and the time of a busy machine."""
PARTITIONS = 4
_TEXTED, _OF_FIVE = 1_000, 3
_PAID, _RACING, _OPTED_OUT = 0.12, 0.06, 0.06
_SETTLED_S = 0

Row = Callable[["Scene"], Awaitable[None]]


@dataclass
class Scene:
    """Customers are named after what must become of them: `owes-`, `paid-`, `out-` (opted out), `races-` (pays then)."""

    installed: Installation
    kafka: EmbeddedKafka | None
    twilio: TwilioStandIn
    smtp: SmtpSink
    rnd: random.Random
    contacts: int
    policy: Path
    began: float = field(default_factory=time.monotonic)
    owing: list[str] = field(default_factory=list)
    _workers: int = 0

    @property
    def now(self) -> datetime:
        """The virtual instant: it goes on like the real one, for all workers alike."""
        return OPENED + timedelta(seconds=time.monotonic() - self.began)

    def worker(self, way: str = "asking_soon", **settings: str) -> Process:
        """Start a worker, with something wrong in it or none; providers are asked soon about what was lost."""
        self._workers += 1
        program = ("tests.broker.impaired_worker", way)
        clock = {"DISPATCHER_CLOCK": self.now.isoformat()}
        return self.installed.worker(f"worker-{self._workers}", program=program, **clock, **settings)

    def portfolio(self) -> tuple[list[Published], list[Published]]:
        """What stops some, to be published first, and what makes everybody due, in an order that the seed decides."""
        before: list[Published] = []
        causing: list[Published] = []
        for n in range(self.contacts):
            share = self.rnd.random()
            texted = n < _TEXTED and n % 5 < _OF_FIVE
            kind = (
                "paid"
                if share < _PAID
                else "races"
                if share < _PAID + _RACING
                else "out"
                if share < _PAID + _RACING + _OPTED_OUT
                else "owes"
            )
            customer = f"{kind}-{n}"
            point = number(n) if texted else f"customer-{n}@example.com"
            phones = [{"number": point, "kind": "mobile"}] if texted else []
            emails = [] if texted else [{"address": point, "kind": "private"}]
            before.append(profile(customer, at=OPENED, phones=phones, emails=emails))
            if kind == "paid":
                before.append(self.payment(customer))
            if kind == "out":
                channel = "sms" if texted else "email"
                before.append(
                    event(
                        "consent.changed",
                        customer,
                        at=OPENED,
                        contact_point=point,
                        channel=channel,
                        allowed=False,
                        fields={"source": "self-service"},
                    )
                )
            causing.append(due(customer, "I-1", at=OPENED))
            if kind == "races":
                causing.append(self.payment(customer))
            if kind == "owes":
                self.owing.append(customer)
        self.rnd.shuffle(causing)
        return before, causing

    def payment(self, customer: str) -> Published:
        """The invoice is paid in full."""
        return event(
            "invoice.settled",
            customer,
            at=OPENED + timedelta(seconds=1),
            invoice_id="I-1",
            amount_due=0,
            currency="GBP",
            reason="payment",
            settled_at=OPENED.isoformat(),
        )

    async def publish(self, over_s: float = 6.0) -> None:
        """First what stops, then what causes, spread over some seconds so that faults meet every phase.

        `over_s` is for 700 contacts; fewer take as much less.
        """
        over_s *= min(1.0, self.contacts / 700)
        before, causing = self.portfolio()
        await self.installed.publish(before)
        parts = 20
        for part in range(parts):
            await self.installed.publish(causing[part::parts])
            await asyncio.sleep(over_s / parts)  # the rate of the load, not a wait for anything

    def heal(self) -> None:
        """Providers are well again."""
        self.twilio.heal()
        self.smtp.heal()

    async def settled(self) -> list[str]:
        """Wait until everybody who owes was reached, at most the time of healing; returns who was not.

        Who was sent several texts of which nobody knows whether they arrived may have come to the limit of their number.
        """
        missing = set(self.owing)
        doubtful: set[str] = set()
        try:
            await self.installed.until(
                lambda records: _reached(records[-1], missing, doubtful), timeout_s=HEALED_WITHIN_S
            )
        except AssertionError:
            return sorted(missing)
        return []


def _reached(record: JournalRecord, missing: set[str], doubtful: set[str]) -> bool:
    code = record.reasons[0].code
    if code == "doubt_resend":
        doubtful.add(record.customer_id)
    arrived = record.kind == "attempt" and record.result in {"accepted", "delivered"}
    if arrived or (code == "cap" and record.customer_id in doubtful):
        missing.discard(record.customer_id)
    return not missing


@dataclass(frozen=True)
class Told:
    """A row's result: contacts that providers took, who was lost, what verify found.

    `twice` were sent again after a doubt that nobody could resolve (a mail, with the same Message-ID): counted, and flagged
    in the journal; any other second message is a violation of I3.
    """

    id: str
    seconds: float
    contacts: int
    twice: int
    lost: int
    in_doubt: int
    violations: dict[str, int]
    says: list[str]

    @property
    def clean(self) -> bool:
        """Nothing lost, no invariant broken."""
        return not (self.lost or any(self.violations.values()))


@asynccontextmanager
async def scene(
    broker: str, folder: Path, seed: int, contacts: int, kafka: EmbeddedKafka | None = None
) -> AsyncIterator[Scene]:
    """A scene on a broker; everything that it started ends with it. `kafka` is for rows that disturb the broker itself."""
    began = time.monotonic()

    policy = folder / "policy.toml"
    # A text that the provider does not know is sent again: it was asked twice, and this one's list is complete.
    policy.write_text(POLICY.read_text("utf-8").replace('sms = "hold"', 'sms = "resend"'), "utf-8")
    async with (
        TwilioStandIn(journal=folder / "sms.jsonl") as twilio,
        SmtpSink(journal=folder / "email.jsonl") as smtp,
        installation(
            broker,
            new_prefix(),
            folder,
            partitions=PARTITIONS,
            settings=sending_to(twilio.base_url, smtp.url) | {"DISPATCHER_POLICY": str(policy)},
        ) as installed,
    ):
        yield Scene(installed, kafka, twilio, smtp, random.Random(seed), contacts, policy, began)


async def run(
    named: tuple[str, Row], broker: str, folder: Path, *, seed: int, contacts: int, kafka: EmbeddedKafka | None = None
) -> Told:
    """One row from the first worker to the verdict."""
    name, row = named
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    async with scene(broker, folder, seed, contacts, kafka) as set_up:
        await row(set_up)
        lost = await set_up.settled()
        await set_up.installed.end()
        verdict = await verified(set_up, folder)
        journal = await set_up.installed.journal()
        reached = Counter(
            [each.to for each in set_up.twilio.messages] + [each.recipient for each in set_up.smtp.messages]
        )
        says = [
            f"{each['invariant']} {each['coordinates']}: {each['says']}; {_told_of(each['customer_id'], journal)}"
            for each in verdict["rows"]
        ]
        says += [f"lost: {customer}; {_told_of(customer, journal)}" for customer in lost]
        return Told(
            name,
            round(time.monotonic() - began, 1),
            sum(reached.values()),
            sum(times > 1 for times in reached.values()),
            len(lost),
            len({each.attempt_id for each in journal if each.result == "in_doubt"}),
            verdict["violations"],
            says[:10],
        )


def _told_of(customer: str, journal: Sequence[JournalRecord]) -> str:
    """A customer's story in a line, so that a failure can be understood without its topics."""
    return " | ".join(
        f"{each.at:%H:%M:%S.%f} {each.result} {each.reasons[0].code} {(each.attempt_id or '').rpartition('.')[2]}"
        for each in journal
        if each.customer_id == customer
    )


async def verified(set_up: Scene, folder: Path) -> dict[str, object]:
    """What the independent checker says of topics and providers' journals."""
    named = {
        "DISPATCHER_BOOTSTRAP_SERVERS": set_up.installed.broker,
        "DISPATCHER_TOPIC_PREFIX": set_up.installed.prefix,
        "DISPATCHER_PARTITIONS": str(PARTITIONS),
        "DISPATCHER_POLICY": str(set_up.policy),
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DISPATCHER_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dispatcher",
        "verify",
        "--json",
        "--settle",
        str(_SETTLED_S),
        *_journals(folder),
        env=clean | named,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode not in {0, 1, 2}:
        raise RuntimeError(f"verify ended with {process.returncode}: {err.decode()[-2000:]}")
    found: dict[str, object] = json.loads(out)
    return found


def _journals(folder: Path) -> Sequence[str]:
    return [
        "--provider-journal",
        f"sms={folder / 'sms.jsonl'}",
        "--provider-journal",
        f"email={folder / 'email.jsonl'}",
    ]


def assignments(worker: Process) -> int:
    """How often the group has given a worker its share."""
    return len(re.findall(r'"event": "assigned"', worker.output()))
