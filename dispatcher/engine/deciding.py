"""The work of a lane's turn: events first, then customers whose time has come, in slices between which the loop goes on."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from dispatcher.core.decide import Claim, Conditions
from dispatcher.engine.carriers import ConsumerRecord
from dispatcher.engine.gate import Gate
from dispatcher.engine.held import MOST_A_TICK, Held
from dispatcher.engine.lane_state import LaneState
from dispatcher.engine.replanning import Replanning
from dispatcher.engine.shared import Shared
from dispatcher.engine.turn import Turn

TICK_S = 0.25
_SLICE_S = 0.002
_SLICE_RECORDS = 8
_MOST_WAKE_UPS = 1_000
_WAKE_UPS_BESIDE_EVENTS = 200


class Deciding:
    """One lane's, anew with each restored state.

    `replanning` are the customers whom the policy in force has not planned, `held` those who wait for a credit.
    """

    def __init__(
        self,
        partition: int,
        gate: Gate,
        shared: Shared,
        planned: str,
        *,
        far_behind: Callable[[], bool],
        events_wait: Callable[[], bool],
        again: Callable[[], None],
    ) -> None:
        """`planned`: by what all customers were planned; `again` asks for another turn soon."""
        self._partition = partition
        self._gate = gate
        self._shared = shared
        self._far_behind = far_behind
        self._events_wait = events_wait
        self._again = again
        self._look_at_due_from = 0.0
        self.replanning = Replanning(planned)
        self.held = Held()

    async def events(self, turn: Turn, by_customer: dict[bytes, list[ConsumerRecord]], state: LaneState) -> None:
        """Fold what arrived, customer by customer, and plan what it leads to."""
        records = state.records
        decide = self._shared.decider.decide
        conditions = self._conditions()
        yield_at = time.perf_counter() + _SLICE_S
        for number, (key, raw) in enumerate(by_customer.items()):
            decision = decide(turn, key, raw, records.get(key), conditions)
            if decision is not None and decision.claims:
                self._reserve(decision.claims)
                conditions = self._conditions()
            if number % _SLICE_RECORDS == 0 and time.perf_counter() > yield_at:
                await asyncio.sleep(0)
                conditions = self._conditions()
                yield_at = time.perf_counter() + _SLICE_S

    def _conditions(self) -> Conditions:
        """As of now: good for one slice of 2 ms, or until a credit is taken."""
        gate_open = self._gate.is_open()
        return self._shared.conditions(gate_open, not gate_open and self._far_behind())

    def _reserve(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            self._shared.senders.reserve(claim, self._partition)

    async def wake_ups(self, turn: Turn, state: LaneState) -> None:
        """Plan customers whose time has come again, or whom another policy planned, with what is known now.

        Where events wait, 200 of them or 2 ms, so that a payment is not kept waiting; else more, in slices.
        """
        if not self._gate.is_open() or self._shared.senders.all_exhausted:
            return
        conditions = self._conditions()
        yield_at = time.perf_counter() + _SLICE_S
        fired, held = 0, 0
        for key in chain(self._due(turn, state), self.replanning.take()):
            if key in turn.wakes:
                continue
            decision = self._shared.decider.decide(turn, key, [], state.records.get(key), conditions)
            if decision is not None and decision.claims:
                self._reserve(decision.claims)
                conditions = self._conditions()
            elif decision is not None and decision.lacking is not None:
                self.held.add(decision.lacking, key)
                held += 1
                if held >= MOST_A_TICK:
                    self._look_at_due_from = time.monotonic() + TICK_S
                    break
            fired += 1
            sliced = time.perf_counter() > yield_at
            if fired >= _MOST_WAKE_UPS or (self._events_wait() and (sliced or fired >= _WAKE_UPS_BESIDE_EVENTS)):
                self._again()
                break
            if sliced:
                await asyncio.sleep(0)
                conditions = self._conditions()
                yield_at = time.perf_counter() + _SLICE_S

    def _due(self, turn: Turn, state: LaneState) -> Iterator[bytes]:
        """Who waited for a credit, then whose time has come, urgent ones first.

        The others are not looked at while somebody waits and they were looked at just now.
        """
        senders = self._shared.senders
        yield from self.held.ready(senders.with_credit, senders.with_reserve)
        yield from state.wake_ups.urgent(turn.now, state.instants)
        if not self.held or time.monotonic() >= self._look_at_due_from:
            yield from state.wake_ups.due(turn.now, state.instants)
