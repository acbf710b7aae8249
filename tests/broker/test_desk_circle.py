"""A call goes round: the worker writes its task, the gateway posts it, the desk answers, the journal tells the promise."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from aiohttp import web
from standardwebhooks import Webhook

from dispatcher.engine.clients import Kafka
from dispatcher.local.kafka import EmbeddedKafka
from schemas import journal, topics
from schemas.journal import JournalRecord, TaskRecord, decode_task
from tests.broker.gateways import SECRET, Gateway, gateway
from tests.broker.installation import Installation, codes, due, each_of, installation, new_prefix, profile
from tests.broker.operations import ended, eventually, gates_open, in_time, ready
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 4
DESK_SECRET = "whsec_" + "c2VjcmV0" * 4
CALLED = "called"


@dataclass
class Desk:
    """A desk that checks who sends, remembers what it was sent, and answers as it was told (200 unless said otherwise)."""

    refused: set[str] = field(default_factory=set)
    posts: list[tuple[str, TaskRecord]] = field(default_factory=list)
    open: bool = True
    url: str = ""
    _more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        told = Webhook(DESK_SECRET).verify(body, dict(request.headers))
        task = decode_task(json.dumps(told["data"]).encode())
        async with self._more:
            self.posts.append((request.headers["webhook-id"], task))
            self._more.notify_all()
        return web.Response(status=200 if self.open else 503)

    async def hears(self, posts: int) -> None:
        async with self._more:
            await self._more.wait_for(lambda: len(self.posts) >= posts)

    @property
    def taken(self) -> list[str]:
        return [task.customer_id for _, task in self.posts]


@asynccontextmanager
async def desk() -> AsyncIterator[Desk]:
    told = Desk()
    app = web.Application()
    app.router.add_post("/tasks", told.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        told.url = f"http://127.0.0.1:{runner.addresses[0][1]}/tasks"
        yield told
    finally:
        await runner.cleanup()


@asynccontextmanager
async def posting(installed: Installation, at: Desk, name: str = "gateway") -> AsyncIterator[Gateway]:
    """A gateway that posts to this desk, on the story's clock."""
    settings = starting_at(OPENED) | {"DISPATCHER_DESK_URL": at.url, "DISPATCHER_DESK_SECRET": DESK_SECRET}
    nobody = {"DISPATCHER_TWILIO_BASE_URL": "http://127.0.0.1:1"}
    started = await gateway(installed, name, **(settings | nobody | installed.settings))
    async with started.client:
        yield started


@dataclass(frozen=True)
class Circle:
    """What the desk was sent, what the gateway answered to its result, and what the journal holds in the end."""

    posts: list[tuple[str, TaskRecord]]
    answered: int
    journal: list[JournalRecord]
    metrics: str
    said: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def circle(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Circle:
    folder = tmp_path_factory.mktemp("desk")
    async with providers() as reachable, desk() as told:
        shared = reachable.settings | {"DISPATCHER_SECRET": SECRET}
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=shared) as installed:
            async with posting(installed, told) as at:
                worker = installed.worker("calling", **starting_at(OPENED))
                await ready(worker)
                await gates_open(worker, PARTITIONS)
                known = {"tier": "vip", "phones": [{"number": number(700), "kind": "mobile"}], "emails": []}
                await installed.publish(
                    [profile(CALLED, at=OPENED, **known), due(CALLED, "I-9", at=OPENED, in_days=-3)]
                )
                await in_time(told.hears(1), "the desk is sent a task", at.process)
                answer = await reports(at, told.posts[0][1])
                told_of = await installed.until(each_of([CALLED], lambda each: codes(each) == ["reported"]))
                await eventually(lambda: none_waits(at), "no task waits", worker=at.process)
                metrics = (await at.client.get("/metrics")).text
            mine = [each for each in told_of if each.customer_id == CALLED]
            return Circle(told.posts, answer.status_code, mine, metrics, at.process.output())


async def reports(at: Gateway, task: TaskRecord) -> httpx.Response:
    """The desk's word: the customer promised to pay."""
    when, name = datetime.now(UTC), f"result-{task.task_id}"
    data = {
        "customer_id": task.customer_id,
        "task_id": task.task_id,
        "channel": "call_task",
        "direction": "outbound",
        "at": (OPENED + timedelta(minutes=5)).isoformat(),
        "by": "desk",
        "outcome": "promise_to_pay",
        "contact_class": "right_party",
    }
    body = json.dumps({"type": "contact.reported", "timestamp": OPENED.isoformat(), "data": data})
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(DESK_SECRET).sign(name, when, body),
    }
    return await at.client.post("/hooks/desk/result", content=body, headers=headers)


async def none_waits(at: Gateway) -> bool:
    return "dispatcher_desk_tasks_waiting 0.0" in (await at.client.get("/metrics")).text


async def test_the_desk_is_sent_the_task_once(circle: Circle):
    """S18"""
    assert [task.customer_id for _, task in circle.posts] == [CALLED]


async def test_it_is_called_by_the_tasks_id(circle: Circle):
    (name, task) = circle.posts[0]

    assert name == task.task_id


async def test_it_says_whom_to_call_and_about_what(circle: Circle):
    """S10"""
    (_, task) = circle.posts[0]

    assert (task.contact_point, task.invoice_ids) == (number(700), ("I-9",))


async def test_the_desks_result_is_acknowledged(circle: Circle):
    assert circle.answered == 204


async def test_the_journal_tells_the_attempt_from_claim_to_report(circle: Circle):
    """S18"""
    task_id = circle.posts[0][1].task_id

    assert [each.result for each in circle.journal if each.attempt_id == task_id] == [
        "claimed",
        "accepted",
        "delivered",
    ]


async def test_the_result_is_the_cause_that_the_journal_names(circle: Circle):
    causes = {each.cause.id for each in circle.journal if each.cause is not None}

    assert f"result-{circle.posts[0][1].task_id}" in causes


async def test_it_is_counted(circle: Circle):
    assert 'dispatcher_desk_tasks_total{result="posted"} 1.0' in circle.metrics


async def test_no_number_is_in_the_log_or_the_metrics(circle: Circle):
    assert number(700) not in circle.said + circle.metrics


# --- what must not be lost


def task(customer: str, task_id: str, *, expires: timedelta = timedelta(days=1)) -> TaskRecord:
    return TaskRecord(
        task_id=task_id,
        kind="call",
        customer_id=customer,
        invoice_ids=("R-1",),
        contact_point=number(701),
        not_before=OPENED,
        expires_at=OPENED + expires,
        priority=5,
        script="...",
        amounts=(),
    )


async def append(installed: Installation, *tasks: TaskRecord) -> None:
    for each in tasks:
        await installed.append(topics.TASKS, journal.encode(each), each.customer_id.encode())


async def committed(installed: Installation) -> int:
    async with Kafka(installed.config.connection) as kafka:
        group = f"{installed.config.app_id}-desk"
        return sum((await kafka.group_position(group, installed.config.topic(topics.TASKS))).values())


@pytest_asyncio.fixture
async def bare(broker: str, tmp_path: Path) -> AsyncIterator[Installation]:
    """Topics alone: tasks are written by the test."""
    async with installation(broker, new_prefix(), tmp_path, partitions=PARTITIONS) as made:
        yield made


async def test_a_gateway_that_was_killed_while_the_desk_was_away_leaves_its_tasks_to_the_next(bare: Installation):
    async with desk() as told:
        told.open = False
        async with posting(bare, told, "first") as first:
            await append(bare, task("a", "t-1"), task("b", "t-2"))
            await in_time(told.hears(1), "the desk is asked", first.process)
            os.kill(first.process.pid, signal.SIGKILL)
        told.open = True
        told.posts.clear()
        async with posting(bare, told, "second") as second:
            await in_time(told.hears(2), "the desk is sent both", second.process)
            await eventually(lambda: _is(bare, 2), "both are committed", worker=second.process)

    # What the first had under way when it was killed may still arrive: at least once is what is promised.
    assert {name for name, _ in told.posts} == {"t-1", "t-2"}


async def test_two_gateways_share_the_tasks(bare: Installation):
    written = 0
    async with desk() as told, posting(bare, told, "one") as one, posting(bare, told, "other") as other:

        async def both_have_posted() -> bool:
            nonlocal written
            await append(bare, *(task(f"c-{n}", f"t-{n}") for n in range(written, written + 8)))
            written += 8
            return await posted(one) > 0 and await posted(other) > 0

        await eventually(both_have_posted, "both have posted")
        await eventually(lambda: _is(bare, written), "all are committed")

    assert {name for name, _ in told.posts} == {f"t-{n}" for n in range(written)}


async def posted(at: Gateway) -> float:
    series = 'dispatcher_desk_tasks_total{result="posted"} '
    lines = (await at.client.get("/metrics")).text.splitlines()
    return next(float(line.removeprefix(series)) for line in lines if line.startswith(series))


async def test_a_task_whose_time_is_over_is_told_and_passed_over(bare: Installation):
    await append(bare, task("a", "late", expires=timedelta(hours=-1)), task("a", "timely"))
    async with desk() as told, posting(bare, told) as at:
        await in_time(told.hears(1), "the desk is sent one", at.process)
        await eventually(lambda: _is(bare, 2), "both are committed", worker=at.process)

    assert ([name for name, _ in told.posts], '"late"' in at.process.output()) == (["timely"], True)


async def test_told_to_stop_while_the_desk_is_away_it_ends_well(bare: Installation):
    async with desk() as told, posting(bare, told) as at:
        told.open = False
        await append(bare, task("a", "t-1"))
        await in_time(told.hears(1), "the desk is asked", at.process)
        os.kill(at.process.pid, signal.SIGTERM)

        assert await ended(at.process) == 0


@pytest.mark.skipif("DISPATCHER_BOOTSTRAP_SERVERS" in os.environ, reason="a given cluster is not killed")
@pytest.mark.slow
async def test_after_kafka_was_killed_and_came_back_tasks_are_posted_again_by_itself(tmp_path: Path):
    async with (
        EmbeddedKafka() as kafka,
        installation(kafka.bootstrap_servers, new_prefix(), tmp_path, partitions=2) as made,
        desk() as told,
        posting(made, told) as at,
    ):
        await append(made, task("a", "before"))
        await in_time(told.hears(1), "the desk is sent the first", at.process)
        await kafka.kill()
        await kafka.restart()
        await append(made, task("a", "after"))
        await eventually(lambda: "after" in {name for name, _ in told.posts}, "the second too", worker=at.process)
        await eventually(lambda: _is(made, 2), "both are committed", worker=at.process)


async def _is(bare: Installation, position: int) -> bool:
    return await committed(bare) == position
