"""Every process does its work with the documented access lists alone, and can do nothing that they leave out."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import (
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
    for_code,
)

from dispatcher.archive.database import opened
from dispatcher.archive.queries import Archive
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.access_plan import ROLES, Operation, Role, grants
from schemas import topics
from tests.broker.gateways import gateway
from tests.broker.installation import Installation, due, each_of, profile
from tests.broker.nursery import nursery
from tests.broker.operations import ended, eventually, ready
from tests.broker.providers import number, providers, starting_at
from tests.security.certificates import certified
from tests.security.secured import APP_ID, PREFIX, TRIED, Secured

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 2
ROOT = Path(__file__).parents[2]
POLICY = ROOT / "deploy" / "policy.example.toml"
OTHER = ROOT / "deploy" / "policy.full.toml"
ALL = tuple(topic.name for topic in topics.TOPICS)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _named(arguments: tuple[str, ...]) -> str:
    return " ".join(arguments[:2])


async def command(kafka: Secured, role: Role, folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """Run a command as this role; exit code and everything it said."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")}
    settings = environment | kafka.settings(role) | more
    process = nursery().fork(("dispatcher", *arguments), settings, folder / f"{role}.log")
    try:
        code = await ended(process)
    finally:
        await process.end()
    return code, process.output()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installed(kafka: Secured, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """Topics that the operator made."""
    folder = tmp_path_factory.mktemp("installed")
    code, said = await command(kafka, "operator", folder, "topics", "apply")
    assert code == 0, said
    found = Installation(kafka.inside, PREFIX, folder, partitions=PARTITIONS, nursery=nursery())
    yield found
    await found.end()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tried(kafka: Secured) -> None:
    """One record in each topic of the second set."""
    async with Kafka(Connection(kafka.inside)) as inside:
        for name in ALL:
            await inside.create(TRIED + name, 1, 1, {})
            await inside.publish(TRIED + name, b"key", b"value")


async def test_a_reminder_goes_all_the_way_with_these_lists_alone(kafka: Secured, installed: Installation) -> None:
    database = f"sqlite:///{installed.folder / 'archive.sqlite'}"
    async with providers() as reachable:
        worker = installed.worker(
            **(kafka.settings("worker") | reachable.settings | starting_at(OPENED)),
        )
        served = await gateway(installed, **kafka.settings("gateway"))
        archived = installed.worker(
            "archive",
            program=("dispatcher", "archive"),
            **kafka.settings("archive"),
            DISPATCHER_DATABASE_URL=database,
            DISPATCHER_ARCHIVE_METRICS_PORT="0",
        )
        await ready(worker)
        told = profile("C-1", at=OPENED, phones=[{"number": number(1), "kind": "mobile"}])
        answer = await served.client.post("/v1/events", content=told[2], headers={"content-type": "application/json"})
        assert answer.status_code == 202, answer.text
        stated = due("C-1", "R-1", at=OPENED, in_days=3)
        bills = installed.folder / "bills.jsonl"
        bills.write_bytes(stated[2] + b"\n")
        code, said = await command(kafka, "billing", installed.folder, "publish", str(bills))
        assert code == 0, said
        await installed.until(each_of({"C-1"}, lambda record: record.result == "accepted"))

        def is_archived() -> bool:
            assert archived.exit_code is None, archived.output()[-3000:]
            return any(each.result == "accepted" for each in Archive(opened(database)).timeline("C-1"))

        await eventually(is_archived, "the contact is archived", worker=archived)
        await served.client.aclose()


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "--settle", "0"),
        ("journal",),
        ("why", "C-1"),
        ("policy", "show"),
        ("rejected", "list"),
        ("doubt", "list"),
        ("paused",),
        ("topics", "plan"),
    ],
    ids=_named,
)
async def test_the_auditor_may_look_at_everything(
    kafka: Secured, installed: Installation, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    code, said = await command(kafka, "auditor", tmp_path, *arguments)

    assert code in {0, 2} if arguments[0] == "verify" else code == 0, said
    assert "AuthorizationFailed" not in said


@pytest.mark.parametrize(
    "arguments",
    [("pause", "--reason", "trial"), ("resume",), ("policy", "apply", str(POLICY))],
    ids=_named,
)
async def test_the_operator_may_change_what_operators_change(
    kafka: Secured, installed: Installation, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    code, said = await command(kafka, "operator", tmp_path, *arguments)

    assert code == 0, said


@pytest.mark.parametrize("arguments", [("pause", "--reason", "trial"), ("policy", "apply", str(OTHER))], ids=_named)
async def test_the_auditor_can_change_nothing(
    kafka: Secured, installed: Installation, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    code, said = await command(kafka, "auditor", tmp_path, *arguments)

    assert code == ExitCode.NO_BROKER, said
    assert "authoriz" in said.lower()


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_reads_what_its_list_names_and_nothing_else(kafka: Secured, tried: None, role: Role) -> None:
    read = await asyncio.gather(*(_readable(kafka, role, TRIED + name) for name in ALL))

    assert {name for name, readable in zip(ALL, read, strict=True) if readable} == _allowed(role, "READ")


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_writes_what_its_list_names_and_nothing_else(kafka: Secured, tried: None, role: Role) -> None:
    written = await asyncio.gather(*(_writable(kafka, role, TRIED + name) for name in ALL))

    assert {name for name, writable in zip(ALL, written, strict=True) if writable} == _allowed(role, "WRITE")


@pytest.mark.parametrize("role", ROLES)
async def test_only_the_operator_makes_topics_and_only_ours(kafka: Secured, tried: None, role: Role) -> None:
    admin = AIOKafkaAdminClient(**kafka.client(role))
    await admin.start()
    made = {}
    try:
        for name in (PREFIX + "reminders.other", f"{TRIED}{topics.INBOX}"):
            answer = await admin.create_topics([NewTopic(name, 1, 1)])
            made[name] = for_code(answer.topic_errors[0][1])
    finally:
        await admin.close()

    assert made[PREFIX + "reminders.other"] is TopicAuthorizationFailedError
    ours = TopicAlreadyExistsError if role == "operator" else TopicAuthorizationFailedError
    assert made[f"{TRIED}{topics.INBOX}"] is ours


@pytest.mark.parametrize("role", [role for role in ROLES if role != "worker"])
async def test_only_a_worker_can_fence_a_lane(kafka: Secured, role: Role) -> None:
    producer = AIOKafkaProducer(**kafka.client(role), transactional_id=f"{PREFIX}{APP_ID}-0")

    with pytest.raises(TransactionalIdAuthorizationFailed):
        await producer.start()
    await producer.stop()


async def test_a_worker_cannot_take_anothers_transactions(kafka: Secured) -> None:
    producer = AIOKafkaProducer(**kafka.client("worker"), transactional_id="another-0")

    with pytest.raises(TransactionalIdAuthorizationFailed):
        await producer.start()
    await producer.stop()


async def test_a_wrong_password_is_told_in_one_line(kafka: Secured, tmp_path: Path) -> None:
    code, said = await command(kafka, "operator", tmp_path, "topics", "plan", DISPATCHER_KAFKA_SASL_PASSWORD="guessed")

    assert code == ExitCode.NO_BROKER
    assert "Traceback" not in said
    assert "guessed" not in said


async def test_a_broker_that_our_authority_did_not_sign_is_not_talked_to(kafka: Secured, tmp_path: Path) -> None:
    strange, _ = certified(tmp_path)

    code, said = await command(kafka, "operator", tmp_path, "topics", "plan", DISPATCHER_KAFKA_CA_FILE=str(strange))

    assert code == ExitCode.NO_BROKER
    assert "Traceback" not in said


async def test_nobody_comes_in_without_tls(kafka: Secured, tmp_path: Path) -> None:
    code, _ = await command(
        kafka, "operator", tmp_path, "topics", "plan", DISPATCHER_KAFKA_SECURITY_PROTOCOL="SASL_PLAINTEXT"
    )

    assert code == ExitCode.NO_BROKER


async def _readable(kafka: Secured, role: Role, topic: str) -> bool:
    consumer = AIOKafkaConsumer(**kafka.client(role), enable_auto_commit=False)
    await consumer.start()
    try:
        place = TopicPartition(topic, 0)
        consumer.assign([place])
        consumer.seek(place, 0)
        return bool(await consumer.getmany(timeout_ms=5_000))
    except TopicAuthorizationFailedError:
        return False
    finally:
        await consumer.stop()


async def _writable(kafka: Secured, role: Role, topic: str) -> bool:
    producer = AIOKafkaProducer(**kafka.client(role), request_timeout_ms=5_000)
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"value", b"key")
    except TopicAuthorizationFailedError:
        return False
    finally:
        await producer.stop()
    return True


def _allowed(role: Role, operation: Operation) -> set[str]:
    return {
        grant.name.removeprefix(TRIED)
        for grant in grants(role, prefix=TRIED, app_id=APP_ID)
        if grant.resource == "topic" and operation in grant.operations
    }
