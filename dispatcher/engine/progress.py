"""Intake's word to the lanes: "everything published before this instant is in your inbox", four times a second.

A lane may send only while it knows what could forbid it. What billing published is known to the lane once intake has
appended it to the inbox and the lane has applied it; the mark travels the same way, behind it. The broker dates the marks,
so they also tell whether our clock is right; a worker that has nothing to say of the inputs writes one for that alone.
"""

import asyncio
from collections import deque

from faust.types import TP

from dispatcher.engine.broker_time import BrokerTime
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.inbox_writer import AppendFailed, InboxWriter
from dispatcher.engine.intake import Intake
from dispatcher.engine.log_ends import End, LogEnds
from schemas import inbox
from schemas.inbox import ProgressMark
from schemas.values import Millis

_REMEMBERED = 8
_FAILED_PAUSE_S = 1.0


class Progress:
    """Watches the stopping inputs that are ours and writes a mark into every inbox partition after each query of ends."""

    def __init__(
        self, config: EngineConfig, intake: Intake, ends: LogEnds, writer: InboxWriter, broker_time: BrokerTime
    ) -> None:
        """Writes nothing before `run`."""
        self._config = config
        self._intake = intake
        self._ends = ends
        self._writer = writer
        self._broker_time = broker_time
        self._asked: dict[TP, deque[End]] = {}
        self._answered = asyncio.Event()
        ends.on_answer(self._answered.set)

    async def run(self) -> None:
        """Write marks until cancelled; silence closes the gates, so a failure needs no more than another try."""
        while True:
            await self._answered.wait()
            self._answered.clear()
            fresh = tuple(self._fresh())
            entry = (inbox.PROGRESS_MARK_KEY, inbox.encode(ProgressMark(fresh)))
            try:
                asked = self._broker_time.asking()
                everywhere = [(partition, [entry]) for partition in range(self._config.partitions if fresh else 1)]
                appended = await self._writer.append(everywhere)
                self._broker_time.heard(asked, [(await each).timestamp / 1000 for each in appended])
            except AppendFailed:
                await asyncio.sleep(_FAILED_PAUSE_S)
            except Exception:  # the broker's answer to a batch: any of aiokafka's errors
                await asyncio.sleep(_FAILED_PAUSE_S)

    def _fresh(self) -> list[tuple[str, int, Millis]]:
        fresh: list[tuple[str, int, Millis]] = []
        if not self._broker_time.agrees:
            self._asked.clear()  # dated by a clock that is wrong
            return fresh
        stopping = self._config.stopping_inputs
        owned = [tp for tp in self._intake.partitions if tp.topic in stopping]
        self._asked = {tp: self._asked.get(tp) or deque(maxlen=_REMEMBERED) for tp in owned}
        for tp, asked in self._asked.items():
            end = self._ends.end(tp)
            if end is not None and (not asked or asked[-1] is not end):
                asked.append(end)
            position = self._intake.position(tp) or 0
            reached = [each.asked_wall for each in asked if each.offset <= position]
            if reached:
                fresh.append((tp.topic, tp.partition, int(max(reached) * 1000)))
        return fresh
