"""Marks: into every inbox partition where an input is ours; where none is, an empty one, for the clock."""

import asyncio
import time
from types import SimpleNamespace
from typing import cast

import pytest
from faust.types import TP

from dispatcher.engine.broker_time import BrokerTime
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.inbox_writer import InboxWriter
from dispatcher.engine.intake import Intake
from dispatcher.engine.log_ends import End, LogEnds
from dispatcher.engine.progress import Progress
from schemas import inbox

pytestmark = pytest.mark.asyncio
SOURCE = TP("billing.settled", 0)
PARTITIONS = 4


class House:
    """A worker that owns these inputs, and a broker that stamps what it is given."""

    def __init__(self, *owned: TP, ahead_s: float = 0.0) -> None:
        self.listeners, self.appended, self.ahead_s = [], [], ahead_s
        self.clock = BrokerTime()
        intake = SimpleNamespace(partitions=owned, position=lambda tp: 10)
        ends = SimpleNamespace(on_answer=self.listeners.append, end=lambda tp: End(10, time.monotonic(), time.time()))
        self.progress = Progress(
            EngineConfig(Connection("nowhere:1"), "a", "", PARTITIONS),
            cast("Intake", intake),
            cast("LogEnds", ends),
            cast("InboxWriter", self),
            self.clock,
        )

    async def append(self, batches):
        self.appended += [(partition, entry) for partition, entries in batches for entry in entries]
        loop = asyncio.get_running_loop()
        stands = [loop.create_future() for _ in batches]
        for each in stands:
            each.set_result(SimpleNamespace(timestamp=int((time.time() - self.ahead_s) * 1000)))
        return stands

    async def answers(self, times: int) -> list[tuple[int, inbox.ProgressMark]]:
        """The broker says so often where logs end; what was appended by then."""
        running = asyncio.get_running_loop().create_task(self.progress.run())
        for _ in range(times):
            for listener in self.listeners:
                listener()
            for _ in range(5):
                await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return [(partition, inbox.decode_mark(value)) for partition, (_, value) in self.appended]


async def test_the_first_mark_asks_for_the_time_alone():
    assert await House(SOURCE).answers(1) == [(0, inbox.ProgressMark(()))]


async def test_once_the_clock_is_right_an_input_of_ours_is_fresh_in_every_partition_after_each_answer():
    _, *marks = await House(SOURCE).answers(3)
    assert [partition for partition, _ in marks] == [*range(PARTITIONS)] * 2
    assert {mark.fresh[0][:2] for _, mark in marks} == {SOURCE}


async def test_without_an_input_an_empty_mark_asks_for_the_time():
    assert await House().answers(2) == [(0, inbox.ProgressMark(()))] * 2


@pytest.mark.parametrize(("ahead_s", "trusted"), [(0.0, True), (30.0, False)])
async def test_the_stamps_judge_our_clock(ahead_s: float, trusted: bool):
    house = House(SOURCE, ahead_s=ahead_s)
    await house.answers(1)
    assert house.clock.agrees is trusted
