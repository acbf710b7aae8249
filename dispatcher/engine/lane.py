"""A lane: one partition of the inbox, one task. It folds, plans, fires wake-ups and flushes, one after the other.

Nothing else touches the partition's state, so there are no locks and no races. Whatever fails, it restores from the log.
"""

import asyncio
import time
from collections.abc import Callable
from itertools import chain

import structlog
from faust.types import TP

from dispatcher import __version__
from dispatcher.core.policy import Policy
from dispatcher.engine.backlog import Taken
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.deciding import TICK_S, Deciding
from dispatcher.engine.flushing import Flushing
from dispatcher.engine.gate import Gate
from dispatcher.engine.handing_on import hand_on, not_handed_on
from dispatcher.engine.lane_failures import Failures, LaneFailed
from dispatcher.engine.lane_inbox import LaneInbox
from dispatcher.engine.lane_state import LaneRefused, LaneState
from dispatcher.engine.shared import Shared
from dispatcher.engine.turn import Turn
from dispatcher.ops.clock import Forward
from schemas.values import Millis

_log = structlog.get_logger(__name__)

_MOST_RECORDS = 1_000
_MOST_RECORDS_BEHIND = 20_000
"""Of a turn that only folds: a flush has its price, and nobody waits for a contact."""


class Lane:
    """Serves one partition from `run` until it finishes or is cancelled."""

    def __init__(self, partition: int, gate: Gate, shared: Shared, restored: Callable[[], None]) -> None:
        """Owns nothing before `run`; `restored` hears of each time that it has its state."""
        self.partition = partition
        self.tp = TP(shared.config.inbox, partition)
        self.gate = gate
        self.name = f"lane-{partition}"
        self._shared = shared
        self._heard_of = restored
        self._state: LaneState | None = None
        self._inbox = LaneInbox(self.tp, shared)
        self._work = asyncio.Event()
        self._deciding = self._begin("")
        self._flushing = Flushing(self.name, self.tp, gate, shared)
        self._failures = Failures(self.name, partition, shared)
        self._instants = Forward()
        self._finishing = False

    @property
    def restored(self) -> bool:
        """Whether the lane serves."""
        return self._state is not None

    @property
    def behind(self) -> int:
        """Records of the inbox that are not applied yet, as far as known."""
        return self._inbox.behind

    def _begin(self, planned: str) -> Deciding:
        return Deciding(
            self.partition,
            self.gate,
            self._shared,
            planned,
            far_behind=lambda: self._inbox.far_behind,
            events_wait=lambda: bool(self._inbox),
            again=self._work.set,
        )

    @property
    def position(self) -> int:
        """The offset that the lane takes next."""
        return self._inbox.applied + 1

    @property
    def state(self) -> LaneState | None:
        """The state that the lane keeps, None while it restores."""
        return self._state

    @property
    def to_replan(self) -> int:
        """Customers who have not been planned by the policy in force yet."""
        return len(self._deciding.replanning)

    @property
    def held(self) -> int:
        """Customers who are due and wait for a credit."""
        return len(self._deciding.held)

    def undecided_since(self, now: Millis) -> Millis | None:
        """Since when the longest waiting customer is due; None: nobody waits."""
        state = self._state
        if state is None:
            return None
        held = [state.instants(key) for key in self._deciding.held.first()]
        waiting = state.wake_ups.overdue_since(now, state.instants)
        return min((each for each in (*held, waiting) if each), default=None)

    def offer(self, stretch: Stretch) -> None:
        """Take records from the agent, or refuse them: the chain shows the hole and the lane reads again."""
        if self._state is None:
            self._inbox.refuse()
        elif self._inbox.offer(stretch):
            self._work.set()

    def nudge(self) -> None:
        """Something outside changed (log ends, policy, brakes): look again soon."""
        self._work.set()

    def replan(self) -> None:
        """Plan every customer anew, soon and in slices."""
        if self._state is not None:
            self._deciding.replanning.again(self._state.records)
        self._work.set()

    async def run(self) -> None:
        """Restore, serve until `finish`, and restore again after a failure.

        Raises:
            LaneRefused: the inbox does not continue what the state holds, or the state cannot be read.
            LaneFailed: it failed too often without progress.
        """
        while True:
            try:
                await self._serve(await self._restore())
            except (LaneRefused, LaneFailed):
                raise
            except asyncio.CancelledError:
                await self._give_up()
                raise
            except Exception as fault:  # of any class: the log alone knows what stands
                self.gate.lost()
                await self._give_up()
                await self._failures.after(fault)
            else:
                await self._give_up()
                return

    def finish(self) -> None:
        """Flush what is under way and the position, then let `run` return."""
        self._finishing = True
        self._work.set()

    async def _give_up(self) -> None:
        state, self._state = self._state, None
        self._inbox.clear()
        if state is not None:
            await state.close()

    async def _restore(self) -> LaneState:
        shared = self._shared
        shared.health.idle(self.name)
        began = time.monotonic()
        async with shared.restoring:
            committed = await shared.committed(self.tp)
            state = await LaneState.restore(shared.config, self.partition, committed, shared.keys)
        self._deciding = self._begin(state.watermark.planned)
        self._state = state
        self._inbox.begin(state.watermark.applied)
        shared.orphans.adopt(self.partition, state.records, state.keeper)
        shared.senders.adopt(self.partition, state.watermark.hour, state.watermark.made)
        shared.senders.desk.holds(self.partition, state.open_calls)
        shared.metrics.lane_restored(time.monotonic() - began)
        _log.info(
            "lane_restored",
            partition=self.partition,
            customers=len(state.records),
            applied=self._inbox.applied,
            seconds=round(time.monotonic() - began, 3),
        )
        self._heard_of()
        await self._inbox.read_again()
        return state

    async def _serve(self, state: LaneState) -> None:
        shared = self._shared
        while True:
            shared.health.idle(self.name)
            if not self._inbox:
                await self._wait(state)
            if (settling := self._flushing.settles_s) > 0:
                await asyncio.sleep(settling)
            self._work.clear()
            made = await self._turn(state)
            if made is None:
                if self._finishing:
                    return
                shared.health.idle(self.name)
                await asyncio.sleep(TICK_S)
                continue
            turn, taken = made
            if self._flushing.is_due(turn, state, *self._reached(), finishing=self._finishing):
                await self._flush(turn, state)
            for mark in taken.marks:  # only now: what stood before them is not just read but applied
                self.gate.progressed(mark)
            if self._finishing:
                return
            if taken.hole or self._inbox.held_up:
                await self._inbox.read_again()
            await self._look_around(state)

    async def _turn(self, state: LaneState) -> tuple[Turn, Taken] | None:
        """Decide what waits and what is due; None while our clock is wrong: no decision can be taken back."""
        async with self._shared.deciding:  # one lane at a time: while it flushes, the next decides
            now = self._shared.clock.now()
            if not self._shared.clock_agrees():  # asked afterwards: whatever was done to the clock, `now` was right
                return None
            self._shared.health.beat(self.name)
            turn, taken = Turn(self._instants.reach(now), self._policy(state), state.keeper), self._take()
            try:
                if self._shared.keys is not None:
                    await self._shared.keys.know(chain.from_iterable(taken.by_customer.values()))
                await self._deciding.events(turn, taken.by_customer, state)
                await self._deciding.wake_ups(turn, state)
            except BaseException:  # a rebalance may end us here too
                not_handed_on(turn, self.partition, self._shared)
                raise
            return turn, taken

    def _policy(self, state: LaneState) -> Policy:
        """The policy in force: a turn begins and ends with the same one."""
        policy = self._shared.in_force.policy
        self._deciding.replanning.begin(
            f"{policy.hash} {__version__}", state.records
        )  # a release may judge otherwise too
        return policy

    async def _wait(self, state: LaneState) -> None:
        try:
            async with asyncio.timeout(self._until_due(state)):
                await self._work.wait()
        except TimeoutError:
            return

    def _until_due(self, state: LaneState) -> float:
        """How long nothing can be due; on a clock that runs fast the tick bounds it."""
        next_at = state.wake_ups.next_at()
        if next_at is None:
            return TICK_S
        if self._deciding.held or self._shared.senders.all_exhausted or not self.gate.is_open():
            return TICK_S
        return min(TICK_S, max(0.001, (next_at - self._shared.clock.now()) / 1000))

    def _take(self) -> Taken:
        behind = not self.gate.is_open() and self._inbox.far_behind
        return self._inbox.take(_MOST_RECORDS_BEHIND if behind else _MOST_RECORDS)

    def _reached(self) -> tuple[int, str]:
        """The last offset that is applied, and by what every customer was planned."""
        return self._inbox.applied, self._deciding.replanning.planned

    async def _flush(self, turn: Turn, state: LaneState) -> None:
        lease = await self._flushing.flush(turn, state, *self._reached())
        self._failures.none()
        state.apply(turn)
        self._shared.senders.desk.holds(self.partition, state.open_calls)
        hand_on(turn, self.partition, self._shared, lease, self.gate.is_open)

    async def _look_around(self, state: LaneState) -> None:
        """Compare with the broker's own word: are we up to date, or did something never arrive?"""
        end = self._shared.ends.end(self.tp)
        if end is None:
            return
        if self._inbox.applied + 1 >= end.offset:
            self.gate.caught_up(end.asked_at)
            self._shared.orphans.judge(self.partition, state, gate_open=self.gate.is_open())
            return
        await self._inbox.listen(end)
