"""A worker in which one thing goes wrong that in production nobody can order: a block, a fault; or one with less patience.

usage: python -m tests.broker.impaired_worker WAY, with the settings of any worker; WAY is a key of `WAYS`.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Never

import uvloop

from channels.protocol import Message
from dispatcher import wiring
from dispatcher.core.claim import Claim
from dispatcher.core.policy import Policy
from dispatcher.engine import positions
from dispatcher.engine.config import EngineConfig, Patience, Stillness
from dispatcher.engine.parts import Parts
from dispatcher.ops import logs
from dispatcher.settings import Settings, SettingsProblems, load

LEASE_S = 2.0
PROVIDER_TIMEOUT_S = 3.0
"""Of the worker that gives up soon."""

BLOCKED = "blocked"
"""The file in the worker's data folder that says that a block has begun."""

BLOCKED_UNTIL = "released"
"""The file there that ends it."""

DEAF = "deaf"
"""The file there from which on nothing is delivered any more."""

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
    once = tuple(replace(each, persist=lambda adapter: adapter) for each in parts.supplies)
    return config, replace(parts, supplies=once)


def going_deaf(config: EngineConfig, parts: Parts) -> tuple[EngineConfig, Parts]:
    """Nothing is delivered any more once a file says so, and the watchdog has little patience."""

    class Deaf(positions._Thread):
        async def _fetch_records(self, consumer: Any, *args: Any, **kwargs: Any) -> dict[Any, Any]:
            polled = await super()._fetch_records(consumer, *args, **kwargs)
            return {} if (parts.datadir / DEAF).exists() else polled

    positions._Thread = Deaf  # type: ignore[misc]
    return replace(config, stillness=Stillness(patience_s=2.0, tries=2)), parts


WAYS: Mapping[str, Way] = {
    way.__name__: way
    for way in (
        lane_blocked,
        loop_blocked,
        crashing,
        failing,
        soon_giving_up,
        asking_soon,
        accepting_gap,
        trying_once,
        going_deaf,
    )
}


def _block(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / BLOCKED).touch()
    while not (folder / BLOCKED_UNTIL).exists():
        time.sleep(_LOOK_S)


def main(ways: Mapping[str, Way]) -> None:
    """Run the worker in the way that the command line names."""
    settings = load(os.environ)
    if isinstance(settings, SettingsProblems):
        raise TypeError(str(settings))
    logs.configure(settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, ways[sys.argv[1]]))


async def serve(settings: Settings, way: Way) -> None:
    config = wiring.engine_config(settings)
    sources = await wiring.sources_of(config)
    policy = await wiring.policy_of(settings, config)
    await wiring.serve(settings, *way(config, wiring.parts_of(settings, policy)), sources)


if __name__ == "__main__":
    main(WAYS)
