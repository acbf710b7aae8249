"""What a worker really sent stands in the archive, word for word; and a worker goes on without the topic for it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from dispatcher.archive import schema
from dispatcher.archive.database import opened
from dispatcher.archive.tables import DIGESTS, TEXTS
from tests.archive.journal import rows
from tests.archive.test_killed import archive
from tests.broker.installation import Installation, due, each_of, installation, new_prefix, profile
from tests.broker.operations import eventually, gates_open, ready
from tests.broker.providers import Providers, number, providers, starting_at

pytestmark = [pytest.mark.broker, pytest.mark.asyncio, pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 2
TEXTED: dict[str, object] = {"phones": [{"number": number(801), "kind": "mobile"}], "emails": []}
MAILED: dict[str, object] = {"phones": [], "emails": [{"address": "mailed@customer.example", "kind": "private"}]}
POINTS = {"texted": TEXTED, "mailed": MAILED}


@pytest_asyncio.fixture
async def reachable() -> AsyncIterator[Providers]:
    async with providers() as made:
        yield made


@pytest_asyncio.fixture
async def installed(broker: str, tmp_path: Path, reachable: Providers) -> AsyncIterator[Installation]:
    async with installation(broker, new_prefix(), tmp_path, partitions=PARTITIONS, settings=reachable.settings) as made:
        yield made


async def reminded(installed: Installation) -> None:
    """One customer gets a text, another a mail."""
    worker = installed.worker("sending", **starting_at(OPENED))
    await ready(worker)
    await gates_open(worker, PARTITIONS)
    events = [
        each
        for customer, points in POINTS.items()
        for each in (profile(customer, at=OPENED, **points), due(customer, "I-1", at=OPENED))
    ]
    await installed.publish(events)
    await installed.until(each_of(list(POINTS), lambda each: each.result == "accepted"))
    await worker.end()


async def why(installed: Installation, url: str, customer: str) -> str:
    """What the command prints as JSON."""
    program = ("dispatcher", "why", customer, "--json")
    process = installed.worker("why", program=program, DISPATCHER_DATABASE_URL=url)
    await eventually(lambda: process.exit_code is not None, "it has told", worker=process)
    return process.output().splitlines()[-1]


async def test_text_and_mail_stand_in_the_archive_as_the_providers_got_them(installed, reachable, tmp_path):
    await reminded(installed)
    engine = opened(f"sqlite:///{tmp_path / 'archive.sqlite'}")
    schema.migrate(engine)
    process = archive(installed, str(engine.url), "archive")
    await eventually(lambda: len(rows(engine, TEXTS)) == len(POINTS), "both texts are archived", worker=process)
    await process.end()
    answer = json.loads(await why(installed, str(engine.url), "texted"))
    kept = {each["customer_id"]: each["body"] for each in rows(engine, TEXTS)}
    hashes = {bytes(each["sha256"]) for each in rows(engine, DIGESTS)}
    engine.dispose()
    mail = reachable.smtp.messages[0].parsed()
    plain = mail.get_body(("plain",)).get_content()
    assert (answer["origin"]["source"], answer["origin"]["behind"], answer["next"]["basis"]) == ("archive", 0, "state")
    assert kept["texted"] == reachable.twilio.messages[0].body
    assert " ".join(kept["mailed"].split()) == " ".join(f"{mail['subject']} {plain}".split())
    assert hashes == {sha256(body.encode()).digest() for body in kept.values()}


async def test_a_worker_sends_without_the_topic_and_counts_what_is_not_kept(installed, reachable):
    cluster = AIOKafkaAdminClient(bootstrap_servers=installed.broker)
    await cluster.start()
    await cluster.delete_topics([f"{installed.prefix}reminders.texts"])
    await cluster.close()
    await reminded(installed)
    assert sorted(reachable.reached()) == sorted([number(801), "mailed@customer.example"])
