"""A row about policies that come into force while reminders go out: good ones, wrong ones, none at all."""

import asyncio
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.exit_codes import ExitCode
from schemas import policies, topics
from schemas.policies import IN_FORCE_KEY, InForce, PolicyText
from tests.broker.operations import eventually, metric, page, ready
from tests.faults.scene import OPENED, Row, Scene

_SWITCHES = 24
_WRONG = ("min_gap_hour = 20\n", "", "\0\0\0", "from_the_future = true\n")
"""Texts that no release could act on; the second is that of an empty file."""


async def f23_policies_replaced(scene: Scene) -> None:
    """Another policy every other moment, and between them wrong ones, empty ones, and one of which only the name came."""
    workers = [scene.worker(), scene.worker()]
    for worker in workers:
        await ready(worker)
    texts = [scene.policy.read_text("utf-8").replace("spread_minutes = 30", f"spread_minutes = {n}") for n in (30, 29)]
    hashes = [_hash(text) for text in texts]

    async def replaced() -> None:
        for n in range(_SWITCHES):
            await _put(scene, hashes[n % 2], texts[n % 2])
            wrong = _WRONG[n % len(_WRONG)]
            await _put(scene, f"{n:012x}", wrong)
            await _refused_at_the_door(scene, wrong, n)
            await asyncio.sleep(scene.rnd.uniform(0.0, 0.4))  # at any phase of what it disturbs
        await _put(scene, "f" * 12, None)
        await _put(scene, hashes[0], texts[0])

    async with asyncio.TaskGroup() as group:
        group.create_task(scene.publish(14.0))
        group.create_task(replaced())
    for worker in workers:

        async def decides(w=worker) -> bool:
            return f'"policy":"{hashes[0]}"' in (await page(w, "/readyz"))[1]

        await eventually(decides, "the last policy decides", worker=worker)
        if not await metric(worker, "dispatcher_policies_refused_total"):
            raise AssertionError("a worker took a policy that cannot be read")
    scene.complaints.append(lambda: _decided_by(scene, set(hashes)))


def _hash(text: str) -> str:
    parsed = parse(text)
    if not isinstance(parsed, Policy):
        raise TypeError(str(parsed))
    return parsed.hash


async def _put(scene: Scene, name: str, text: str | None) -> None:
    """Into the topic as `policy apply` does it, without its checks; a text of None stays away."""
    topic = scene.installed.prefix + topics.POLICY
    async with Kafka(Connection(scene.installed.broker)) as kafka:
        if text is not None:
            value = policies.encode(PolicyText(name, text, "somebody", OPENED))
            await kafka.publish(topic, name.encode(), value, partition=0)
        await kafka.publish(topic, IN_FORCE_KEY, policies.encode(InForce(name, "somebody", OPENED)), partition=0)


async def _refused_at_the_door(scene: Scene, text: str, n: int) -> None:
    """The command takes no such file; asked now and then, it takes a second each time."""
    if n % 8 != 1:
        return
    file = Path(scene.installed.folder) / "wrong.toml"
    file.write_text(text, "utf-8")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DISPATCHER_")}
    where = {"DISPATCHER_BOOTSTRAP_SERVERS": scene.installed.broker, "DISPATCHER_TOPIC_PREFIX": scene.installed.prefix}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dispatcher", "policy", "apply", str(file)),
        env=clean | where,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    if await process.wait() != ExitCode.POLICY:
        raise AssertionError(f"policy apply took {text!r}, or ended with another code: {process.returncode}")


async def _decided_by(scene: Scene, hashes: set[str]) -> list[str]:
    """Every record names one of the two good policies, and both had their turn."""
    named = {each.policy for each in await scene.installed.journal()}
    said = [f"decided by {each}, which is no policy" for each in sorted(named - hashes)]
    return said + [f"{each} never decided" for each in sorted(hashes - named)]


ROWS: Mapping[str, Row] = {"F23": f23_policies_replaced}
