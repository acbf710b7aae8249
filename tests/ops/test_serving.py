"""Probes are answered by a thread of their own, so that a blocked loop is reported instead of unanswered."""

import asyncio
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from dispatcher.ops.health import LOOP, Health, keep_beating
from dispatcher.ops.metrics import Metrics
from dispatcher.ops.serving import OperationsServer, PortTaken


@pytest.fixture
def health() -> Health:
    return Health(sending="allowlist", clock="set to 2026-03-02T09:00:00+00:00, rate 1", limit_s=0.2)


@pytest.fixture
def server(health: Health) -> Iterator[OperationsServer]:
    with OperationsServer(Metrics(), health, host="127.0.0.1", port=0) as serving:
        yield serving


class Slow:
    """Renders until it may end."""

    def __init__(self) -> None:
        self.rendering, self.may_end = threading.Event(), threading.Event()

    def exposition(self) -> bytes:
        self.rendering.set()
        return b"rendered" if self.may_end.wait(10) else b"the loop stood still"


def get(server: OperationsServer, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_an_idle_process_lives(server: OperationsServer):
    assert get(server, "/livez") == (200, '{"alive":true,"stuck":[]}')


def test_a_blocked_loop_is_reported_while_it_is_blocked(server: OperationsServer, health: Health):
    async def block() -> tuple[int, str]:
        beating = asyncio.create_task(keep_beating(health, every_s=0.01))
        await asyncio.sleep(0.05)
        until = time.monotonic() + 0.3
        while time.monotonic() < until:  # a computation that never yields
            sum(range(1_000))
        answer = get(server, "/livez")
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        return answer

    status, body = asyncio.run(block())

    assert (status, [each["name"] for each in json.loads(body)["stuck"]]) == (503, [LOOP])


def test_a_loop_that_turns_is_alive(server: OperationsServer, health: Health):
    async def turn() -> tuple[int, str]:
        beating = asyncio.create_task(keep_beating(health, every_s=0.01))
        until = time.monotonic() + 0.4
        while time.monotonic() < until:
            await asyncio.sleep(0.01)
        answer = get(server, "/livez")
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)
        return answer

    assert asyncio.run(turn())[0] == 200


def test_a_process_that_restores_is_not_ready_and_says_what_it_waits_for(server: OperationsServer, health: Health):
    health.restoring("lane 7")

    status, body = get(server, "/readyz")

    assert (status, json.loads(body)["restoring"]) == (503, ["lane 7"])


def test_readiness_names_the_sending_mode_and_a_clock_that_was_set(server: OperationsServer, health: Health):
    health.assigned(True)

    status, body = get(server, "/readyz")

    said = json.loads(body)
    assert (status, said["sending"], said["clock"]) == (
        200,
        "allowlist",
        "set to 2026-03-02T09:00:00+00:00, rate 1",
    )


def test_metrics_are_served(server: OperationsServer):
    status, body = get(server, "/metrics?name=x")

    assert (status, "dispatcher_in_doubt 0.0" in body) == (200, True)


def test_the_loop_turns_while_metrics_are_rendered(health: Health):
    async def turns() -> tuple[int, str]:
        slow = Slow()
        with OperationsServer(slow, health, host="127.0.0.1", port=0) as server:
            asking = asyncio.create_task(asyncio.to_thread(get, server, "/metrics"))
            while not slow.rendering.is_set():
                await asyncio.sleep(0.001)
            slow.may_end.set()  # which a loop that rendered by itself would never come to
            return await asking

    assert asyncio.run(turns()) == (200, "rendered")


@pytest.mark.parametrize("path", ["/", "/tables", "/metrics/../../etc/passwd"])
def test_nothing_else_is(server: OperationsServer, path: str):
    assert get(server, path)[0] == 404


def test_a_taken_port_is_named_with_its_setting(server: OperationsServer, health: Health):
    with pytest.raises(PortTaken, match=f"{server.port}.*DISPATCHER_METRICS_PORT"):
        OperationsServer(Metrics(), health, host="127.0.0.1", port=server.port)


def test_a_closed_server_gives_its_port_back(health: Health):
    with OperationsServer(Metrics(), health, host="127.0.0.1", port=0) as first:
        port = first.port

    with OperationsServer(Metrics(), health, host="127.0.0.1", port=port) as second:
        assert get(second, "/livez")[0] == 200
