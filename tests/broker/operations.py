"""What an operator sees of a worker: its pages and its log."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from inspect import isawaitable

from tests.broker.installation import PATIENCE_S, Process

Page = tuple[int, str]
"""Status and body."""

_LOOK_S = 0.1
_ANSWER_S = 15.0


async def eventually(
    done: Callable[[], bool | Awaitable[bool]],
    what: str,
    *,
    timeout_s: float = PATIENCE_S,
    worker: Process | None = None,
) -> None:
    """Look until it is so; the failure says what was waited for, and a worker's last words."""
    ends = time.monotonic() + timeout_s
    while True:
        answer = done()
        if await answer if isawaitable(answer) else answer:
            return
        said = "" if worker is None else "\n" + worker.output()[-3000:]
        assert time.monotonic() < ends, f"not within {timeout_s} s: {what}{said}"
        await asyncio.sleep(_LOOK_S)


async def in_time(happening: Awaitable[object], what: str, worker: Process, *, timeout_s: float = PATIENCE_S) -> None:
    """Wait for something that announces itself; the failure says what was waited for, and a worker's last words."""
    try:
        async with asyncio.timeout(timeout_s):
            await happening
    except TimeoutError:
        raise AssertionError(f"not within {timeout_s} s: {what}\n{worker.output()[-3000:]}") from None


def logged(worker: Process, event: str) -> list[dict[str, object]]:
    """The worker's log lines of one event."""
    lines = (line for line in worker.output().splitlines() if f'"event": "{event}"' in line)
    return [json.loads(line) for line in lines]


async def page(worker: Process, path: str, *, started: str = "worker_started") -> Page:
    """What a process's own web server answers; (0, "") while it does not listen; its log says `started` with the port."""
    begun = logged(worker, started)
    if not begun:
        return 0, ""
    return await asyncio.to_thread(_get, f"http://127.0.0.1:{begun[-1]['port']}{path}")


async def ready(worker: Process, *, timeout_s: float = PATIENCE_S) -> None:
    """Wait until the worker takes part and has its state."""

    async def is_ready() -> bool:
        assert worker.exit_code is None, f"the worker ended with {worker.exit_code}\n{worker.output()[-3000:]}"
        return (await page(worker, "/readyz"))[0] == 200

    await eventually(is_ready, "the worker is ready", timeout_s=timeout_s, worker=worker)


async def gates_open(worker: Process, lanes: int) -> None:
    """Wait until every lane knows all that could forbid a contact, so that it would send what is due."""

    async def all_open() -> bool:
        return await metric(worker, "dispatcher_gate_open") == lanes

    await eventually(all_open, f"{lanes} gates are open", worker=worker)


async def metric(worker: Process, series: str) -> float | None:
    """The value of one series, None if there is no such series."""
    _, body = await page(worker, "/metrics")
    found = re.search(rf"^{re.escape(series)} (\S+)$", body, re.MULTILINE)
    return None if found is None else float(found[1])


async def ended(worker: Process, *, timeout_s: float = PATIENCE_S) -> int:
    """Wait until the process has ended by itself; returns its exit code."""
    await eventually(lambda: worker.exit_code is not None, "the process has ended", timeout_s=timeout_s, worker=worker)
    code = worker.exit_code
    assert code is not None
    return code


def _get(url: str) -> Page:
    try:
        with urllib.request.urlopen(url, timeout=_ANSWER_S) as answer:  # noqa: S310 - our own worker on loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()
    except OSError:
        return 0, ""
