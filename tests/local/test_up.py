"""`dispatcher up`: topics and worker from one command, and an embedded Kafka that keeps what it was given."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.kafka import EmbeddedKafka, KafkaUnavailable
from dispatcher.local.ports import free_ports, is_free
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[2]
embedded = pytest.mark.skipif(
    "DISPATCHER_BOOTSTRAP_SERVERS" in os.environ, reason="with a given cluster nothing embedded is started"
)


def test_a_port_that_somebody_serves_is_not_free():
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert not is_free(server.getsockname()[1])


@embedded
@pytest.mark.asyncio
async def test_a_port_that_somebody_serves_is_named_instead_of_used(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(KafkaUnavailable, match=f"another process serves port {port}"):
            await EmbeddedKafka(data=tmp_path / "kafka", port=port).start()


@embedded
@pytest.mark.broker
@pytest.mark.asyncio
async def test_a_kafka_with_a_folder_of_its_own_has_its_topics_again_at_the_same_port(tmp_path):
    (port,) = free_ports(1)
    for start in (1, 2):
        async with EmbeddedKafka(data=tmp_path / "kafka", port=port) as kafka:
            assert kafka.bootstrap_servers == f"127.0.0.1:{port}"
            async with Kafka(Connection(kafka.bootstrap_servers)) as client:
                created = await client.create("kept", 1, 1, {})
                assert created is (start == 1)
                await client.publish("kept", b"key", str(start).encode())
                kept = [record.value async for record in client.read("kept")]
    assert kept == [b"1", b"2"]


def environment(broker: str, prefix: str, **settings: str) -> dict[str, str]:
    return {
        **os.environ,
        "DISPATCHER_BOOTSTRAP_SERVERS": broker,
        "DISPATCHER_TOPIC_PREFIX": prefix,
        "DISPATCHER_PARTITIONS": "1",
        "DISPATCHER_POLICY": str(ROOT / "deploy" / "policy.example.toml"),
        "DISPATCHER_METRICS_PORT": "0",
        "DISPATCHER_METRICS_HOST": "127.0.0.1",
        "DISPATCHER_GATEWAY_PORT": "0",
        "DISPATCHER_ARCHIVE_METRICS_PORT": "0",
        **settings,
    }


def started(folder: Path, settings: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-P", "-m", "dispatcher", "up"]
    return subprocess.Popen(
        command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.broker
def test_up_creates_the_topics_serves_and_drains(broker, topic_prefix, tmp_path):
    up = started(tmp_path, environment(broker, topic_prefix))
    try:
        said, awaited = [], {"lane_restored", "gateway_started", "archive_writes"}
        for line in up.stdout:
            said.append(line)
            awaited -= {event for event in awaited if event in line}
            if not awaited:
                break
        up.send_signal(signal.SIGTERM)
        rest, _ = up.communicate(timeout=120)
    finally:
        up.kill()
    assert f"{len(TOPICS)} topics created" in "".join(said)
    assert "/desk, /why, /reports; `dispatcher desk account add NAME" in "".join(said)
    assert [f"{each}_stopped" in rest for each in ("worker", "gateway", "archive")] == [True, True, True]
    assert up.returncode == 0
    assert asyncio.run(_partitions(broker, f"{topic_prefix}reminders.inbox")) == 1


@pytest.mark.broker
def test_up_ends_whole_where_a_part_of_it_cannot_start(broker, topic_prefix, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        up = started(tmp_path, environment(broker, topic_prefix, DISPATCHER_GATEWAY_PORT=port))
        try:
            said, _ = up.communicate(timeout=120)
        finally:
            up.kill()
    assert (up.returncode, "DISPATCHER_GATEWAY_PORT" in said) == (3, True)


async def _partitions(broker: str, topic: str) -> int | None:
    async with Kafka(Connection(broker)) as kafka:
        return await kafka.partitions(topic)
