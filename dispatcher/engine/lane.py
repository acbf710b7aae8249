"""A lane: one partition of the inbox, one task. It folds, plans, fires wake-ups and flushes, one after the other.

Nothing else touches the partition's state, so there are no locks and no races. The lane takes only what follows its
position: older records are skipped; a hole makes it read again from there. Whatever fails, it restores from the log.
"""

import asyncio
import time
from collections.abc import Sequence
from itertools import chain

import structlog
from faust.types import TP

from dispatcher import __version__
from dispatcher.core.policy import Policy
from dispatcher.engine.arrivals import OfLaterRelease
from dispatcher.engine.backlog import Backlog, Taken
from dispatcher.engine.carriers import Stretch
from dispatcher.engine.deciding import TICK_S, Deciding
from dispatcher.engine.gate import Gate
from dispatcher.engine.handing_on import hand_on, not_handed_on
from dispatcher.engine.lane_state import LaneRefused, LaneState, unreadable
from dispatcher.engine.lease import Lease
from dispatcher.engine.own_key import PARTITION
from dispatcher.engine.shared import Shared
from dispatcher.engine.transactions import Written
from dispatcher.engine.turn import StateUnreadable, Turn
from dispatcher.ops.clock import Forward
from dispatcher.ops.redaction import told
from schemas.master_keys import MasterKeyRefused
from schemas.values import Millis

_log = structlog.get_logger(__name__)

_MOST_RECORDS = 1_000
_FAR_BEHIND = 250
"""So many records more, while the gate is closed, and events are only folded: what they lead to is planned afterwards."""
_MOST_RECORDS_BEHIND = 20_000
"""Of a turn that only folds: a flush has its price, and nobody waits for a contact."""
_IDLE_FLUSH_S = 5.0
_SETTLING_S = 0.02
"""A broker writes a commit's markers afterwards: a transaction begun sooner waits 20 ms and costs more requests."""
_STALL_S = 1.0
_TEND_S = 60 * 60.0
_MOST_STALLS = 20
_PAUSES_S = (0.1, 0.5, 2.0, 5.0, 10.0)
_MOST_FAILURES = 12


class LaneFailed(Exception):
    """The lane could not restore itself; the process has to be restarted."""


class LaneStuck(LaneFailed):
    """Records wait for the lane, and none arrives however often it asks; the process has to be restarted."""


class Lane:
    """Serves one partition from `run` until it finishes or is cancelled."""

    def __init__(self, partition: int, gate: Gate, shared: Shared) -> None:
        """Owns nothing before `run`."""
        self.partition = partition
        self.tp = TP(shared.config.inbox, partition)
        self.gate = gate
        self.name = f"lane-{partition}"
        self._shared = shared
        self._state: LaneState | None = None
        self._backlog = Backlog()
        self._paused = False
        self._work = asyncio.Event()
        self._deciding = self._begin("")
        self._applied = -1
        self._flushed_at = 0.0
        self._tend_at = 0.0
        self._heard_at = 0.0
        self._stalls = 0
        self._instants = Forward()
        self._failures = 0
        self._finishing = False

    @property
    def restored(self) -> bool:
        """Whether the lane serves."""
        return self._state is not None

    @property
    def behind(self) -> int:
        """Records of the inbox that are not applied yet, as far as known."""
        end = self._shared.ends.end(self.tp)
        return 0 if end is None else max(0, end.offset - self._applied - 1)

    def _far_behind(self) -> bool:
        return self._backlog.records > _FAR_BEHIND or self.behind > _FAR_BEHIND

    def _begin(self, planned: str) -> Deciding:
        return Deciding(
            self.partition,
            self.gate,
            self._shared,
            planned,
            far_behind=self._far_behind,
            events_wait=lambda: bool(self._backlog),
            again=self._work.set,
        )

    @property
    def position(self) -> int:
        """The offset that the lane takes next."""
        return self._applied + 1

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
        if self._state is not None and self._backlog.offer(stretch):
            self._work.set()
        else:
            self._paused = True
            self._shared.pause(self.tp)

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
            except (MasterKeyRefused, OfLaterRelease) as fault:  # nothing mends that but another file, another release
                self.gate.lost()
                await self._give_up()
                raise LaneRefused(str(fault)) from fault
            except StateUnreadable as fault:
                self.gate.lost()
                await self._give_up()
                raise LaneRefused(unreadable(self._shared.config, self.partition, fault)) from fault
            except asyncio.CancelledError:
                await self._give_up()
                raise
            except Exception as fault:  # of any class: the log alone knows what stands
                self.gate.lost()
                await self._give_up()
                # While Kafka is away, waiting is all there is to do.
                self._failures += self._shared.ends.answered_lately
                self._shared.metrics.lane_failed()
                _log.warning("lane_failed", partition=self.partition, why=told(fault))
                if self._failures > _MOST_FAILURES:
                    raise LaneFailed(f"partition {self.partition} failed {self._failures} times in a row") from fault
                self._shared.health.idle(self.name)
                await asyncio.sleep(_PAUSES_S[min(self._failures, len(_PAUSES_S) - 1)])
            else:
                await self._give_up()
                return

    def finish(self) -> None:
        """Flush what is under way and the position, then let `run` return."""
        self._finishing = True
        self._work.set()

    async def _give_up(self) -> None:
        state, self._state = self._state, None
        self._backlog.clear()
        if state is not None:
            await state.close()

    async def _restore(self) -> LaneState:
        shared = self._shared
        shared.health.idle(self.name)
        began = time.monotonic()
        async with shared.restoring:
            committed = await shared.committed(self.tp)
            state = await LaneState.restore(shared.config, self.partition, committed, shared.keys)
        self._applied = state.watermark.applied
        self._deciding = self._begin(state.watermark.planned)
        self._state = state
        self._stalls = 0
        self._heard_at = time.monotonic()
        shared.orphans.adopt(self.partition, state.records, state.keeper)
        shared.senders.adopt(self.partition, state.watermark.hour, state.watermark.made)
        shared.senders.desk.holds(self.partition, state.open_calls)
        shared.metrics.lane_restored(time.monotonic() - began)
        _log.info(
            "lane_restored",
            partition=self.partition,
            customers=len(state.records),
            applied=self._applied,
            seconds=round(time.monotonic() - began, 3),
        )
        await self._seek()
        return state

    async def _seek(self) -> None:
        """Read on right after our position, whatever was delivered or dropped before."""
        self._backlog.clear()
        self._paused = False
        await self._shared.seek(self.tp, self._applied + 1)
        self._shared.resume(self.tp)

    async def _serve(self, state: LaneState) -> None:
        shared = self._shared
        while True:
            shared.health.idle(self.name)
            if not self._backlog:
                await self._wait(state)
            if (settling := self._flushed_at + _SETTLING_S - time.monotonic()) > 0:
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
            if self._must_flush(turn, state):
                await self._flush(turn, state)
            for mark in taken.marks:  # only now: what stood before them is not just read but applied
                self.gate.progressed(mark)
            if self._finishing:
                return
            if taken.hole or (self._paused and self._backlog.has_room):
                await self._seek()
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
        behind = not self.gate.is_open() and self._far_behind()
        taken = self._backlog.take(self._applied, _MOST_RECORDS_BEHIND if behind else _MOST_RECORDS)
        self._applied = taken.applied
        if taken.heard:
            self._heard_at = time.monotonic()
            self._stalls = 0
        if taken.hole:
            self._shared.metrics.hole_repaired()
        return taken

    def _must_flush(self, turn: Turn, state: LaneState) -> bool:
        if not turn.empty or turn.journal or self.gate.unproved:
            return True
        due = self._finishing or time.monotonic() - self._flushed_at > _IDLE_FLUSH_S
        replanned = bool(state.records) and self._deciding.replanning.planned != state.watermark.planned
        return due and (replanned or self._applied > state.watermark.applied)

    async def _flush(self, turn: Turn, state: LaneState) -> None:
        shared = self._shared
        generation = self.gate.generation
        began = time.monotonic()
        shared.health.idle(self.name)  # waiting for Kafka is bounded by the flush's own deadline
        try:
            async with shared.flushing:
                lease = Lease.starting_now(shared.config.lease_s)
                hour, made = shared.senders.made(self.partition)
                turn.keys.extend(await self._keys_of_writers())
                await state.flush(turn, self._applied, self._deciding.replanning.planned, hour, made)
        except BaseException:  # it failed, or a rebalance ended us
            not_handed_on(turn, self.partition, shared)
            raise
        shared.health.beat(self.name)
        self.gate.proved(generation)
        shared.committable.advance(self.tp, self._applied + 1)
        self._flushed_at = time.monotonic()
        self._failures = 0
        shared.metrics.flush(self._flushed_at - began)
        state.apply(turn)
        shared.senders.desk.holds(self.partition, state.open_calls)
        hand_on(turn, self.partition, shared, lease, self.gate.is_open)

    async def _keys_of_writers(self) -> Sequence[Written]:
        """Once an hour, and soon after the start: what becomes of them; they stand in the first partition."""
        keys = self._shared.keys
        if keys is None or self.partition != PARTITION or time.monotonic() < self._tend_at:
            return ()
        self._tend_at = time.monotonic() + _TEND_S
        return await keys.tended()

    async def _look_around(self, state: LaneState) -> None:
        """Compare with the broker's own word: are we up to date, or did something never arrive?"""
        end = self._shared.ends.end(self.tp)
        if end is None:
            return
        if self._applied + 1 >= end.offset:
            self.gate.caught_up(end.asked_at)
            self._shared.orphans.judge(self.partition, state, gate_open=self.gate.is_open())
            return
        silent = time.monotonic() - self._heard_at
        if not self._backlog and silent > _STALL_S and end.asked_at > self._heard_at + _STALL_S / 2:
            self._stalls += 1
            if self._stalls > _MOST_STALLS:
                raise LaneStuck(f"partition {self.partition} does not get on after offset {self._applied}")
            self._heard_at = time.monotonic()
            await self._seek()
