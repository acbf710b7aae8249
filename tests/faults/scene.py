"""One row of the fault matrix: customers who owe, workers, providers that lose nothing, and what must hold in the end."""

import asyncio
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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

HEALED_WITHIN_S = 60.0
MANY = 1_000_000
PARTITIONS = 4
_TEXTED, _OF_FIVE = 1_000, 3
_PAID, _RACING, _OPTED_OUT = 0.12, 0.06, 0.06
_SETTLED_S = 0

Row = Callable[["Scene"], Awaitable[None]]


@dataclass
class Scene:
    """Customers are named after what must become of them: `owes-`, `paid-`, `out-` (opted out), `races-` (pays then).

    `many` is the size of what a row calls many. A row adds to `complaints` what it asks for itself, once all has settled.
    Customers whose ids begin with `unjudged` were put there by the row without an event: the checker cannot know them.
    `excused` is how what the checker says of the row's own doing ends.
    """

    installed: Installation
    kafka: EmbeddedKafka | None
    twilio: TwilioStandIn
    smtp: SmtpSink
    rnd: random.Random
    contacts: int
    policy: Path
    many: int = MANY
    settles_within_s: float = HEALED_WITHIN_S
    began: float = field(default_factory=time.monotonic)
    owing: list[str] = field(default_factory=list)
    complaints: list[Callable[[], Awaitable[list[str]]]] = field(default_factory=list)
    unjudged: str | None = None
    excused: str | None = None
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
        return self.installed.worker(f"worker-{self._workers}", program=program, **clock | settings)

    def portfolio(self, kind_of: Callable[[int], str] | None = None) -> tuple[list[Published], list[Published]]:
        """What stops some, to be published first, and what makes everybody due, in an order that the seed decides.

        `kind_of` says what must become of each customer, by number; the seed, if nothing else does.
        """
        kind_of = kind_of or self._at_random
        before: list[Published] = []
        causing: list[Published] = []
        for n in range(self.contacts):
            kind = kind_of(n)
            customer = f"{kind}-{n}"
            point, texted = self.point(n), _texted(n)
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

    def point(self, n: int) -> str:
        """The number or address of a customer."""
        return number(n) if _texted(n) else f"customer-{n}@example.com"

    def _at_random(self, _: int) -> str:
        share = self.rnd.random()
        if share < _PAID:
            return "paid"
        if share < _PAID + _RACING:
            return "races"
        return "out" if share < _PAID + _RACING + _OPTED_OUT else "owes"

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
        """Wait until everybody who owes was reached, at most the time of healing; returns who was not."""
        missing = set(self.owing)
        try:
            await self.installed.until(lambda records: _reached(records[-1], missing), timeout_s=self.settles_within_s)
        except AssertionError:
            return sorted(missing)
        return []


def _texted(n: int) -> bool:
    return n < _TEXTED and n % 5 < _OF_FIVE


def _reached(record: JournalRecord, missing: set[str]) -> bool:
    if record.kind == "attempt" and record.result in {"accepted", "delivered"}:
        missing.discard(record.customer_id)
    return not missing


@dataclass(frozen=True)
class Told:
    """A row's result: contacts that providers took, who was lost, what verify found.

    `twice` were sent again after a doubt that nobody could resolve (a mail, with the same Message-ID): counted, and flagged
    in the journal; any other second message is a violation of I3. `complaints` are the row's own.
    """

    id: str
    seconds: float
    contacts: int
    twice: int
    lost: int
    in_doubt: int
    violations: dict[str, int]
    complaints: int
    says: list[str]

    @property
    def clean(self) -> bool:
        """Nothing lost, no invariant broken, and nothing that the row itself complains of."""
        return not (self.lost or self.complaints or any(self.violations.values()))


@asynccontextmanager
async def scene(
    broker: str, folder: Path, seed: int, contacts: int, kafka: EmbeddedKafka | None = None, *, many: int = MANY
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
        yield Scene(installed, kafka, twilio, smtp, random.Random(seed), contacts, policy, many, began=began)


async def run(
    named: tuple[str, Row],
    broker: str,
    folder: Path,
    *,
    seed: int,
    contacts: int,
    kafka: EmbeddedKafka | None = None,
    many: int = MANY,
) -> Told:
    """One row from the first worker to the verdict."""
    name, row = named
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    async with scene(broker, folder, seed, contacts, kafka, many=many) as set_up:
        await row(set_up)
        lost = await set_up.settled()
        await set_up.installed.end()
        verdict = await verified(set_up, folder)
        rows, violations = judged(verdict, set_up)
        complaints = [each for complain in set_up.complaints for each in await complain()]
        journal = await set_up.installed.journal()
        reached = Counter(
            [each.to for each in set_up.twilio.messages] + [each.recipient for each in set_up.smtp.messages]
        )
        says = [
            f"{each['invariant']} {each['coordinates']}: {each['says']}; {_told_of(each['customer_id'], journal)}"
            for each in rows[:10]
        ]
        says = complaints + says + [f"lost: {customer}; {_told_of(customer, journal)}" for customer in lost[:10]]
        return Told(
            name,
            round(time.monotonic() - began, 1),
            sum(reached.values()),
            sum(times > 1 for times in reached.values()),
            len(lost),
            len({each.attempt_id for each in journal if each.result == "in_doubt"}),
            violations,
            len(complaints),
            says[:10],
        )


def judged(verdict: Mapping[str, Any], set_up: Scene) -> tuple[list[dict[str, str]], dict[str, int]]:
    """The checker's rows and its counts by invariant, without what the row excuses."""
    unjudged, excused = set_up.unjudged or "\0", set_up.excused or "\0"
    rows = [
        each
        for each in verdict["rows"]
        if not each["customer_id"].startswith(unjudged) and not each["says"].endswith(excused)
    ]
    counts = Counter(each["invariant"] for each in rows)
    return rows, {invariant: counts[invariant] for invariant in verdict["violations"]}


def _told_of(customer: str, journal: Sequence[JournalRecord]) -> str:
    """A customer's story in a line, so that a failure can be understood without its topics."""
    return " | ".join(
        f"{each.at:%H:%M:%S.%f} {each.result} {each.reasons[0].code} {(each.attempt_id or '').rpartition('.')[2]}"
        for each in journal
        if each.customer_id == customer
    )


async def verified(set_up: Scene, folder: Path) -> dict[str, Any]:
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
    found: dict[str, Any] = json.loads(out)
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
