"""When a lane writes what it decided, and what its standing proves: position, gate, and a lease for the claims in it."""

import time
from collections.abc import Sequence

from faust.types import TP

from dispatcher.engine.gate import Gate
from dispatcher.engine.handing_on import not_handed_on
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.lease import Lease
from dispatcher.engine.own_key import PARTITION
from dispatcher.engine.shared import Shared
from dispatcher.engine.transactions import Written
from dispatcher.engine.turn import Turn

_IDLE_FLUSH_S = 5.0
_SETTLING_S = 0.02
"""A broker writes a commit's markers afterwards: a transaction begun sooner waits 20 ms and costs more requests."""
_TEND_S = 60 * 60.0


class Flushing:
    """The flushes of one lane."""

    def __init__(self, name: str, tp: TP, gate: Gate, shared: Shared) -> None:
        """None yet; `name` is the lane's for health, `gate` its own."""
        self._name = name
        self._tp = tp
        self._gate = gate
        self._shared = shared
        self._flushed_at = 0.0
        self._tend_at = 0.0

    @property
    def settles_s(self) -> float:
        """How long the last one settles yet; 0 or less: not any more."""
        return self._flushed_at + _SETTLING_S - time.monotonic()

    def is_due(self, turn: Turn, state: LaneState, applied: int, planned: str, *, finishing: bool) -> bool:
        """Whether a turn has to be written now; one that leaves nothing but a position can wait for later ones."""
        if not turn.empty or turn.journal or self._gate.unproved:
            return True
        due = finishing or time.monotonic() - self._flushed_at > _IDLE_FLUSH_S
        replanned = bool(state.records) and planned != state.watermark.planned
        return due and (replanned or applied > state.watermark.applied)

    async def flush(self, turn: Turn, state: LaneState, applied: int, planned: str) -> Lease:
        """Write it; returns, once it stands, the lease under which its claims may be sent.

        However else this ends, a cancellation included, its claims are given back: nobody sends them.
        """
        shared = self._shared
        generation = self._gate.generation
        began = time.monotonic()
        shared.health.idle(self._name)  # waiting for Kafka is bounded by the flush's own deadline
        try:
            async with shared.flushing:
                lease = Lease.starting_now(shared.config.lease_s)
                hour, made = shared.senders.made(self._tp.partition)
                turn.keys.extend(await self._keys_of_writers())
                await state.flush(turn, applied, planned, hour, made)
        except BaseException:  # it failed, or a rebalance ended us
            not_handed_on(turn, self._tp.partition, shared)
            raise
        shared.health.beat(self._name)
        self._gate.proved(generation)
        shared.committable.advance(self._tp, applied + 1)
        self._flushed_at = time.monotonic()
        shared.metrics.flush(self._flushed_at - began)
        return lease

    async def _keys_of_writers(self) -> Sequence[Written]:
        """Once an hour, and soon after the start: what becomes of them; they stand in the first partition."""
        keys = self._shared.keys
        if keys is None or self._tp.partition != PARTITION or time.monotonic() < self._tend_at:
            return ()
        self._tend_at = time.monotonic() + _TEND_S
        return await keys.tended()
