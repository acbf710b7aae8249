"""`decide` is a black box's entrance: its last word on each invoice of generated customers is the worker's on real Kafka."""

import asyncio
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from schemas.journal import JournalRecord, decode_journal
from tests.broker.installation import POLICY, Published, codes, event, installation, new_prefix, profile
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 7, tzinfo=UTC)
SEED = 20260304
CUSTOMERS = [f"case-{n:03d}" for n in range(120)]
TRANSIENT = {"input_behind", "provider_limit", "in_flight"}
"""What the lane says while it is not caught up or a provider is busy; `decide` knows neither."""

ZONES = (("GB", "Europe/London"), ("DE", "Europe/Berlin"), ("US", "America/New_York"), ("CN", "Asia/Shanghai"))

Words = dict[tuple[str, str], tuple[str, str | None, list[str]]]
"""(customer, invoice) -> result, stage and reason codes of the last decision about it."""


def history(customer: str, n: int) -> Iterator[Published]:
    """What was ever said of one customer, all before the worker starts."""
    chance = random.Random(SEED + n)
    said = iter(OPENED - timedelta(days=60) + timedelta(minutes=37 * step) for step in range(100))
    if chance.random() < 0.95:
        country, zone = chance.choice(ZONES)
        yield profile(
            customer,
            at=next(said),
            country=country,
            timezone=zone,
            phones=chance.choice(([], [{"number": number(n), "kind": chance.choice(("mobile", "landline"))}])),
            emails=chance.choice(([], [{"address": f"{customer}@customers.example", "kind": "private"}])),
            preferences=chance.choice(({}, {"channels": ["email"]}, {"blocked_channels": ["sms"]})),
            **chance.choice(
                ({}, {"tier": "vip"}, {"risk_score": 80}, {"segment": "vulnerable"}, {"party": "business"})
            ),
        )
    invoices = [f"I-{k}" for k in range(chance.randint(1, 3))]
    for invoice_id in invoices:
        due_on = (OPENED + timedelta(days=chance.choice((-75, -40, -20, -9, -2, -1, 0, 1, 5, 20)))).date()
        kind = chance.choice(("invoice.due", "invoice.overdue", "invoice.overdue"))
        stated = {"invoice_id": invoice_id, "due_on": due_on.isoformat(), "currency": chance.choice(("GBP", "EUR"))}
        stated |= {
            "amount_due": chance.choice((50, 9_000, 250_000)),
            "creditor_id": chance.choice(("acme", "northwind")),
        }
        heard = OPENED - timedelta(minutes=20 + chance.randint(0, 40)) if kind == "invoice.overdue" else next(said)
        yield event(kind, customer, at=heard, event_id=f"{customer}/{invoice_id}", **stated)
    yield from disturbances(customer, chance, invoices, said)


def disturbances(
    customer: str, chance: random.Random, invoices: list[str], said: Iterator[datetime]
) -> Iterator[Published]:
    at = OPENED - timedelta(minutes=5)
    invoice_id = chance.choice(invoices)
    rest = {"invoice_id": invoice_id, "amount_due": chance.choice((0, 4_000)), "currency": "GBP"}
    later = (OPENED + timedelta(days=chance.choice((-9, 2)))).isoformat()
    possible = (
        event("invoice.settled", customer, at=at, reason="payment", settled_at=at.isoformat(), **rest),
        event("hold.placed", customer, at=next(said), hold_id="H-1", scope="customer", fields={"kind": "complaint"}),
        event(
            "hold.placed",
            customer,
            at=next(said),
            hold_id="H-2",
            scope="invoice",
            target=invoice_id,
            until=later,
            fields={"kind": "dispute"},
        ),
        event(
            "promise.made",
            customer,
            at=next(said),
            promise_id="P-1",
            invoice_ids=[invoice_id],
            amount=4_000,
            currency="GBP",
            promised_on=later[:10],
        ),
        event(
            "contact.reported",
            customer,
            at=next(said),
            channel="call_task",
            direction="outbound",
            by="branch",
            outcome="reached",
            contact_class="right_party",
            fields={"at": (OPENED - timedelta(hours=chance.choice((3, 50)))).isoformat()},
        ),
        event("customer.erased", customer, at=next(said)),
    )
    yield from chance.sample(possible, chance.choice((0, 0, 1, 1, 2)))


def last_words(records: Iterable[JournalRecord]) -> Words:
    words: Words = {}
    for record in records:
        if record.kind == "decision":
            for invoice_id in record.invoice_ids:
                words[record.customer_id, invoice_id] = (record.result, record.stage, codes(record))
    return words


async def decided(folder: Path, events: list[Published]) -> Words:
    """What `decide` says as of the worker's start: its clock starts there, so everything arrives at once."""
    clock = event("feedback.given", "clock", at=OPENED, score=5)
    file = folder / "events.jsonl"
    file.write_bytes(b"\n".join(value for _, _, value in [clock, *events]))
    command = ["decide", "--policy", str(POLICY), "--until", OPENED.isoformat(), "--json", str(file)]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "dispatcher", *command, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    return last_words(decode_journal(line) for line in out.splitlines())


@dataclass(frozen=True)
class Both:
    """The last word on each invoice, of `decide` and of the worker."""

    decide: Words
    worker: Words


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Everything is published before the worker starts: its gates open when all of it is known."""
    folder = tmp_path_factory.mktemp("agrees")
    events = [each for n, customer in enumerate(CUSTOMERS) for each in history(customer, n)]
    expected = await decided(folder, events)
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=4, settings=reachable.settings) as installed,
    ):
        await installed.publish(events)
        installed.worker("agreeing", **starting_at(OPENED))

        def settled(records: list[JournalRecord]) -> bool:
            words = last_words(records)
            return words.keys() == expected.keys() and not any(TRANSIENT & {*said[2]} for said in words.values())

        return Both(expected, last_words(await installed.until(settled)))


async def test_the_last_decision_of_each_invoice_is_the_workers(both: Both):
    assert both.worker == both.decide


async def test_the_generated_cases_come_to_many_different_ends(both: Both):
    ends = {(result, *reasons) for result, _, reasons in both.decide.values()}
    assert len(ends) >= 10
