"""A worker of a release to come: all that it writes for other workers has fields that this one does not know.

usage: python -m tests.broker.later_release, with the settings of any worker.
"""

import asyncio
import os
from collections.abc import Callable
from typing import Any

import msgspec
import uvloop

from dispatcher.engine import lane, lane_state
from dispatcher.engine.log_position import Watermark
from dispatcher.ops import logs
from dispatcher.settings import SettingsProblems, load
from schemas import inbox, state
from tests.broker.impaired_worker import asking_soon, serve

UNKNOWN = {"of": "a release to come"}
_HEADER = 10
"""Bytes before a state record's body."""

_INVOICES = 3
"""Place of the invoices in an aggregate."""


class LaterWatermark(Watermark, frozen=True, array_like=True):
    """One field more."""

    later: str = "unknown"


def _grown_state(encode: Callable[..., bytes]) -> Callable[..., bytes]:
    def encoded(*arguments: Any) -> bytes:
        record = encode(*arguments)
        body = msgspec.msgpack.decode(record[_HEADER:])
        for invoice in body[_INVOICES].values():
            invoice.append(UNKNOWN)
        return record[:_HEADER] + msgspec.msgpack.encode([*body, UNKNOWN])

    return encoded


def _grown_inbox(encode: Callable[..., bytes]) -> Callable[..., bytes]:
    def encoded(record: Any) -> bytes:
        body = msgspec.msgpack.decode(encode(record))
        return msgspec.msgpack.encode([*body, UNKNOWN])

    return encoded


def main() -> None:
    settings = load(os.environ)
    if isinstance(settings, SettingsProblems):
        raise TypeError(str(settings))
    state.encode = _grown_state(state.encode)
    inbox.encode = _grown_inbox(inbox.encode)
    lane_state.Watermark = LaterWatermark  # type: ignore[misc]
    lane.__version__ = "999.0"
    logs.configure(settings.log_level)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings, asking_soon))


if __name__ == "__main__":
    main()
