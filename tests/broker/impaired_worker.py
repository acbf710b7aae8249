"""A worker in which one thing goes wrong that in production nobody can order: a block, a fault; or one with less patience.

usage: python -m tests.broker.impaired_worker WAY, with the settings of any worker; WAY is a key of `WAYS`.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Never, cast

import uvloop

from channels.protocol import (
    Adapter,
    Capabilities,
    Finding,
    Lookup,
    Message,
    Outcome,
    Permit,
    Prepared,
    Rejected,
)
from channels.retrying import Retrying
from dispatcher import wiring
from dispatcher.core.claim import Claim
from dispatcher.core.policy import Policy
from dispatcher.engine.config import EngineConfig, Patience
from dispatcher.engine.worker import Parts
from dispatcher.ops import logs
from dispatcher.ops.metrics import Metrics
from dispatcher.settings import Settings, SettingsProblems, load

LEASE_S = 1.0
PROVIDER_TIMEOUT_S = 3.0
"""Of the worker that gives up soon."""

DIES_AT_SEND = 15
"""The send of each channel at whose step a dying worker dies."""

DIES_AT_FLUSH = 30

UNDER_WAY_S = 0.002

BLOCKED = "blocked"
"""The file in the worker's data folder that says that a block has begun."""

BLOCKED_UNTIL = "released"
"""The file there that ends it."""

_LOOK_S = 0.05

Way = Callable[[EngineConfig, Parts], tuple[EngineConfig, Parts]]


class Panic(BaseException):
    """What nothing that handles errors handles, as extension modules raise it."""


def lane_blocked(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """The lane that is to write a call task stands still."""

    def script(claim: Claim, policy: Policy) -> str:
        _block(parts.datadir)
        return parts.script(claim, policy)

    return config, replace(parts, script=script)


def loop_blocked(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """The loop stands still while a message is written; no lane is at work then."""

    def compose(claim: Claim, policy: Policy) -> Message:
        _block(parts.datadir)
        return parts.compose(claim, policy)

    return config, replace(parts, compose=compose)


def crashing(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """The first call task ends it."""

    def script(claim: Claim, policy: Policy) -> Never:
        raise Panic("out of order")

    return config, replace(parts, script=script)


def failing(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """No call can be worded."""

    def script(claim: Claim, policy: Policy) -> Never:
        raise ValueError("no words")

    return config, replace(parts, script=script)


def soon_giving_up(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """Leases and calls of providers last shorter; a provider is not asked about what was lost while a test lasts."""
    never = Patience(first_s=3_600.0)
    return replace(config, lease_s=LEASE_S, provider_timeout_s=PROVIDER_TIMEOUT_S, doubt=never), parts


def asking_soon(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """The same, but a provider is asked about a lost answer after a moment."""
    soon = Patience(first_s=0.2, between_s=0.5, answer_s=2.0)
    return replace(config, lease_s=LEASE_S, provider_timeout_s=PROVIDER_TIMEOUT_S, doubt=soon), parts


def accepting_gap(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """As after `worker --accept-gap`, with the patience of `asking_soon`."""
    config, parts = asking_soon(config, parts)
    return replace(config, accept_gap=True), parts


def trying_once(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """A provider that does not answer is left alone at once, and for 5 s instead of 30."""
    once = {channel: cast("Retrying", each)._adapter for channel, each in parts.adapters.items()}
    return config, replace(parts, adapters=once)


class _Dying:
    """An adapter around another that ends the process at one step of its n-th send: nobody cleans up behind it."""

    def __init__(self, inner: Adapter, step: str) -> None:
        self._inner = inner
        self._step = step
        self._sends = 0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities

    def prepare(self, message: Message) -> Prepared | Rejected:
        return self._inner.prepare(message)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        return await self._inner.reconcile(lookup, deadline_s=deadline_s)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        self._sends += 1
        if self._sends < DIES_AT_SEND:
            return await self._inner.send(prepared, permit=permit, deadline_s=deadline_s)
        if self._step == "composing":
            _die()

        def last_permit() -> bool:
            if self._step == "permitted":
                _die()
            if self._step == "under_way":
                asyncio.get_running_loop().call_later(UNDER_WAY_S, _die)
            return permit()

        outcome = await self._inner.send(prepared, permit=last_permit, deadline_s=deadline_s)
        _die()
        return outcome

    async def close(self) -> None:
        await self._inner.close()


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _dying(step: str) -> Way:
    def way(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
        config, parts = asking_soon(config, parts)
        return config, replace(parts, adapters={c: _Dying(each, step) for c, each in parts.adapters.items()})

    way.__name__ = f"dying_{step}"
    return way


class _DyingMetrics(Metrics):
    """Ends the process right after a flush that stands, before anything of it is handed on."""

    flushes = 0

    def flush(self, seconds: float) -> None:
        super().flush(seconds)
        type(self).flushes += 1
        if type(self).flushes == DIES_AT_FLUSH:
            _die()


def dying_flushed(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """Dies between a flush and whatever follows from it."""
    config, parts = asking_soon(config, parts)
    return config, replace(parts, metrics=_DyingMetrics(parts.policy.stage_ids))


WAYS: Mapping[str, Way] = {
    way.__name__: way
    for way in (lane_blocked, loop_blocked, crashing, failing, soon_giving_up, asking_soon, accepting_gap, trying_once)
} | {way.__name__: way for way in (*map(_dying, ("composing", "permitted", "under_way", "answered")), dying_flushed)}


def _block(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BLOCKED).touch()
    while not (folder / BLOCKED_UNTIL).exists():
        time.sleep(_LOOK_S)


def main() -> None:
    settings = load(os.environ)
    if isinstance(settings, SettingsProblems):
        raise TypeError(str(settings))
    logs.configure(settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, WAYS[sys.argv[1]]))


async def serve(settings: Settings, way: Way) -> None:
    config = wiring.engine_config(settings)
    sources = await wiring.sources_of(config)
    policy = await wiring.policy_of(settings, config)
    await wiring.serve(settings, *way(config, wiring.parts_of(settings, policy)), sources)


if __name__ == "__main__":
    main()
