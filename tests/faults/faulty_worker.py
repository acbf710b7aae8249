"""A worker that dies, stops or stalls at one exact step, which nobody outside could hit.

usage: python -m tests.faults.faulty_worker WAY, with the settings of any worker; WAY is a key of `WAYS`.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Never

from aiokafka.conn import AIOKafkaConnection
from aiokafka.protocol.transaction import EndTxnRequest

from dispatcher.engine import lane_state
from dispatcher.engine.account import Supply
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.parts import Parts
from dispatcher.engine.restore import Restored
from dispatcher.engine.turn import Turn
from dispatcher.ops.metrics import Metrics
from schemas.values import Channel
from tests.broker.impaired_worker import Way, accepting_gap, asking_soon, loop_blocked, main
from tests.faults.stepwise import SEND_STEPS, At, Stepwise

SENDS_BEFORE = 15
"""What each channel sends before a worker dies, or stops, in a send."""

FLUSHES_BEFORE = 30
CLAIMS_AT_LEAST = 3
"""Of the commit in which a worker stops."""

RESTORES_BEFORE = 2
SLOW_S = 10.0
SLOW_PARTITION = "slow"
"""The file in the worker's data folder that names the partition which is restored slowly."""

Restore = Callable[[EngineConfig, int], Awaitable[Restored]]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _stop() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def _raise() -> Never:
    raise LookupError("out of order")


def _stepwise(supply: Supply, step: At, happens: Callable[[], None]) -> Supply:
    return replace(supply, adapter=Stepwise(supply.adapter, step, SENDS_BEFORE, happens))


def _sending(how: str, step: At, happens: Callable[[], None]) -> Way:
    """To each channel it happens once, at a step of a send."""

    def way(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
        config, parts = asking_soon(config, parts)
        return config, replace(parts, supplies=tuple(_stepwise(each, step, happens) for each in parts.supplies))

    way.__name__ = f"{how}_{step}"
    return way


class _DyingMetrics(Metrics):
    """Ends the process right after a flush that stands, before anything of it is handed on."""

    flushes = 0

    def flush(self, seconds: float) -> None:
        super().flush(seconds)
        type(self).flushes += 1
        if type(self).flushes == FLUSHES_BEFORE:
            _die()


def dying_flushed(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """Dies between a flush and whatever follows from it."""
    config, parts = asking_soon(config, parts)
    return config, replace(parts, metrics=_DyingMetrics(parts.policy.stage_ids))


def _stopping(channel: Channel) -> Way:
    """Stops after gate and lease were found good, before the request is written."""

    def way(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
        config, parts = asking_soon(config, parts)
        stopping = tuple(
            _stepwise(each, "permitted", _stop) if each.channel == channel else each for each in parts.supplies
        )
        return config, replace(parts, supplies=stopping)

    way.__name__ = f"stopping_permitted_{channel}"
    return way


def stopping_in_commit(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """Stops when the request that commits some claims is on its way: the answer waits unread."""
    committing: list[str] = []
    flush, send = LaneState.flush, AIOKafkaConnection.send

    async def flushing(self: LaneState, turn: Turn, *position: Any) -> None:
        if len(turn.claims) >= CLAIMS_AT_LEAST and not committing:
            committing.append(self._transactions._transactional_id)
        await flush(self, turn, *position)

    def sending(self: AIOKafkaConnection, request: object, expect_response: bool = True) -> object:
        answer = send(self, request, expect_response)
        if isinstance(request, EndTxnRequest) and committing == [request._transactional_id]:
            committing.append("stopped")
            # The loop writes what was sent at the end of this turn, and reads answers after the next one began.
            asyncio.get_running_loop().call_soon(_stop)
        return answer

    LaneState.flush, AIOKafkaConnection.send = flushing, sending  # type: ignore[method-assign]
    return asking_soon(config, parts)


def blocking(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """The loop stands still while a message is written."""
    return loop_blocked(*asking_soon(config, parts))


def _restoring(name: str, wrapped: Callable[[Restore, Parts], Restore]) -> Way:
    def way(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
        lane_state.restore = wrapped(lane_state.restore, parts)  # type: ignore[assignment]
        return asking_soon(config, parts)

    way.__name__ = name
    return way


def _dies_fenced(restore: Restore, parts: Parts) -> Restore:
    """After earlier owners were fenced off, before anything was read."""
    begun: list[int] = []

    async def restoring(config: EngineConfig, partition: int) -> Restored:
        begun.append(partition)
        if len(begun) > RESTORES_BEFORE:
            _die()
        return await restore(config, partition)

    return restoring


def _dies_restored(restore: Restore, parts: Parts) -> Restore:
    """When a partition was read; others are already served, or being read."""
    done: list[int] = []

    async def restoring(config: EngineConfig, partition: int) -> Restored:
        restored = await restore(config, partition)
        done.append(partition)
        if len(done) > RESTORES_BEFORE:
            _die()
        return restored

    return restoring


def _slow_once(restore: Restore, parts: Parts) -> Restore:
    begun: list[int] = []

    async def restoring(config: EngineConfig, partition: int) -> Restored:
        begun.append(partition)
        if len(begun) == 1:
            _name(parts.datadir, partition)
            await asyncio.sleep(SLOW_S)
        return await restore(config, partition)

    return restoring


def _name(folder: Path, partition: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SLOW_PARTITION).write_text(str(partition), "utf-8")


WAYS: Mapping[str, Way] = {
    way.__name__: way
    for way in (
        asking_soon,
        accepting_gap,
        *(_sending("dying", step, _die) for step in SEND_STEPS),
        *(_sending("raising", step, _raise) for step in SEND_STEPS if step != "under_way"),
        dying_flushed,
        _stopping("sms"),
        _stopping("email"),
        stopping_in_commit,
        blocking,
        _restoring("dying_fenced", _dies_fenced),
        _restoring("dying_restored", _dies_restored),
        _restoring("restoring_slowly", _slow_once),
    )
}

if __name__ == "__main__":
    main(WAYS)
