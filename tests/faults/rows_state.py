"""What happens to the state and to those that restore it: compacted while it is read, killed in between, read slowly."""

import asyncio
import signal
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from dispatcher.local.kafka import EmbeddedKafka
from schemas import topics
from tests.broker.operations import eventually, ready
from tests.faults.faulty_worker import SLOW_PARTITION, SLOW_S
from tests.faults.scene import PARTITIONS, Row, Scene
from tests.faults.together import together

_EAGER = {
    "cleanup.policy": "compact",
    "segment.ms": "500",
    "min.cleanable.dirty.ratio": "0.0",
    "max.compaction.lag.ms": "500",
    "delete.retention.ms": "0",
}
_LEFT = 0.5
_SILENT_S = 2.0
_RESTORED_S = 60.0


async def f25_compacted_while_read(scene: Scene) -> None:
    """The state is compacted as soon as it is written, tombstones too, while owner after owner is killed and reads it."""
    scene.on(EmbeddedKafka)
    state = scene.installed.config.topic(topics.STATE)
    await _set(scene.installed.broker, state, _EAGER)

    async def killed() -> None:
        for number in range(5):
            worker = scene.worker()
            await ready(worker)
            for partition in range(PARTITIONS):
                await scene.installed.append(topics.STATE, None, b"nobody-%d" % number, partition=partition)
            await asyncio.sleep(scene.rnd.uniform(2.0, 4.0))  # at any phase
            await worker.end(signal.SIGKILL)
        scene.worker()

    await together(scene.publish(25.0), killed())
    await eventually(lambda: _is_compacted(scene), "the state was compacted")


async def f28_killed_while_restoring(scene: Scene) -> None:
    """Owners are killed while they restore: when earlier ones are fenced off, and when some partitions are read."""

    async def killed() -> None:
        worker = scene.worker()
        await ready(worker)
        await asyncio.sleep(scene.rnd.uniform(1.0, 3.0))  # until there is something to restore, at any phase
        await worker.end(signal.SIGKILL)
        for way in ("dying_fenced", "dying_restored") * 2:
            dying = scene.worker(way)
            await eventually(lambda w=dying: w.exit_code is not None, way, worker=dying)
        scene.worker()

    await together(scene.publish(25.0), killed())


async def f29_one_slow_restore(scene: Scene) -> None:
    """A worker joins and takes 10 s to restore one partition: no other one falls silent for 2 s."""
    stays = scene.worker()
    await ready(stays)

    async def joined() -> None:
        await asyncio.sleep(scene.rnd.uniform(3.0, 4.0))  # at any phase
        await ready(scene.worker("restoring_slowly"), timeout_s=_RESTORED_S)

    await together(scene.publish(25.0, parts=200), joined())
    slow = int((scene.installed.folder / "worker-2" / SLOW_PARTITION).read_text("utf-8"))
    silent = await _longest_silences(scene)
    scene.notes.append(
        f"silent for {', '.join(f'{s:.1f} s' for p, s in sorted(silent.items()) if p != slow)}; {silent[slow]:.1f}"
    )
    if silent[slow] < SLOW_S:
        raise AssertionError(f"partition {slow} was restored slowly, and was silent for {silent[slow]:.1f} s only")
    if late := {partition: s for partition, s in silent.items() if s >= _SILENT_S and partition != slow}:
        raise AssertionError(
            f"partition {slow} was restored slowly, and others fell silent for so many seconds: {late}"
        )


async def _longest_silences(scene: Scene) -> dict[int, float]:
    """The longest time (s) between two records of each journal partition, until the last event was published."""
    at: dict[int, list[int]] = {}
    for record in await scene.installed.records(topics.JOURNAL):
        at.setdefault(record.partition, []).append(record.timestamp)
    return {partition: max(b - a for a, b in pairwise(times)) / 1_000 for partition, times in at.items()}


async def _is_compacted(scene: Scene) -> bool:
    """Whether most of what was superseded is gone."""
    records = await scene.installed.records(topics.STATE)
    left = len(records) / (max(each.offset for each in records) * PARTITIONS)
    superseded = sum(times - 1 for times in Counter((each.partition, each.key) for each in records).values())
    return left < _LEFT and superseded < len(records) * _LEFT


async def _set(broker: str, topic: str, settings: Mapping[str, str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    try:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, dict(settings))])
    finally:
        await admin.close()


ROWS: Mapping[str, Row] = {
    "F25": f25_compacted_while_read,
    "F28": f28_killed_while_restoring,
    "F29": f29_one_slow_restore,
}
