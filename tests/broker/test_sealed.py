"""An installation with a master key works like any other, and what stands in its topics tells nobody anything without it."""

import json
import secrets
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from dispatcher.engine.bare_reading import batches
from dispatcher.engine.config import Connection
from schemas import topics
from schemas.sealed import SEALED
from tests.broker.gateways import gateway
from tests.broker.installation import Installation, due, each_of, facts_of, ids_of, installation, new_prefix, profile
from tests.broker.operations import ended, eventually, gates_open, logged, ready
from tests.broker.providers import number, providers, starting_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
TEXTED, CALLED = "texted", "called"
NAME, STREET = "Tricia McMillan", "7 Islington Square"
SECRETS = (NAME, STREET, number(650), number(651), "Ford's towel")


def master_key(folder: Path, name: str = "master") -> str:
    """A file with a new master key."""
    file = folder / name
    file.write_text(b64encode(secrets.token_bytes(32)).decode() + "\n", "utf-8")
    return str(file)


@dataclass(frozen=True)
class Sealed:
    """What commands said and how they ended, what stands in the topics, and how processes without the key ended."""

    said: dict[str, str]
    codes: dict[str, int]
    raw: dict[str, list[bytes]]
    refused: dict[str, tuple[int, str]]


async def raw_of(installed: Installation, topic: str) -> list[bytes]:
    """The values of a topic as they stand in it, without those of marks and positions."""
    found: list[bytes] = []
    partitions = 1 if topic == topics.REJECTED else installed.partitions
    for partition in range(partitions):
        async for batch in batches(Connection(installed.broker), installed.prefix + topic, partition):
            found += [each.value for each in batch if each.value and not (each.key or b"").startswith(b"\0")]
    return found


def person(customer: str, point: str, **more: object) -> tuple[str, bytes, bytes]:
    known: dict[str, object] = {"name": NAME, "address": STREET, "phones": [{"number": point, "kind": "mobile"}]}
    return profile(customer, at=OPENED, **(known | {"emails": []} | more))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sealed(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sealed]:
    folder = tmp_path_factory.mktemp("sealed")
    key = {"DISPATCHER_MASTER_KEY_FILE": master_key(folder)}
    said: dict[str, str] = {}
    codes: dict[str, int] = {}

    async def command(installed: Installation, *arguments: str, **settings: str) -> tuple[int, str]:
        process = installed.worker(secrets.token_hex(4), program=("dispatcher", *arguments), **settings)
        return await ended(process), process.output()

    async with providers() as reachable:
        settings = reachable.settings | key
        async with installation(broker, new_prefix(), folder, partitions=2, settings=settings) as installed:
            archive_settings = {"DISPATCHER_ARCHIVE_METRICS_PORT": "0", "DISPATCHER_DATA_DIR": str(folder / "kept")}
            worker = installed.worker("sending", **starting_at(OPENED))
            archive = installed.worker("archive", program=("dispatcher", "archive"), **archive_settings)
            front = await gateway(installed, **starting_at(OPENED))
            await ready(worker)
            await gates_open(worker, 2)
            await installed.append("customers.updated", json.dumps({"id": "broken", "name": NAME}).encode())
            events = [
                person(TEXTED, number(650)),
                due(TEXTED, "I-1", at=OPENED, description="Ford's towel"),
                person(CALLED, number(651), tier="vip"),
                due(CALLED, "I-1", at=OPENED, in_days=-3),
            ]
            await installed.publish(events)
            await installed.until(facts_of(ids_of(events)))
            await installed.until(each_of([TEXTED, CALLED], lambda each: each.result == "accepted"))
            await worker.end()
            again = installed.worker("again", **starting_at(OPENED))
            await ready(again)
            body = {"hold_id": "H-1", "scope": "customer", "kind": "dispute"}
            answer = await front.client.post(f"/v1/customers/{TEXTED}/holds", json=body)
            assert answer.status_code == 202, answer.text
            await installed.until(each_of([TEXTED], lambda each: each.reasons[0].rule == "hold.placed"))
            await eventually(lambda: bool(logged(archive, "archive_writes")), "the archive writes", worker=archive)
            for name, arguments in {
                "why": ("why", TEXTED),
                "verify": ("verify", "--settle", "0"),
                "doctor": ("doctor",),
                "rejected": ("rejected", "show", "0:0"),
                "doubt": ("doubt", "list"),
            }.items():
                codes[name], said[name] = await command(installed, *arguments)
            await front.client.aclose()
            for each in (again, archive, front.process):
                await each.end()
            raw = {topic: await raw_of(installed, topic) for topic in SEALED}
            without = {"DISPATCHER_MASTER_KEY_FILE": ""}
            other = {"DISPATCHER_MASTER_KEY_FILE": master_key(folder, "other")}
            refused = {
                "a worker without it": await command(installed, "worker", **starting_at(OPENED), **without),
                "a worker with another": await command(installed, "worker", **starting_at(OPENED), **other),
                "a gateway with another": await command(installed, "gateway", **other),
                "an archive with another": await command(installed, "archive", **archive_settings, **other),
                "a command without it": await command(installed, "why", TEXTED, **without),
                "a command with another": await command(installed, "why", TEXTED, **other),
                "a file that is not there": await command(
                    installed, "worker", DISPATCHER_MASTER_KEY_FILE=str(folder / "nowhere")
                ),
            }
            yield Sealed(said, codes, raw, refused)


@pytest.mark.parametrize("topic", sorted(SEALED))
async def test_nobody_is_in_what_stands_in_our_topics(sealed: Sealed, topic: str):
    values = sealed.raw[topic]

    assert (values != [], [each for each in SECRETS if any(each.encode() in value for value in values)]) == (True, [])


async def test_the_checker_finds_nothing_wrong(sealed: Sealed):
    assert sealed.codes["verify"] == 0, sealed.said["verify"]


async def test_the_doctor_finds_nothing_wrong(sealed: Sealed):
    assert sealed.codes["doctor"] == 0, sealed.said["doctor"]


async def test_a_worker_that_starts_again_goes_on_with_what_was_sealed(sealed: Sealed):
    assert "hold" in sealed.said["why"], sealed.said["why"]


async def test_what_was_set_aside_can_be_looked_at(sealed: Sealed):
    assert NAME in sealed.said["rejected"]


async def test_without_the_right_key_nothing_starts(sealed: Sealed):
    assert {who: code for who, (code, _) in sealed.refused.items()} == dict.fromkeys(sealed.refused, 3)


async def test_and_everybody_says_why(sealed: Sealed):
    assert [who for who, (_, said) in sealed.refused.items() if "DISPATCHER_MASTER_KEY_FILE" not in said] == []
