"""The call desk on a real lane: tasks come, numbers are shown with leave alone, and what is reported stops contact."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pytest
import pytest_asyncio

from dispatcher.engine.appender import Appender
from dispatcher.gateway.appending import Whereabouts
from dispatcher.gateway.asking import AskLane
from dispatcher.gateway.calls.desk import CallDesk
from dispatcher.gateway.calls.following import follow
from dispatcher.gateway.calls.metrics import CallMetrics
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import DialAnswer, Dialled, Leased, NoAnswer, Recorded
from dispatcher.gateway.kafka_append import KafkaAppend
from dispatcher.gateway.listening import listening
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.gateway.store.database import store_at
from dispatcher.ops.gateway_series import CALLS
from dispatcher.ops.meters import Meters
from schemas.journal import JournalRecord
from schemas.topics import JOURNAL
from schemas.values import Millis, to_millis
from tests.broker.gateways import SECRET, gateway
from tests.broker.installation import (
    POLICY,
    Installation,
    due,
    each_of,
    event,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import eventually, gates_open, ready
from tests.broker.providers import number, providers, starting_at
from tests.gateway.calls.house import ANN, HOUR, Worker

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 4
DISPUTING = [f"dispute-{n}" for n in range(5)]
CALLED_BACK, PAYS = "called-back", "pays"
CUSTOMERS = [*DISPUTING, CALLED_BACK, PAYS]


@dataclass
class Clock:
    """The story's clock; `ahead` (milliseconds) is how far the desk alone has gone on."""

    began: float = field(default_factory=time.monotonic)
    ahead: Millis = 0

    def __call__(self) -> Millis:
        return to_millis(OPENED) + int((time.monotonic() - self.began) * 1000) + self.ahead


@asynccontextmanager
async def desk_of(installed: Installation, folder: Path, clock: Clock) -> AsyncIterator[CallDesk]:
    """A desk as a gateway runs it, in the test's own process."""
    connection, prefix = installed.config.connection, installed.config.topic_prefix
    appender, store = Appender(connection), store_at(f"sqlite:///{folder / 'desk.sqlite'}")
    await appender.start()
    append = KafkaAppend(appender, prefix, GatewayMetrics(), time.monotonic)
    numbers = iter(range(10_000))

    def where() -> Whereabouts:
        return Whereabouts(PARTITIONS, installed.config.point_key, clock() * 1000)

    dial = AskLane(append, where, lambda: f"question-{next(numbers)}", time.monotonic)
    reading = asyncio.create_task(follow(store, connection, prefix))
    try:
        async with listening(dial, connection, installed.config.topic(JOURNAL)):
            yield CallDesk(store, dial, append, where, CallMetrics(Meters(CALLS)))
    finally:
        reading.cancel()
        await asyncio.wait([reading])
        await appender.close()
        store.close()


@dataclass
class Told:
    """What happened: answers by customer, how long each hold took to be applied (seconds), and the journal in the end."""

    answers: dict[str, list[DialAnswer]] = field(default_factory=dict)
    reported: list[object] = field(default_factory=list)
    applied_in_s: list[float] = field(default_factory=list)
    journal: list[JournalRecord] = field(default_factory=list)
    gateway_said: str = ""
    gateway_measured: str = ""
    verdict: tuple[int | None, str] = (None, "")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder, clock = tmp_path_factory.mktemp("call-desk"), Clock()
    async with providers() as reachable:
        shared = reachable.settings | {"DISPATCHER_SECRET": SECRET}
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=shared) as installed:
            worker = installed.worker("calling", **starting_at(OPENED))
            await ready(worker)
            await gates_open(worker, PARTITIONS)
            at = await gateway(installed, **starting_at(OPENED), DISPATCHER_TWILIO_BASE_URL=reachable.twilio.base_url)
            await installed.publish([each for n, name in enumerate(CUSTOMERS) for each in overdue(name, n)])
            story = Told()
            async with at.client, desk_of(installed, folder, clock) as desk:
                await eventually(lambda: waiting(desk, len(CUSTOMERS)), "all tasks are at the desk", worker=worker)
                await eventually(lambda: counted(at.client, len(CUSTOMERS)), "a gateway has them", worker=at.process)
                for _ in CUSTOMERS:
                    await work_off(installed, desk, story)
                clock.ahead = HOUR
                await call_back(desk, story)
                story.journal = await installed.until(each_of(CUSTOMERS, is_over))
                story.gateway_measured = (await at.client.get("/metrics")).text
            story.gateway_said = at.process.output()
            story.verdict = await verify(installed)
            return story


async def verify(installed: Installation) -> tuple[int | None, str]:
    """The independent checker's exit code, and what it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DISPATCHER_")} | {
        "DISPATCHER_BOOTSTRAP_SERVERS": installed.broker,
        "DISPATCHER_TOPIC_PREFIX": installed.prefix,
        "DISPATCHER_PARTITIONS": str(installed.partitions),
        "DISPATCHER_POLICY": str(POLICY),
    }
    program = (sys.executable, "-m", "dispatcher", "verify", "--settle", "0")
    ran = await asyncio.create_subprocess_exec(
        *program, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await ran.communicate()
    return ran.returncode, out.decode()


def overdue(name: str, n: int):
    known = {"tier": "vip", "phones": [{"number": number(700 + n), "kind": "mobile"}], "emails": []}
    return profile(name, at=OPENED, **known), due(name, f"I-{name}", at=OPENED, in_days=-3)


async def waiting(desk: CallDesk, tasks: int) -> bool:
    return sum(each.ready for each in (await desk.overview()).queue) == tasks


async def counted(client, tasks: int) -> bool:
    return f'dispatcher_call_tasks_open{{kind="call"}} {float(tasks)}' in (await client.get("/metrics")).text


async def work_off(installed: Installation, desk: CallDesk, story: Told) -> None:
    """Ann takes the next task, dials if she may, and says what came of it."""
    mine = await desk.next_task(ANN)
    assert isinstance(mine, Leased), mine
    if mine.customer_id == PAYS:
        await pays(installed, mine)
    answer = await dialled(desk, ANN, mine)
    story.answers.setdefault(mine.customer_id, []).append(answer)
    if not isinstance(answer, Dialled):
        return
    if mine.customer_id == CALLED_BACK:
        outcome = Outcome("callback_requested", "right_party", call_back_at=to_millis(OPENED) + HOUR)
        story.reported.append(await desk.report(ANN, mine.task_id, mine.fence, "s-back", outcome))
        return
    outcome = Outcome("dispute", "right_party", note="never received")
    hearing = asyncio.create_task(installed.until(each_of([mine.customer_id], is_hold)))
    began = time.monotonic()
    story.reported.append(await desk.report(ANN, mine.task_id, mine.fence, f"s-{mine.customer_id}", outcome))
    await hearing
    story.applied_in_s.append(time.monotonic() - began)


async def call_back(desk: CallDesk, story: Told) -> None:
    """An hour later, on the desk's clock, the customer is called as was agreed, and promises to pay."""
    mine = await desk.next_task(ANN)
    assert isinstance(mine, Leased), mine
    answer = await dialled(desk, ANN, mine)
    story.answers[mine.customer_id].append(answer)
    day = (OPENED + timedelta(days=5)).date()
    promise = Outcome("promise_to_pay", "right_party", amount=12_500, currency="GBP", day=day)
    story.reported.append(await desk.report(ANN, mine.task_id, mine.fence, "s-promise", promise))


async def dialled(desk: CallDesk, who: Worker, mine: Leased) -> DialAnswer:
    """The lane's answer, asked for until it comes."""
    while isinstance(answer := await desk.dial(who, mine.task_id, mine.fence), NoAnswer):
        pass
    return answer


async def pays(installed: Installation, mine: Leased) -> None:
    """The customer pays while somebody holds the task; the lane knows of it before the call."""
    paid = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": OPENED.isoformat()}
    said = event("invoice.settled", PAYS, at=OPENED + timedelta(minutes=1), invoice_id=mine.invoice_ids[0], **paid)
    await installed.publish([said])
    await installed.until(each_of([PAYS], lambda each: each.result == "cancelled"))


def is_hold(record: JournalRecord) -> bool:
    return record.kind == "fact" and any(each.rule == "hold.placed" for each in record.reasons)


def is_over(record: JournalRecord) -> bool:
    return record.kind == "attempt" and record.result in {"delivered", "cancelled"}


def of(story: Told, customer: str) -> list[str]:
    """What the journal says of a customer's attempts."""
    return [each.result for each in story.journal if each.customer_id == customer and each.kind == "attempt"]


async def test_the_lane_permits_what_nothing_forbids(told: Told):
    assert all(isinstance(told.answers[each][0], Dialled) for each in DISPUTING)


async def test_who_has_paid_is_not_called_although_somebody_holds_the_task(told: Told):
    """S22"""
    assert not any(isinstance(each, Dialled) for each in told.answers[PAYS])


async def test_every_report_stands(told: Told):
    assert [each for each in told.reported if not isinstance(each, Recorded)] == []


async def test_a_dispute_stops_contact_within_a_second_of_its_report(told: Told):
    """S21"""
    assert len(told.applied_in_s) == len(DISPUTING)
    assert median(told.applied_in_s) < 1.0, told.applied_in_s


async def test_a_report_closes_the_attempt(told: Told):
    """S18"""
    assert {tuple(of(told, each)) for each in DISPUTING} == {("accepted", "permitted", "delivered")}


async def test_who_asked_to_be_called_back_is_called_once_more(told: Told):
    assert [type(each) for each in told.answers[CALLED_BACK]] == [Dialled, Dialled]
    assert of(told, CALLED_BACK) == ["accepted", "permitted", "permitted", "delivered"]


async def test_the_journal_names_the_collector_behind_each_statement(told: Told):
    """S34, S43"""
    causes = [each.cause.source for each in told.journal if is_hold(each) and each.cause is not None]
    assert causes == ["dispatcher/desk/ann"] * len(DISPUTING)


async def test_the_independent_checker_finds_nothing_wrong(told: Told):
    code, said = told.verdict
    assert code == 0, said


async def test_a_gateway_with_staff_pages_has_a_desk(told: Told):
    assert '"calls": true' in told.gateway_said


async def test_no_number_is_in_its_log_or_its_metrics(told: Told):
    assert not any(number(700 + n) in told.gateway_said + told.gateway_measured for n in range(len(CUSTOMERS)))
