import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from dispatcher.engine.readiness import BrokerNotReady, wait_until_ready
from dispatcher.local.kafka import EmbeddedKafka, KafkaUnavailable

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(
        "DISPATCHER_BOOTSTRAP_SERVERS" in os.environ,
        reason="with a given cluster nothing embedded is started",
    ),
]

_SOON_S = 60.0


@pytest.fixture(scope="module")
def kafka() -> Iterator[EmbeddedKafka]:
    """A broker of this module's own: it is paused and killed."""
    # A dead broker is given up after 9 s by default.
    embedded = EmbeddedKafka(overrides={"broker.session.timeout.ms": "1500", "broker.heartbeat.interval.ms": "300"})
    asyncio.run(embedded.start())
    try:
        yield embedded
    finally:
        asyncio.run(embedded.stop())


@pytest.mark.asyncio
async def test_stop_leaves_neither_process_nor_folder():
    async with EmbeddedKafka() as kafka:
        folder = kafka.log_path.parent
        assert folder.is_dir()
        assert await _reachable(kafka.bootstrap_servers)
    with pytest.raises(ProcessLookupError):
        os.kill(kafka.pid, 0)
    assert not folder.exists()


@pytest.mark.asyncio
async def test_what_was_acknowledged_survives_a_kill_on_the_same_port(kafka, topic_prefix):
    topic = f"{topic_prefix}kept"
    await _create(kafka.bootstrap_servers, topic)
    await _append(kafka.bootstrap_servers, topic, b"before")
    address = kafka.bootstrap_servers
    await kafka.kill()
    assert not await _reachable(address)
    await kafka.restart()
    assert kafka.bootstrap_servers == address
    assert await _first(address, topic) == b"before"


@pytest.mark.asyncio
async def test_a_paused_broker_is_not_ready_although_its_port_is_open(kafka):
    kafka.pause()
    try:
        with pytest.raises(BrokerNotReady, match="was not ready after 1 s"):
            await wait_until_ready(kafka.bootstrap_servers, timeout_s=1)
    finally:
        kafka.resume()
    await wait_until_ready(kafka.bootstrap_servers, timeout_s=_SOON_S)


@pytest.mark.asyncio
async def test_an_unknown_topic_is_an_error_and_is_not_created(kafka, topic_prefix):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap_servers)
    await admin.start()
    try:
        described = await admin.describe_topics([f"{topic_prefix}misspelt"])
        assert [topic["error_code"] for topic in described] == [3]
        assert f"{topic_prefix}misspelt" not in await admin.list_topics()
    finally:
        await admin.close()


@pytest.mark.asyncio
async def test_a_broker_that_cannot_start_says_why_in_one_line():
    with pytest.raises(KafkaUnavailable, match=r"message\.max\.bytes") as caught:
        await EmbeddedKafka(overrides={"message.max.bytes": "many"}).start()
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_the_broker_ends_with_a_parent_that_is_killed():
    program = (
        "import asyncio, signal\n"
        "from dispatcher.local.kafka import EmbeddedKafka\n"
        "kafka = EmbeddedKafka()\n"
        "asyncio.run(kafka.start())\n"
        "print(kafka.pid, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as parent:
        broker = os.pidfd_open(int(parent.stdout.readline()))
        parent.send_signal(signal.SIGKILL)
    try:
        ended, _, _ = select.select([broker], [], [], _SOON_S)
        assert ended, "the broker outlived its parent"
    finally:
        os.close(broker)


async def _reachable(address: str) -> bool:
    host, port = address.split(":")
    try:
        _, writer = await asyncio.open_connection(host, int(port))
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def _create(address: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def _append(address: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def _first(address: str, topic: str) -> bytes:
    consumer = AIOKafkaConsumer(bootstrap_servers=address)
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        async with asyncio.timeout(_SOON_S):
            record = await consumer.getone()
        return record.value
    finally:
        await consumer.stop()
