"""Names, numbers, addresses and words of people, each unlike anything else, through an installation: where do they show?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.local.twilio_faults import Cut
from tests.broker.gateways import gateway
from tests.broker.installation import (
    Installation,
    Process,
    due,
    each_of,
    event,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import ended, eventually, gates_open, logged, page, ready
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CUSTOMER, DOUBTFUL, CALLED, SAID = "canary-1", "canary-2", "canary-3", "canary-4"
NUMBERS = {customer: number(610 + n) for n, customer in enumerate((CUSTOMER, DOUBTFUL, CALLED, SAID))}
CANARIES = {
    "name": "Zaphod Beeblebrox",
    "street": "42 Heart-of-Gold Mews",
    "postcode": "ZB9 4PG",
    "attribute": "pan-galactic gargle",
    "mail": "zaphod@heartofgold.example",
    "other number": "+447700900977",
    "other mail": "trillian@heartofgold.example",
    "note of a hold": "stole the ship",
    "note of a contact": "shouted Belgium",
    "comment": "mostly harmless staff",
    "description": "Two heads' rent",
    "line": "Third arm surcharge",
    "document": "Letter to Zaphod's mother",
    "document address": "https://pay.example/letters/zaphod-6f1d",
    "payment address": "https://pay.example/p/zaphod-9c2e",
} | {f"number of {customer}": each for customer, each in NUMBERS.items()}
AS_EVENT = {"Content-Type": "application/cloudevents+json"}
COMMANDS = (
    ("journal",),
    ("journal", "--json"),
    ("why", CUSTOMER),
    ("why", CUSTOMER, "--json"),
    ("why", DOUBTFUL),
    ("why", SAID),
    ("doubt", "list"),
    ("doubt", "list", "--json"),
    ("rejected", "list"),
    ("rejected", "list", "--json"),
    ("parked", "list"),
    ("point", "unread"),
    ("verify", "--settle", "0"),
    ("verify", "--settle", "0", "--json"),
    ("doctor",),
    ("topics", "plan"),
    ("paused",),
)
"""All that look at an installation, but for those that are asked for what a record holds."""


def person(customer: str, **more: object) -> tuple[str, bytes, bytes]:
    known: dict[str, object] = {
        "name": CANARIES["name"],
        "address": CANARIES["street"],
        "postal_code": CANARIES["postcode"],
        "attributes": {"likes": CANARIES["attribute"]},
        "phones": [{"number": NUMBERS[customer], "kind": "mobile"}],
        "emails": [],
    }
    return profile(customer, at=OPENED, **(known | more))


def bill(customer: str, invoice_id: str = "I-1", **more: object) -> tuple[str, bytes, bytes]:
    return due(
        customer,
        invoice_id,
        at=OPENED,
        description=CANARIES["description"],
        pay_url=CANARIES["payment address"],
        lines=[{"text": CANARIES["line"], "amount": 12_500}],
        documents=[{"kind": "letter", "title": CANARIES["document"], "url": CANARIES["document address"]}],
        **more,
    )


def said() -> list[tuple[str, bytes, bytes]]:
    """Everything else that can be said of a customer, with somebody's words in it."""
    at = OPENED
    point = {"contact_point": CANARIES["other number"], "channel": "sms", "allowed": False, "source": "letter"}
    hold = {"scope": "contact_point", "kind": "manual", "target": CANARIES["other mail"]}
    report = {"channel": "call_task", "direction": "outbound", "at": at.isoformat(), "by": "desk", "outcome": "promise"}
    return [
        event("consent.changed", SAID, at=at, **point),
        event("hold.placed", SAID, at=at, fields=hold | {"hold_id": "H-1", "note": CANARIES["note of a hold"]}),
        event(
            "contact.reported",
            SAID,
            at=at,
            fields=report | {"contact_class": "right_party", "note": CANARIES["note of a contact"]},
        ),
        event("feedback.given", SAID, at=at, score=1, comment=CANARIES["comment"]),
    ]


def broken() -> Iterator[bytes]:
    """Events that must be refused, each wrong in a place where somebody's data stands."""
    good = json.loads(person(CUSTOMER)[2])
    yield json.dumps(good | {"subject": CANARIES["name"]}).encode()
    yield json.dumps(good | {"data": good["data"] | {"country": CANARIES["street"]}}).encode()
    yield json.dumps(good | {"data": good["data"] | {"phones": CANARIES["other number"]}}).encode()
    yield json.dumps(good | {"data": good["data"] | {"emails": [{"address": CANARIES["name"]}]}}).encode()
    yield json.dumps(good).encode()[:-3]


@dataclass(frozen=True)
class Outputs:
    """What every part of the installation said: logs, pages, topics that name nobody, commands."""

    said: dict[str, str]


def seen(text: str) -> list[str]:
    return [kind for kind, canary in CANARIES.items() if canary in text]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outputs(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    folder = tmp_path_factory.mktemp("canaries")
    told: dict[str, str] = {}
    async with providers() as reachable:
        settings = reachable.settings | {"DISPATCHER_LOG_LEVEL": "debug"}
        async with installation(broker, new_prefix(), folder, partitions=1, settings=settings) as installed:
            worker = installed.worker("sending", **starting_at(OPENED))
            archive = installed.worker(
                "archive", program=("dispatcher", "archive"), DISPATCHER_ARCHIVE_METRICS_PORT="0"
            )
            front = await gateway(installed)
            await ready(worker)
            await gates_open(worker, 1)
            reachable.twilio.by_recipient[NUMBERS[DOUBTFUL]] = Cut()
            await everything_happens(installed)
            for turn, value in enumerate(broken()):
                answer = await front.client.post("/v1/events", content=value, headers=AS_EVENT)
                told[f"answer {turn}"] = answer.text
            told["worker's page"] = (await page(worker, "/metrics"))[1] + (await page(worker, "/readyz"))[1]
            for command in COMMANDS:
                told[" ".join(command)] = await output_of(installed, command)
            await front.client.aclose()
            await eventually(lambda: bool(logged(archive, "archive_writes")), "the archive writes", worker=archive)
            for name, process in {"worker": worker, "archive": archive, "gateway": front.process}.items():
                await process.end()
                told[f"log of the {name}"] = process.output()
            told["journal"] = str([(each.key, each.value) for each in await installed.records("reminders.journal")])
            told["headers"] = str([each.headers for each in await installed.records("reminders.rejected")])
    return Outputs(told)


async def everything_happens(installed: Installation) -> None:
    events = [
        person(CUSTOMER, emails=[{"address": CANARIES["mail"], "kind": "private"}]),
        person(SAID),
        *said(),
        bill(SAID),
        bill(CUSTOMER),
        person(DOUBTFUL),
        bill(DOUBTFUL),
        person(CALLED, tier="vip"),
        bill(CALLED, in_days=-3),
    ]
    for value in broken():
        await installed.append("customers.updated", value)
    await installed.publish(events)
    await installed.until(facts_of(ids_of(events)))
    await installed.until(each_of([DOUBTFUL], lambda each: each.result == "in_doubt"))
    await installed.until(each_of([CUSTOMER], lambda each: each.result == "accepted"))


async def output_of(installed: Installation, command: tuple[str, ...]) -> str:
    process: Process = installed.worker(f"command-{'-'.join(command)}", program=("dispatcher", *command))
    await ended(process)
    return process.output()


async def test_no_output_shows_anybody(outputs: Outputs):
    assert {where: found for where, text in outputs.said.items() if (found := seen(text))} == {}


async def test_every_output_was_there_to_be_looked_at(outputs: Outputs):
    assert [where for where, text in outputs.said.items() if not text.strip()] == []


async def test_the_events_were_read_and_the_broken_ones_refused(outputs: Outputs):
    assert (CUSTOMER in outputs.said["journal"], "unknown_country" in outputs.said["headers"]) == (True, True)
