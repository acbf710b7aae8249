"""The clock of a replay: events arrive, wake-ups fire, attempts are answered, each at its instant and in one order.

At one instant events come first, in their order; all that one customer hears then is one turn, as a worker takes what a poll
brought. Answers follow in the order of their claims, wake-ups last. Nothing here reads a real clock.
"""

from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Final

import msgspec

from dispatcher.core.decide import Claim, Conditions, Decision, decide
from dispatcher.core.policy import Policy
from schemas.inbox import Arrival
from schemas.state import EMPTY, Customer
from schemas.values import CHANNELS, Millis

SENDING: Final = Conditions("on", frozenset(), gate_open=True, credits=frozenset(CHANNELS))
"""A worker that is caught up, sends, and has room with every provider."""

_ARRIVAL, _WAKE_UP = 0, 1


class Told(msgspec.Struct, frozen=True):
    """Something that reaches a customer's aggregate at an instant."""

    at: Millis
    customer_id: str
    arrival: Arrival


class Lived(msgspec.Struct, frozen=True):
    """One turn of one customer, and what it came to."""

    at: Millis
    customer_id: str
    decision: Decision


Answer = Callable[[Claim], Sequence[Told]]
"""What comes of a claim, each at its instant: at that of the claim or later."""


def live(
    told: Sequence[Told], policy: Policy, answer: Answer, until: Millis, conditions: Conditions = SENDING
) -> Iterator[Lived]:
    """Every turn up to and including `until`; `told` is in order of arrival, so its instants never fall."""
    customers: dict[str, Customer] = {}
    wakes: dict[str, Millis] = {}
    order = count()
    waiting = [(at, _ARRIVAL, next(order), customer_id, heard) for at, customer_id, heard in _together(told)]
    heapify(waiting)
    while waiting and waiting[0][0] <= until:
        at, kind, _, customer_id, arrivals = heappop(waiting)
        if kind == _WAKE_UP and wakes.get(customer_id) != at:
            continue
        decision = decide(customer_id, customers.get(customer_id, EMPTY), arrivals, policy, at, conditions)
        customers[customer_id] = decision.customer
        wakes.pop(customer_id, None)
        if decision.wake_at is not None:
            wakes[customer_id] = wake_at = max(decision.wake_at, at + 1)  # a clock that stood still would never end
            heappush(waiting, (wake_at, _WAKE_UP, next(order), customer_id, ()))
        for claim in decision.claims:
            for each in answer(claim):
                heappush(waiting, (each.at, _ARRIVAL, next(order), each.customer_id, (each.arrival,)))
        yield Lived(at, customer_id, decision)


def _together(told: Sequence[Told]) -> Iterator[tuple[Millis, str, tuple[Arrival, ...]]]:
    """What a customer hears at one instant, together, where its first part stands."""
    turns: dict[tuple[Millis, str], list[Arrival]] = {}
    for each in told:
        turns.setdefault((each.at, each.customer_id), []).append(each.arrival)
    for (at, customer_id), heard in turns.items():
        yield at, customer_id, tuple(heard)
