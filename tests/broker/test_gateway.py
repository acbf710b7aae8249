"""A gateway on a real Kafka: what it acknowledges stands, what does not stand it does not acknowledge."""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from channels.callback_token import token
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.placement import partition_of
from dispatcher.local.kafka import EmbeddedKafka
from schemas import inbox, points
from schemas.inbox import AttemptReceipt
from schemas.topics import BILLING_DUE, CUSTOMERS_FEEDBACK, INBOX, POINTS
from tests.broker.gateways import SECRET, Gateway, gateway
from tests.broker.installation import (
    Installation,
    due,
    each_of,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    now,
    profile,
)
from tests.broker.operations import ended, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
PARTITIONS = 4
NUMBER = "+447700900321"
SID = "SM" + "1" * 32
SOON_S = 1.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def installed(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    folder = tmp_path_factory.mktemp("gateway")
    async with installation(broker, new_prefix(), folder, partitions=PARTITIONS) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at(installed: Installation) -> AsyncIterator[Gateway]:
    started = await gateway(installed)
    async with started.client:
        yield started


async def test_a_stop_by_sms_stands_among_the_points_within_a_second(installed: Installation, at: Gateway):
    wanted = points.digest(NUMBER, points.point_key(SECRET))
    began = time.monotonic()

    form = {"MessageSid": SID, "From": NUMBER, "To": "+447700900999", "Body": "Stop"}
    answer = await at.by_twilio("/hooks/twilio/inbound", form)
    found = [points.decode(each.value or b"") for each in await installed.records(POINTS) if each.key == wanted]
    took = time.monotonic() - began

    assert (answer.status_code, [each.standing for each in found]) == (200, ["opted_out"])
    assert took < SOON_S


async def test_a_status_of_twilio_stands_in_the_customers_partition_of_the_inbox(installed: Installation, at: Gateway):
    path = f"/hooks/twilio/status/{token('C-status', 'attempt-1')}"

    answer = await at.by_twilio(path, {"MessageSid": SID, "MessageStatus": "delivered", "To": NUMBER})

    (record,) = [each for each in await installed.records(INBOX) if each.key == b"C-status"]
    assert (answer.status_code, record.partition) == (204, partition_of("C-status", PARTITIONS))
    assert inbox.decode_arrival(record.value or b"").fact == AttemptReceipt("attempt-1", "twilio", "delivered")


async def test_events_that_were_accepted_end_in_a_decision(installed: Installation, at: Gateway):
    moment = now()
    events = [profile("C-http", at=moment), due("C-http", "I-1", at=moment)]
    body = b"[" + b",".join(value for _, _, value in events) + b"]"

    answer = await at.client.post("/v1/events", content=body, headers={"content-type": "application/json"})
    installed.worker("deciding")
    journal = await installed.until(facts_of(ids_of(events)))

    assert answer.status_code == 202
    assert {each.customer_id for each in journal if each.kind == "fact"} >= {"C-http"}


async def test_a_hold_over_http_silences_the_customer(installed: Installation, at: Gateway):
    moment = now()
    await at.client.post("/v1/customers/C-held/holds", json={"scope": "customer", "kind": "dispute"})
    events = [profile("C-held", at=moment), due("C-held", "I-2", at=moment)]
    await installed.publish(events)
    installed.worker("holding")

    journal = await installed.until(
        each_of(["C-held"], lambda each: any(reason.code == "hold" for reason in each.reasons))
    )

    assert [each.result for each in journal if each.customer_id == "C-held" and each.attempt_id] == []


async def test_the_same_statement_twice_under_one_idempotency_key_is_one_event_twice(
    installed: Installation, at: Gateway
):
    for _ in range(2):
        said = {"score": 4}
        await at.client.post("/v1/customers/C-twice/feedback", json=said, headers={"Idempotency-Key": "k-1"})

    records = [each for each in await installed.records(CUSTOMERS_FEEDBACK) if each.key == b"C-twice"]
    ids = [json.loads(each.value or b"")["id"] for each in records]
    assert (len(ids), len(set(ids))) == (2, 1)


async def test_it_is_ready_and_counts_what_stands(at: Gateway):
    ready, metrics = await asyncio.gather(at.client.get("/readyz"), at.client.get("/metrics"))

    assert ready.status_code == 200
    assert f'dispatcher_gateway_appended_total{{topic="{BILLING_DUE}"}}' in metrics.text


async def test_told_to_stop_it_still_answers_what_it_was_asked_and_ends_well(installed: Installation):
    leaving = await gateway(installed, "leaving")
    url = leaving.client.base_url

    async def body() -> AsyncIterator[bytes]:
        event = due("C-last", "I-1", at=now())[2]
        yield event[:20]
        os.kill(leaving.process.pid, signal.SIGTERM)
        await eventually(lambda: _refuses(url.host, url.port or 0), "nobody else is let in")
        yield event[20:]

    async with leaving.client:
        kind = {"content-type": "application/cloudevents+json"}
        answer = await leaving.client.post("/v1/events", content=body(), headers=kind)

    assert (answer.status_code, await ended(leaving.process)) == (202, 0)


def _refuses(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


async def test_without_its_topics_it_does_not_start(broker: str, tmp_path: Path):
    made = Installation(broker, new_prefix(), tmp_path)
    process = made.worker("lost", program=("dispatcher", "gateway"), DISPATCHER_GATEWAY_PORT="0")

    assert await ended(process) == 6
    assert "dispatcher topics apply" in process.output()


async def test_a_port_that_is_taken_is_named(installed: Installation, at: Gateway):
    taken = str(at.client.base_url.port)
    process = installed.worker("second", program=("dispatcher", "gateway"), DISPATCHER_GATEWAY_PORT=taken)

    assert await ended(process) == 3
    assert "DISPATCHER_GATEWAY_PORT" in process.output()


@pytest.mark.skipif("DISPATCHER_BOOTSTRAP_SERVERS" in os.environ, reason="a given cluster is not paused")
async def test_while_kafka_is_away_nothing_is_acknowledged_and_nothing_acknowledged_is_lost(tmp_path: Path):
    async with (
        EmbeddedKafka() as kafka,
        installation(kafka.bootstrap_servers, new_prefix(), tmp_path, partitions=2) as made,
    ):
        at = await gateway(made)
        async with at.client:
            acknowledged = await _acknowledged(at, "before", 20)
            kafka.pause()
            away = [await _feedback(at, f"away-{n}") for n in range(2)]
            unready = await at.client.get("/readyz")
            kafka.resume()
            await eventually(lambda: _is_ready(at), "the gateway is ready again")
            acknowledged += await _acknowledged(at, "after", 20)
        async with Kafka(Connection(kafka.bootstrap_servers)) as client:
            topic = made.config.topic(CUSTOMERS_FEEDBACK)
            standing = {(each.key or b"").decode() async for each in client.read(topic)}

    assert {answer.status_code for answer in away} == {503}
    assert {answer.headers["retry-after"] for answer in away} == {"2"}
    assert unready.status_code == 503
    assert len(acknowledged) == 40
    assert set(acknowledged) <= standing


@pytest.mark.skipif("DISPATCHER_BOOTSTRAP_SERVERS" in os.environ, reason="a given cluster is not killed")
@pytest.mark.slow
async def test_after_kafka_was_killed_and_came_back_it_serves_again_by_itself(tmp_path: Path):
    async with (
        EmbeddedKafka() as kafka,
        installation(kafka.bootstrap_servers, new_prefix(), tmp_path, partitions=2) as made,
    ):
        at = await gateway(made)
        async with at.client:
            await kafka.kill()
            away = await _feedback(at, "away")
            await kafka.restart()
            await eventually(lambda: _is_ready(at), "the gateway is ready again")
            acknowledged = await _acknowledged(at, "after", 20)

    assert (away.status_code, len(acknowledged)) == (503, 20)


async def _feedback(at: Gateway, customer: str) -> httpx.Response:
    return await at.client.post(f"/v1/customers/{customer}/feedback", json={"score": 5})


async def _acknowledged(at: Gateway, name: str, count: int) -> list[str]:
    customers = [f"{name}-{n}" for n in range(count)]
    answers = await asyncio.gather(*(_feedback(at, customer) for customer in customers))
    return [customer for customer, answer in zip(customers, answers, strict=True) if answer.status_code == 202]


async def _is_ready(at: Gateway) -> bool:
    return (await at.client.get("/readyz")).status_code == 200
