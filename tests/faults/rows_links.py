"""What happens on the way between a worker and Kafka; its way to the providers stays good."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path

from tests.broker.installation import Process
from tests.broker.operations import eventually, ready
from tests.faults.brokers import Linked
from tests.faults.scene import Row, Scene, assignments
from tests.faults.together import together

_TAKEN_OVER_S = 40.0
_SILENT_S = 8.0
_MOST_OF_A_CORE = 0.5


async def f8_cut_off(scene: Scene) -> None:
    """A worker is cut off from Kafka, both ways, one way, the other, refused, but not from providers; another takes over."""
    link = scene.on(Linked).link

    async def cuts() -> None:
        stays, far = scene.worker(), _far_worker(scene)
        for streams in (("upstream", "downstream"), ("upstream",), ("downstream",), ()):
            await ready(stays)
            await ready(far)
            await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))  # at any phase
            before = assignments(stays)
            await (link.cut(*streams) if streams else link.refuse())
            try:
                await eventually(
                    lambda b=before: assignments(stays) > b,
                    "the other took over",
                    timeout_s=_TAKEN_OVER_S,
                    worker=stays,
                )
                await asyncio.sleep(scene.rnd.uniform(0.0, 6.0))  # before and after the new owner has judged
            finally:
                await link.heal()

    await together(scene.publish(40.0), cuts())


async def f9_slow_link(scene: Scene) -> None:
    """The only worker's link crawls, breaks again and again, falls silent; while it is silent, the worker does not spin."""
    link = scene.on(Linked).link

    async def disturbed() -> None:
        far = _far_worker(scene)
        await ready(far)
        await link.slow(latency_ms=80, jitter_ms=40, kb_per_s=500)
        await asyncio.sleep(10)  # the length of each disturbance
        await link.heal()
        for _ in range(4):
            await link.reset()
            await asyncio.sleep(0.5)
            await link.heal()
            await asyncio.sleep(scene.rnd.uniform(0.5, 2.0))
        await ready(far)
        await link.cut("downstream")
        began = _cpu_seconds(far)
        await asyncio.sleep(_SILENT_S)
        used = _cpu_seconds(far) - began
        await link.heal()
        if used > _SILENT_S * _MOST_OF_A_CORE:
            raise AssertionError(f"the worker used {used:.1f} s of processor time in {_SILENT_S:.0f} s of silence")

    await together(scene.publish(25.0), disturbed())


def _far_worker(scene: Scene) -> Process:
    """A worker behind the link."""
    return scene.worker(DISPATCHER_BOOTSTRAP_SERVERS=f"127.0.0.1:{scene.on(Linked).link.port}")


def _cpu_seconds(worker: Process) -> float:
    """What the process has used so far."""
    fields = Path(f"/proc/{worker.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


ROWS: Mapping[str, Row] = {"F8": f8_cut_off, "F9": f9_slow_link}
