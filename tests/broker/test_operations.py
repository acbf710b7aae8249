"""What an operator relies on: pages that say how a worker is, and ends that are in order or lose nothing."""

import asyncio
import json
import re
import signal
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import get_args

import pytest
import pytest_asyncio

from dispatcher.exit_codes import ExitCode
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.twilio_faults import Hangs
from dispatcher.ops.health import LIMIT_S, LOOP
from dispatcher.ops.labels import AttemptOutcome, EventResult
from schemas.journal import JournalRecord, TaskRecord, decode_task
from schemas.topics import INPUTS
from schemas.values import CHANNELS
from tests.broker.impaired_worker import BLOCKED, BLOCKED_UNTIL
from tests.broker.installation import (
    Installation,
    Process,
    due,
    each_of,
    facts_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import Page, ended, eventually, gates_open, in_time, page, ready
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

PARTITIONS = 2
DRAINED_WITHIN_S = 30.0
REPORTED_WITHIN_S = 15.0
REFUSED_WITHIN_S = 45.0
"""The first two are promises. On a busy machine a mere start takes ten seconds."""
PROBED_EVERY_S = 0.5


def impaired(installed: Installation, way: str) -> Process:
    return installed.worker(way, program=("tests.broker.impaired_worker", way), **starting_at(OPENED))


async def texted(installed: Installation, n: int) -> str:
    """Publish a customer who is to be texted."""
    customer = f"texted-{n}"
    known = {"phones": [{"number": number(n), "kind": "mobile"}], "emails": []}
    await installed.publish([profile(customer, at=OPENED, **known), due(customer, "I-1", at=OPENED)])
    return customer


async def called(installed: Installation) -> str:
    """Publish a customer whom a person is to call: the tier is not texted, and there is no e-mail address."""
    customer = "called"
    known = {"tier": "vip", "phones": [{"number": number(900), "kind": "mobile"}], "emails": []}
    await installed.publish(
        [profile(customer, at=OPENED, **known), due(customer, "I-1", at=OPENED, in_days=-3, event_id="overdue")]
    )
    return customer


@dataclass(frozen=True)
class Drained:
    """A worker was told to end while a provider kept it waiting."""

    code: int
    seconds: float
    requests: int


async def drained(broker: str, folder: Path) -> Drained:
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        reachable.twilio.by_recipient[number(1)] = Hangs(created=True)
        worker = installed.worker("drained", **starting_at(OPENED))
        await texted(installed, 1)
        await in_time(reachable.twilio.arrival(1), "a text is under way", worker)
        began = time.monotonic()
        worker.tell(signal.SIGTERM)
        code = await ended(worker)
        return Drained(code, time.monotonic() - began, reachable.twilio.requests)


@dataclass(frozen=True)
class Idle:
    """The pages of a worker that nobody gave anything to do, at its start and for longer than a silence that counts."""

    readiness: Page
    metrics: str
    liveness: set[Page]
    code: int


async def idle(broker: str, folder: Path) -> Idle:
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        worker = installed.worker("idle", **starting_at(OPENED))
        await ready(worker)
        readiness, metrics = await page(worker, "/readyz"), (await page(worker, "/metrics"))[1]
        liveness = await liveness_for(LIMIT_S + 2, worker)
        worker.tell(signal.SIGTERM)
        return Idle(readiness, metrics, liveness, await ended(worker))


async def liveness_for(seconds: float, worker: Process) -> set[Page]:
    """All different answers of a worker's `/livez` in that time."""
    answers: set[Page] = set()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        answers.add(await page(worker, "/livez"))
        await asyncio.sleep(PROBED_EVERY_S)  # as often as a container platform would ask
    return answers


def reports(answer: Page, who: str) -> bool:
    """Whether this answer of `/livez` says that somebody of that name stands still."""
    status, body = answer
    if status != HTTPStatus.SERVICE_UNAVAILABLE:
        return False
    return any(each["name"].startswith(who) for each in json.loads(body)["stuck"])


async def blocked(way: str, who: str, broker: str, folder: Path) -> float:
    """Seconds from a block until `/livez` answers 503 and names who stands still; once that is over it answers 200."""
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        worker = impaired(installed, way)
        data = installed.folder / way
        await (called(installed) if way == "lane_blocked" else texted(installed, 1))
        await eventually((data / BLOCKED).exists, f"{way}: the block has begun", worker=worker)
        began = time.monotonic()

        async def reported() -> bool:
            return bool(reports(await page(worker, "/livez"), who))

        await eventually(reported, f"{way}: {who} is reported", worker=worker)
        after_s = time.monotonic() - began
        (data / BLOCKED_UNTIL).touch()

        async def recovered() -> bool:
            return (await page(worker, "/livez"))[0] == HTTPStatus.OK

        await eventually(recovered, f"{way}: /livez answers 200 again", worker=worker)
        return after_s


@dataclass(frozen=True)
class Crash:
    """A worker crashed over an event; then another one took over."""

    code: int
    said: str
    journal_before: list[JournalRecord]
    journal: list[JournalRecord]
    tasks: list[TaskRecord]


async def crash(broker: str, folder: Path) -> Crash:
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=reachable.settings) as installed,
    ):
        worker = impaired(installed, "crashing")
        await ready(worker)
        await gates_open(worker, PARTITIONS)
        await called(installed)
        code = await ended(worker)
        before = await installed.journal()
        installed.worker("next", **starting_at(OPENED))
        await installed.until(each_of(["called"], lambda each: each.kind == "attempt" and each.result == "accepted"))
        await installed.end()
        tasks = [decode_task(each.value or b"") for each in await installed.records("reminders.tasks")]
        return Crash(code, worker.output(), before, await installed.journal(), tasks)


@dataclass(frozen=True)
class Refused:
    code: int
    said: str
    seconds: float


async def without_broker(broker: str, folder: Path) -> Refused:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        installed = Installation(f"127.0.0.1:{free.getsockname()[1]}", new_prefix(), folder)
        began = time.monotonic()
        worker = installed.worker("nowhere")
        code = await ended(worker)
        return Refused(code, worker.output(), time.monotonic() - began)


@dataclass(frozen=True)
class Stories:
    drained: Drained
    idle: Idle
    lane_reported_after_s: float
    loop_reported_after_s: float
    crash: Crash
    nowhere: Refused


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Stories:
    """All at once: each waits for most of its time."""

    def folder() -> Path:
        return tmp_path_factory.mktemp("operations")

    return Stories(
        *await asyncio.gather(
            drained(broker, folder()),
            idle(broker, folder()),
            blocked("lane_blocked", "lane-", broker, folder()),
            blocked("loop_blocked", LOOP, broker, folder()),
            crash(broker, folder()),
            without_broker(broker, folder()),
        )
    )


# --- pages


def value_of(series: str, stories: Stories) -> float | None:
    found = re.search(rf"^{re.escape(series)} (\S+)$", stories.idle.metrics, re.MULTILINE)
    return None if found is None else float(found[1])


SERIES = [
    *(
        f'dispatcher_events_total{{result="{result}",topic="{topic}"}}'
        for topic in INPUTS
        for result in get_args(EventResult)
    ),
    *(
        f'dispatcher_attempts_total{{channel="{channel}",outcome="{outcome}"}}'
        for channel in CHANNELS
        for outcome in get_args(AttemptOutcome)
    ),
    *(f'dispatcher_input_lag_records{{topic="{topic}"}}' for topic in INPUTS),
    *(f'dispatcher_paused{{channel="{channel}"}}' for channel in CHANNELS),
    'dispatcher_decisions_total{reason="due",result="claimed",stage="due_day"}',
    'dispatcher_decisions_total{reason="unanswered",result="in_doubt",stage="due_day"}',
    'dispatcher_decisions_total{reason="paid",result="cancelled",stage="none"}',
    "dispatcher_event_to_send_seconds_count",
    "dispatcher_payment_to_stop_seconds_count",
    "dispatcher_in_doubt",
    "dispatcher_waiting_for_profile",
]


async def test_every_series_is_there_at_the_start_and_is_0(stories: Stories):
    assert {series: value for series in SERIES if (value := value_of(series, stories)) != 0} == {}


async def test_the_lag_of_the_inbox_is_told(stories: Stories):
    assert value_of('dispatcher_input_lag_records{topic="reminders.inbox"}', stories) is not None


async def test_a_worker_that_takes_part_is_ready(stories: Stories):
    status, body = stories.idle.readiness
    answer = json.loads(body)

    assert (status, answer["ready"], answer["assigned"], answer["restoring"]) == (200, True, True, [])


async def test_readiness_names_the_sending_mode(stories: Stories):
    assert json.loads(stories.idle.readiness[1])["sending"] == "on"


async def test_readiness_says_that_the_clock_was_set(stories: Stories):
    assert json.loads(stories.idle.readiness[1])["clock"] == "set to 2026-03-04T10:00:00+00:00, rate 1"


async def test_a_worker_lives_while_it_has_nothing_to_do(stories: Stories):
    assert stories.idle.liveness == {(200, '{"alive":true,"stuck":[]}')}


async def test_a_blocked_lane_is_reported_in_time(stories: Stories):
    assert stories.lane_reported_after_s < REPORTED_WITHIN_S


async def test_a_blocked_loop_is_reported_in_time(stories: Stories):
    assert stories.loop_reported_after_s < REPORTED_WITHIN_S


# --- ends


async def test_told_to_end_an_idle_worker_ends_in_order(stories: Stories):
    assert stories.idle.code == ExitCode.OK


async def test_told_to_end_a_worker_with_a_text_under_way_ends_in_order(stories: Stories):
    assert stories.drained.code == ExitCode.OK


async def test_told_to_end_a_worker_does_not_wait_for_a_provider_without_end(stories: Stories):
    assert stories.drained.seconds < DRAINED_WITHIN_S


async def test_told_to_end_a_worker_starts_nothing_anew(stories: Stories):
    assert stories.drained.requests == 1


async def test_without_a_broker_the_worker_ends_with_the_code_for_it(stories: Stories):
    assert stories.nowhere.code == ExitCode.NO_BROKER


async def test_without_a_broker_the_worker_ends_soon(stories: Stories):
    assert stories.nowhere.seconds < REFUSED_WITHIN_S


async def test_without_a_broker_the_worker_says_so_in_one_line(stories: Stories):
    told = [line for line in stories.nowhere.said.splitlines() if not line.startswith("{")]  # beside its log

    assert [bool(re.fullmatch(r"dispatcher: .*127\.0\.0\.1:\d+.*", line)) for line in told] == [True], told


async def test_a_crash_ends_with_the_code_for_it(stories: Stories):
    assert stories.crash.code == ExitCode.CRASH


async def test_a_crash_is_logged(stories: Stories):
    assert '"why": "Panic"' in stories.crash.said


async def test_what_the_crash_said_is_withheld_as_it_could_name_somebody(stories: Stories):
    assert "out of order" not in stories.crash.said


async def test_what_crashed_is_not_committed(stories: Stories):
    assert facts("overdue", stories.crash.journal_before) == 0


async def test_what_crashed_is_delivered_again_and_journalled_once(stories: Stories):
    assert facts("overdue", stories.crash.journal) == 1


async def test_what_crashed_is_done_once(stories: Stories):
    assert [each.customer_id for each in stories.crash.tasks] == ["called"]


def facts(event_id: str, journal: list[JournalRecord]) -> int:
    return sum(each.kind == "fact" and each.cause is not None and each.cause.id == event_id for each in journal)


# --- Kafka away


@pytest.mark.slow
async def test_a_worker_lives_while_kafka_is_away(tmp_path: Path):
    async with (
        EmbeddedKafka() as kafka,
        installation(kafka.bootstrap_servers, new_prefix(), tmp_path, partitions=PARTITIONS) as installed,
    ):
        worker = installed.worker("left-alone", **starting_at(OPENED))
        await ready(worker)
        kafka.pause()
        try:
            liveness = await liveness_for(2 * LIMIT_S, worker)
        finally:
            kafka.resume()
        await installed.publish([due("later", "I-1", at=OPENED, event_id="later")])
        await installed.until(facts_of(["later"]))

        assert liveness == {(200, '{"alive":true,"stuck":[]}')}
