"""A part that fails in the middle of a turn: the process says so or ends, and what was under way is done by the next one."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from dispatcher.exit_codes import ExitCode
from schemas.journal import JournalRecord
from tests.broker.installation import (
    Installation,
    Process,
    Published,
    due,
    each_of,
    facts_of,
    ids_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import Page, ended, eventually, gates_open, page, ready
from tests.broker.providers import providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 1
NOTICED_S = 15.0


def to_be_called(customer: str) -> list[Published]:
    """Events that lead to a call, whose script is what fails."""
    known = {"tier": "vip", "phones": [{"number": "+447700900321", "kind": "mobile"}], "emails": []}
    return [profile(customer, at=OPENED, **known), due(customer, "I-1", at=OPENED, in_days=-3)]


@asynccontextmanager
async def with_fault(broker: str, folder: Path, fault: str) -> AsyncIterator[tuple[Installation, Process]]:
    """A worker with the fault, that has taken its partitions; its customers are all in one lane."""
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        program = ("tests.broker.faulty_worker", fault)
        worker = installed.worker("faulty", program=program, **starting_at(OPENED))
        await ready(worker)
        await gates_open(worker, PARTITIONS)
        yield installed, worker


@dataclass(frozen=True)
class Blocked:
    """What `/livez` said before and after a lane was blocked, and how long after the event it said it."""

    before: int
    after: int
    seconds: float
    stuck: list[str]


async def blocked(broker: str, folder: Path) -> Blocked:
    async with with_fault(broker, folder, "blocks") as (installed, worker):
        before, _ = await page(worker, "/livez")
        await installed.publish(to_be_called("c1"))
        published = time.monotonic()

        async def reported() -> bool:
            return (await page(worker, "/livez"))[0] != before

        async def named() -> bool:
            return "lane-0" in stuck(await page(worker, "/livez"))

        await eventually(reported, "/livez changes its mind", worker=worker)
        seconds = time.monotonic() - published
        after, _ = await page(worker, "/livez")
        await eventually(named, "/livez names the lane", worker=worker)
        found = stuck(await page(worker, "/livez"))
        await worker.end(signal.SIGKILL)  # it hears nothing else
        return Blocked(before, after, seconds, found)


def stuck(said: Page) -> list[str]:
    return [each["name"] for each in json.loads(said[1])["stuck"]]


@dataclass(frozen=True)
class Crashed:
    """How the worker ended, what stood in the journal then, and what another worker made of it."""

    code: int
    said: str
    before: list[JournalRecord]
    after: list[JournalRecord]


async def crashed(broker: str, folder: Path) -> Crashed:
    async with with_fault(broker, folder, "crashes") as (installed, worker):
        events = to_be_called("c1")
        await installed.publish(events)
        code = await ended(worker, timeout_s=20)
        before = await installed.journal()
        installed.worker("next", **starting_at(OPENED))
        await installed.until(facts_of(ids_of(events)))
        after = await installed.until(each_of(["c1"], lambda each: each.result == "accepted"))
        return Crashed(code, worker.output(), before, after)


@dataclass(frozen=True)
class Parked:
    """What the journal says of the customer whose decision failed, and of one behind it on the same partition."""

    faulty: list[JournalRecord]
    behind: list[JournalRecord]


async def parked(broker: str, folder: Path) -> Parked:
    async with with_fault(broker, folder, "fails") as (installed, _):
        await installed.publish(to_be_called("c1"))
        await installed.until(each_of(["c1"], lambda each: each.result == "parked"))
        await installed.publish([due("c2", "I-1", at=OPENED, in_days=40, event_id="behind")])
        journal = await installed.until(facts_of(["behind"]))
        return Parked(*([each for each in journal if each.customer_id == who] for who in ("c1", "c2")))


@dataclass(frozen=True)
class Stories:
    """All at once: each waits more than it works."""

    blocked: asyncio.Task[Blocked]
    crashed: asyncio.Task[Crashed]
    parked: asyncio.Task[Parked]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stories]:
    tasks = [
        asyncio.create_task(story(broker, tmp_path_factory.mktemp(story.__name__)))
        for story in (blocked, crashed, parked)
    ]
    yield Stories(*tasks)  # type: ignore[arg-type]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_worker_at_work_is_alive(stories: Stories):
    assert (await stories.blocked).before == 200


async def test_a_blocked_lane_is_reported(stories: Stories):
    assert (await stories.blocked).after == 503


async def test_a_blocked_lane_is_reported_in_time(stories: Stories):
    assert (await stories.blocked).seconds < NOTICED_S


async def test_the_blocked_lane_and_the_blocked_loop_are_named(stories: Stories):
    assert sorted((await stories.blocked).stuck) == ["lane-0", "loop"]


async def test_a_crash_ends_the_process_with_its_code(stories: Stories):
    assert (await stories.crashed).code == ExitCode.CRASH


async def test_a_crash_is_the_last_thing_in_the_log(stories: Stories):
    last = (await stories.crashed).said.strip().splitlines()[-1]

    assert json.loads(last)["event"] == "worker_crashed"


async def test_nothing_of_a_turn_that_crashed_is_written(stories: Stories):
    assert [each for each in (await stories.crashed).before if each.attempt_id is not None] == []


async def test_the_event_of_a_turn_that_crashed_is_delivered_again_and_applied_once(stories: Stories):
    story = await stories.crashed
    facts = [each.cause.id for each in story.after if each.kind == "fact" and each.cause is not None]

    assert sorted(facts) == sorted(ids_of(to_be_called("c1")))


async def test_the_call_of_a_turn_that_crashed_is_made_by_the_next_worker(stories: Stories):
    results = [each.result for each in (await stories.crashed).after if each.attempt_id is not None]

    assert results == ["claimed", "accepted"]


async def test_a_decision_that_fails_is_parked_with_its_reason(stories: Stories):
    last = (await stories.parked).faulty[-1]

    assert (last.result, [reason.code for reason in last.reasons]) == ("parked", ["faulty"])


async def test_behind_a_decision_that_fails_the_partition_goes_on(stories: Stories):
    assert [each.result for each in (await stories.parked).behind][:1] == ["recorded"]
