"""Tasks reach the desk, each at least once and none too late; what is committed is what the desk answered for."""

import asyncio
import contextlib
from collections import deque
from dataclasses import replace

import pytest
import structlog
from structlog.testing import capture_logs

from channels.desk_webhook import NotTaken, Taken
from dispatcher.engine.clients import KafkaAway, Record
from dispatcher.gateway.desk_metrics import DeskMetrics
from dispatcher.gateway.desk_pace import DeskPace
from dispatcher.gateway.task_delivery import AT_ONCE, TaskDelivery
from dispatcher.gateway.task_order import MOST_OPEN
from dispatcher.ops.gateway_series import GATEWAY
from dispatcher.ops.meters import Meters
from schemas import journal
from schemas.journal import TaskRecord
from schemas.values import from_millis
from tests.engine.virtual_time import run

AWAY, REFUSED = NotTaken("unreachable", "connection"), NotTaken("content", "http-422")
HOUR_S = 3600.0
NUMBER = "+447700900123"


def task(offset, customer="C-1", *, expires_s=HOUR_S):
    """The record of task `t<offset>`; the clock begins at 0."""
    record = TaskRecord(
        task_id=f"t{offset}",
        kind="call",
        customer_id=customer,
        invoice_ids=("R-1",),
        contact_point=NUMBER,
        not_before=from_millis(0),
        expires_at=from_millis(int(expires_s * 1000)),
        priority=5,
        script="...",
        amounts=(),
    )
    return Record("reminders.tasks", 0, offset, 0, customer.encode(), journal.encode(record), ())


class Topic:
    """A source: hands out its records, and ends the story a day after the last of them."""

    def __init__(self, *records, batch=None):
        self.waiting, self.batch = deque(records), batch
        self.committed, self.asked_for = {}, []

    async def next(self, most, full):
        self.asked_for.append(frozenset(full))
        if not self.waiting or 0 in full:
            await asyncio.sleep(0.2)
            return {}
        count = min(most, self.batch or most, len(self.waiting))
        return {0: [self.waiting.popleft() for _ in range(count)]}

    async def commit(self, positions):
        self.committed |= positions

    async def unread(self):
        return len(self.waiting)


class Desk:
    """Gives each task the answers that were set for it, then takes it."""

    def __init__(self, answers=None, lasts_s=0.0):
        self.answers, self.lasts_s = {name: deque(each) for name, each in (answers or {}).items()}, lasts_s
        self.offered, self.taken, self.traces, self.now, self.most = [], [], [], 0, 0

    async def hand_over(self, task_id, payload, trace):
        self.offered.append((task_id, asyncio.get_running_loop().time()))
        self.traces.append(trace)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(self.lasts_s)
        finally:
            self.now -= 1
        answer = self.answers[task_id].popleft() if self.answers.get(task_id) else Taken()
        if answer == Taken():
            self.taken.append(task_id)
        return answer


class House:
    """A delivery from a topic to a desk; `for_s` seconds of it, on a clock of its own."""

    def __init__(self, *records, desk=None, batch=None):
        self.topic, self.desk, self.meters = Topic(*records, batch=batch), desk or Desk(), Meters(GATEWAY)

    def goes_on(self, for_s=10.0):
        async def story():
            seconds = asyncio.get_running_loop().time
            pace = DeskPace(lambda: 0.0, seconds)
            metrics = DeskMetrics(self.meters)
            self.delivery = TaskDelivery(self.desk, pace, metrics, lambda: int(seconds() * 1000), chance=lambda: 0.0)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(for_s):
                    await self.delivery.follow(self.topic)

        with capture_logs([structlog.contextvars.merge_contextvars]) as self.logs:
            run(story())
        return self

    def counted(self, name, **labels):
        return self.meters.registry.get_sample_value(name, labels)

    def said(self, event):
        return [line for line in self.logs if line["event"] == event]


def test_a_task_is_posted_once_and_committed():
    house = House(task(0)).goes_on()

    assert (house.desk.taken, house.topic.committed) == (["t0"], {0: 1})


def test_a_task_that_the_desk_did_not_take_is_not_committed():
    house = House(task(0), desk=Desk({"t0": [AWAY] * 99})).goes_on()

    assert house.topic.committed == {0: 0}


def test_it_is_offered_until_the_desk_takes_it():
    house = House(task(0), desk=Desk({"t0": [AWAY] * 9})).goes_on(HOUR_S)

    assert (len(house.desk.offered), house.topic.committed) == (10, {0: 1})


def test_a_customers_tasks_arrive_in_their_order_although_the_first_was_refused_at_first():
    house = House(task(0), task(1), desk=Desk({"t0": [REFUSED] * 3})).goes_on(60)

    assert house.desk.taken == ["t0", "t1"]


def test_another_customers_task_does_not_wait_for_one_that_is_refused():
    house = House(task(0, "C-1"), task(1, "C-2"), desk=Desk({"t0": [REFUSED] * 99})).goes_on()

    assert (house.desk.taken, house.topic.committed) == (["t1"], {0: 0})


def test_a_task_that_is_over_is_never_offered_and_is_committed():
    house = House(task(0, expires_s=0)).goes_on()

    assert (house.desk.offered, house.topic.committed) == ([], {0: 1})


def test_a_task_that_runs_out_while_the_desk_is_away_is_given_up():
    house = House(task(0, expires_s=30), desk=Desk({"t0": [AWAY] * 99})).goes_on(120)

    assert (max(at for _, at in house.desk.offered) < 30, house.topic.committed) == (True, {0: 1})


def test_a_task_that_runs_out_while_it_is_refused_makes_way_at_once():
    house = House(task(0, expires_s=40), task(1), desk=Desk({"t0": [REFUSED] * 99})).goes_on(120)

    name, at = house.desk.offered[-1]
    assert (name, round(at, 2)) == ("t1", 40.0)


def test_what_ran_out_is_told_by_its_id_and_counted():
    house = House(task(0, expires_s=0), task(1, expires_s=0)).goes_on()

    (line,) = house.said("desk_tasks_expired")
    assert (line["tasks"], line["task_ids"]) == (2, ["t0", "t1"])
    assert house.counted("dispatcher_desk_tasks_total", result="expired") == 2


def test_a_record_that_is_no_task_stops_nobody():
    damaged = Record("reminders.tasks", 0, 0, 0, b"C-1", b"{", ())
    house = House(damaged, task(1)).goes_on()

    assert (house.desk.taken, house.topic.committed) == (["t1"], {0: 2})
    assert house.counted("dispatcher_desk_tasks_total", result="unreadable") == 1


def test_posted_failed_and_waiting_are_counted():
    house = House(task(0), task(1), task(2, "C-2"), desk=Desk({"t0": [REFUSED] * 99})).goes_on()

    assert house.counted("dispatcher_desk_tasks_total", result="posted") == 1
    assert house.counted("dispatcher_desk_posts_failed_total", why="content") == len(house.desk.offered) - 1
    assert house.counted("dispatcher_desk_tasks_waiting") == 2


def test_once_all_are_taken_none_waits():
    assert House(task(0), task(1)).goes_on().counted("dispatcher_desk_tasks_waiting") == 0


def test_no_more_than_a_few_are_posted_at_once():
    records = [task(n, f"C-{n}") for n in range(40)]

    assert House(*records, desk=Desk(lasts_s=1.0)).goes_on().desk.most == AT_ONCE


def test_no_more_is_read_than_can_be_kept_in_hand():
    records = [task(n, f"C-{n}") for n in range(3 * MOST_OPEN)]
    house = House(
        *records, desk=Desk({f"t{n}": [REFUSED] * 999 for n in range(3 * MOST_OPEN)}), batch=MOST_OPEN
    ).goes_on()

    assert (len(house.topic.waiting), house.topic.asked_for[-1]) == (2 * MOST_OPEN, {0})


def test_the_same_task_has_the_same_body_each_time():
    bodies = set()

    class Noting(Desk):
        async def hand_over(self, task_id, payload, trace):
            bodies.add(payload)
            return await super().hand_over(task_id, payload, trace)

    House(task(0), desk=Noting({"t0": [AWAY] * 3})).goes_on(60)

    assert len(bodies) == 1


def test_no_number_is_logged():
    house = House(task(0, expires_s=5), task(1), desk=Desk({"t0": [AWAY, REFUSED] * 9})).goes_on(60)

    assert NUMBER not in repr(house.logs)


class Revoking(Topic):
    """Takes the partition away in the middle."""

    async def next(self, most, full):
        if not self.waiting and self.delivery is not None:
            await asyncio.sleep(0.5)
            self.left = self.delivery.give_up({0})
            self.delivery = None
        return await super().next(most, full)


def test_a_partition_that_goes_to_somebody_else_is_left_where_it_is():
    house = House(desk=Desk(lasts_s=1.0))
    house.topic = Revoking(task(0), task(1))

    async def story():
        seconds = asyncio.get_running_loop().time
        pace, metrics = DeskPace(lambda: 0.0, seconds), DeskMetrics(house.meters)
        house.topic.delivery = TaskDelivery(house.desk, pace, metrics, lambda: 0, chance=lambda: 0.0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(10):
                await house.topic.delivery.follow(house.topic)

    run(story())

    assert (house.topic.left, house.desk.taken) == ({0: 0}, [])


class Broken(Desk):
    async def hand_over(self, task_id, payload, trace):
        raise RuntimeError("a fault of ours")


def test_a_fault_of_ours_is_not_kept_to_itself_and_commits_nothing():
    house = House(task(0), desk=Broken())

    with pytest.raises(RuntimeError, match="a fault of ours"):
        house.goes_on()

    assert house.topic.committed == {0: 0}


class Away(Topic):
    async def next(self, most, full):
        if self.waiting:
            return await super().next(most, full)
        raise KafkaAway("paused by a test")


def test_where_kafka_is_away_what_is_in_hand_is_let_go():
    house = House(desk=Desk(lasts_s=1.0))
    house.topic = Away(task(0))

    with pytest.raises(KafkaAway):
        house.goes_on()

    assert house.desk.taken == []


def traced(record):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    return replace(record, headers=(("traceparent", trace.encode()),)), trace


def test_the_desk_is_offered_a_task_with_the_trace_of_its_record():
    first, trace = traced(task(0))

    assert House(first, task(1)).goes_on().desk.traces == [trace, ""]


def test_what_is_logged_of_a_task_names_its_trace_id():
    first, trace = traced(task(0))
    house = House(first, task(1, "C-2"), desk=Desk({"t0": [REFUSED], "t1": [REFUSED]})).goes_on()

    refused = {each["task_id"]: each.get("trace_id") for each in house.logs if each["event"] == "desk_refuses_task"}
    assert refused == {"t0": trace[3:35], "t1": None}
