"""What happens to Kafka itself: silent, killed, a leader lost, its disk full."""

import asyncio
from collections.abc import Mapping

from dispatcher.local.kafka import EmbeddedKafka
from schemas import topics
from tests.broker.operations import eventually, ready
from tests.faults.brokers import Cluster, Cramped
from tests.faults.scene import Row, Scene
from tests.faults.together import together

_SILENT_S = 12
_DOWN_S = 30
_HALTED_S = 30.0


async def f6_broker_away(scene: Scene) -> None:
    """Kafka silent for 12 s, then killed and down for 30 s."""
    kafka = scene.on(EmbeddedKafka)
    before, causing = scene.portfolio()
    await scene.installed.publish(before + causing)
    worker = scene.worker()
    await ready(worker)
    await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))  # at any phase
    kafka.pause()
    await asyncio.sleep(_SILENT_S)
    kafka.resume()
    await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))
    await kafka.kill()
    await asyncio.sleep(_DOWN_S)
    await kafka.restart()


async def f7_leaders_lost(scene: Scene) -> None:
    """Of three brokers, the one that leads a partition of inbox or state is killed, and started again; three times."""
    cluster = scene.on(Cluster)

    async def killed() -> None:
        await ready(scene.worker())
        for partition, topic in enumerate((topics.INBOX, topics.STATE, topics.INBOX)):
            await asyncio.sleep(scene.rnd.uniform(1.0, 3.0))  # at any phase
            lost = await cluster.leader(scene.installed.config.topic(topic), partition)
            await lost.kill()
            await asyncio.sleep(scene.rnd.uniform(1.0, 8.0))  # before and after another leads
            await lost.restart()
            await cluster.complete(scene.installed.config.topic(topic))

    await together(scene.publish(40.0), killed())


async def f20_disk_full(scene: Scene) -> None:
    """The broker's disk is full: it halts, as it is made to. There is space again, it is started, everything goes on."""
    cramped = scene.on(Cramped)
    worker = scene.worker()
    await ready(worker)
    before, causing = scene.portfolio()
    await scene.installed.publish(before + causing[::2])
    cramped.fill()
    await eventually(lambda: cramped.kafka.exit_code is not None, "the broker has halted", timeout_s=_HALTED_S)
    await asyncio.sleep(scene.rnd.uniform(0.5, 5.0))
    cramped.clear()
    await cramped.kafka.restart()
    await scene.installed.publish(causing[1::2])


ROWS: Mapping[str, Row] = {"F6": f6_broker_away, "F7": f7_leaders_lost, "F20": f20_disk_full}
