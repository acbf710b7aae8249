"""Workers as processes of their own, without the seconds that importing everything takes each time.

One process imports the product once and forks on demand; a fork then runs `python -m <program>` as the module itself would.
It can be killed, paused and read like any other process, and dies with the tests.
"""

import asyncio
import atexit
import contextlib
import ctypes
import functools
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from dispatcher.local.tether import tethered

_ROOT = Path(__file__).parents[2]
_PR_SET_PDEATHSIG = 1
_END_TIMEOUT_S = 40.0
_LOOK_S = 0.02


class Nursery:
    """The forking process, seen from the tests."""

    def __init__(self) -> None:
        command = tethered([sys.executable, "-m", "tests.broker.nursery"])
        self._process = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def fork(self, program: Sequence[str], environment: Mapping[str, str], log_path: Path) -> "ForkedProcess":
        """Start a program; its output is appended to `log_path`."""
        log_path.parent.mkdir(parents=True, exist_ok=True)
        log_path.touch()
        begins = log_path.stat().st_size
        order = {"program": list(program), "environment": dict(environment), "log": str(log_path)}
        return ForkedProcess(self, self._ask(order)["pid"], log_path, begins)

    def exit_code(self, pid: int) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        code: int | None = self._ask({"ended": pid})["code"]
        return code

    def close(self) -> None:
        """End it; what it forked dies with it."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, question: object) -> dict[str, int]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer: dict[str, int] = json.loads(self._process.stdout.readline())
        return answer


class ForkedProcess:
    """A forked program."""

    def __init__(self, nursery: Nursery, pid: int, log_path: Path, log_start: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._log_path = log_path
        self._log_start = log_start
        self._code: int | None = None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that ended it."""
        if self._code is None:
            self._code = self._nursery.exit_code(self.pid)
        return self._code

    def pause(self) -> None:
        """Freeze it."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def tell(self, how: signal.Signals) -> None:
        """Send a signal and wait for nothing."""
        self._send(how)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Send `how` and wait for the end, which SIGKILL brings about where it takes too long."""
        self._send(how)
        self._send(signal.SIGCONT)  # a paused process does not notice anything else
        ends = time.monotonic() + _END_TIMEOUT_S
        while self.exit_code is None:
            if time.monotonic() > ends:
                self._send(signal.SIGKILL)
            await asyncio.sleep(_LOOK_S)

    def output(self) -> str:
        """What it has written since its start."""
        with self._log_path.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def _send(self, number: signal.Signals) -> None:
        if self.exit_code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


@functools.cache
def nursery() -> Nursery:
    """The one of this test run, started when the first worker is."""
    started = Nursery()
    atexit.register(started.close)
    return started


def _serve() -> None:
    """Answer orders from stdin until it closes; a fork returns from here to become its program."""
    for line in sys.stdin:
        order = json.loads(line)
        if "ended" in order:
            answer: dict[str, int | None] = {"code": _ended(order["ended"])}
        else:
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                _become(parent, order)
                return
            answer = {"pid": pid}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _ended(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _become(parent: int, order: dict[str, object]) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the kernel was asked
        os._exit(1)
    os.setsid()
    log = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.environ.clear()
    os.environ.update(order["environment"])  # type: ignore[call-overload]
    sys.argv = list(order["program"])  # type: ignore[call-overload]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    import dispatcher.cli.app
    import dispatcher.wiring  # noqa: F401 - what a worker imports, once for all of them

    _serve()
