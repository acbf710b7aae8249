"""A part of the product as users run it: `dispatcher worker`, `gateway` or `archive` in a process of its own, watched."""

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, Literal, TypeVar

from dispatcher.local.process import LocalProcess

Name = Literal["worker", "gateway", "archive"]

_T = TypeVar("_T")
_LOOK_S: Final = 0.2
_LAST_LINES: Final = 8


class CommandFailed(Exception):
    """A process ended, or what was waited for did not come; the message holds the last lines of its log."""


class RunningCommand:
    """One process, from construction to `stop`. Its log is appended to `log_path`."""

    def __init__(self, name: Name, environment: Mapping[str, str], log_path: Path) -> None:
        """Starts `dispatcher NAME`; `environment` is the whole of its environment."""
        self.name = name
        self.log_path = log_path
        # -P: a folder that happens to be called "dispatcher" where we were started is not the program.
        command = [sys.executable, "-P", "-m", "dispatcher", name]
        self._process = LocalProcess(command, log_path, environment=environment)

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.exit_code

    async def while_running(self, waiting: Awaitable[_T], *, what: Callable[[], str], timeout_s: float) -> _T:
        """What `waiting` gives, awaited for at most `timeout_s` seconds and as long as it runs.

        Raises:
            CommandFailed: it ended, or time was up; `what` is asked what is still waited for.
        """
        task = asyncio.ensure_future(waiting)
        ends = asyncio.get_running_loop().time() + timeout_s
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_S)
                if task.done():
                    break
                if self.exit_code is not None:
                    raise self._failed(f"the {self.name} ended with exit code {self.exit_code}; waited for: {what()}")
                if asyncio.get_running_loop().time() > ends:
                    raise self._failed(f"not done within {timeout_s:g} s: {what()}")
            return await task
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """Let it drain and end; one that ended already is fine.

        Raises:
            CommandFailed: it did not end as one that was told to stop.
        """
        running = self.exit_code is None
        await self._process.end()
        if running and self.exit_code != 0:
            raise self._failed(f"the {self.name} ended with exit code {self.exit_code} when it was told to stop")

    async def abandon(self) -> None:
        """End it whatever the circumstances; how it ends is of no interest any more."""
        if self.exit_code is None:
            await self._process.end()

    def _failed(self, why: str) -> CommandFailed:
        lines = self._process.output().strip().splitlines()[-_LAST_LINES:]
        said = "\n".join(f"    {line}" for line in lines) or "    (nothing)"
        return CommandFailed(f"{why}; its log ({self.log_path}) ends with\n{said}")
