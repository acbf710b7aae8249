"""Hands tasks to a call desk of somebody else's: one signed webhook a task (Standard Webhooks), its id the task's.

The body is `{"type": "task.created", "timestamp": ..., "data": ...}`, `data` as it stands in `reminders.tasks`. The desk
answers 2xx once it is responsible for the task, and takes a repeated id for the same task.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, get_args

import msgspec
from aiohttp import ClientError

from channels.accounts import DeskConfig
from channels.http_exchange import Exchange, Watched, cause, retry_after, trace_header
from channels.http_session import HttpSession
from channels.webhook_signing import Signer
from schemas.values import Millis, from_millis

TYPE: Final = "task.created"

Why = Literal["content", "config", "busy", "fault", "unreachable", "lost"]
"""Why a desk has not taken a task: it does not want this one (400, 409, 413, 422); it turned us away (any other answer of
4xx, or 3xx: address or secret are wrong); 429 or 503; a fault of its own; no line to it; the line broke after the task had
left."""

WHYS: Final[tuple[Why, ...]] = get_args(Why)

_CONTENT: Final = frozenset({400, 409, 413, 422})
_BUSY: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Taken:
    """The desk is responsible for the task."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It is not, or nobody knows. `code` is the answer's status or what broke; `wait_s`: it asked for so long a wait."""

    why: Why
    code: str
    wait_s: float | None = None

    @property
    def is_about_the_task(self) -> bool:
        """Whether the desk may take others."""
        return self.why == "content"


class _Body(msgspec.Struct, frozen=True):
    type: str
    timestamp: str
    data: msgspec.Raw


def body(task: bytes, created: Millis) -> bytes:
    """What is posted of a task record that was written at `created` (milliseconds since the epoch): ever the same."""
    return msgspec.json.encode(_Body(TYPE, from_millis(created).isoformat(), msgspec.Raw(task)))


class DeskWebhook:
    """One desk; `clock` (seconds since the epoch) dates the signatures."""

    def __init__(self, config: DeskConfig, *, clock: Callable[[], float] = time.time) -> None:
        self._config = config
        self._clock = clock
        self._signer = Signer(config.secrets)
        self._session = HttpSession(config.connections, config.connect_s)

    def __repr__(self) -> str:
        return f"DeskWebhook({self._config!r})"

    async def hand_over(self, task_id: str, payload: bytes, trace: str = "") -> Taken | NotTaken:
        """Post a task once, with its trace context (W3C) if it has one; a redirect is not followed."""
        watched = Exchange(lambda: True)
        try:
            async with (
                asyncio.timeout(self._config.timeout_s),
                self._session.opened().post(
                    self._config.url,
                    data=Watched(payload, watched, "application/json"),
                    headers={**self._signer.headers(task_id, self._clock(), payload), **trace_header(trace)},
                    allow_redirects=False,
                ) as answer,
            ):
                watched.status, watched.headers = answer.status, answer.headers
                return _meaning(watched)
        except (ClientError, OSError) as broken:
            return NotTaken("lost" if watched.started else "unreachable", cause(broken))

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def _meaning(watched: Exchange) -> Taken | NotTaken:
    code = f"http-{watched.status}"
    match watched.status // 100:
        case 2:
            return Taken()
        case _ if watched.status in _BUSY:
            return NotTaken("busy", code, retry_after(watched, 0.0) or None)
        case _ if watched.status in _CONTENT:
            return NotTaken("content", code)
        case 3 | 4:
            return NotTaken("config", code)
        case _:
            return NotTaken("fault", code)
