"""A worker with one part that fails, to see what the rest of it does: `python -m tests.broker.faulty_worker FAULT`.

The script of a call is the part: it is rendered in the lane, in the middle of a turn, for a customer of the test's choice.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from dispatcher.core.decide import Claim
from dispatcher.ops import logs
from dispatcher.settings import SettingsProblems, load
from dispatcher.wiring import engine_config, parts_of, serve


class Injected(BaseException):
    """A fault of a kind that nothing in a lane is prepared for."""


def blocks(_: Claim) -> NoReturn:
    """Never comes back, and lets nothing else run."""
    while True:
        time.sleep(1)


def crashes(_: Claim) -> NoReturn:
    """Ends whatever called it."""
    raise Injected


def fails(_: Claim) -> NoReturn:
    """A mistake in a template, for instance."""
    raise ValueError


FAULTS: dict[str, Callable[[Claim], NoReturn]] = {"blocks": blocks, "crashes": crashes, "fails": fails}


def main(fault: str) -> None:
    settings = load(os.environ)
    assert not isinstance(settings, SettingsProblems), settings
    logs.configure(settings.log_level)
    parts = replace(parts_of(settings), script=FAULTS[fault])
    asyncio.run(serve(settings, engine_config(settings), parts))


if __name__ == "__main__":
    main(sys.argv[1])
