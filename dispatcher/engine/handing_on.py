"""What follows from a turn: claims go to senders and counters move once it stands, or everything is given back."""

import time
from collections.abc import Callable

from dispatcher.engine.job import Job
from dispatcher.engine.lease import Lease
from dispatcher.engine.shared import Shared
from dispatcher.engine.turn import Turn
from dispatcher.ops.metrics import Metrics


def hand_on(turn: Turn, partition: int, shared: Shared, lease: Lease, may_send: Callable[[], bool]) -> None:
    """The turn stands since `lease` began or later; `may_send` is its lane's gate."""
    senders = shared.senders
    for attempt_id in turn.withdrawn:
        senders.withdraw(attempt_id)
    for claim, appended in turn.claims:
        pool = senders.pool(claim.channel)
        if pool is not None:
            due = turn.due.get(claim.attempt_id, 0)
            pool.submit(Job(claim, turn.policy, lease, may_send, appended, partition, due))
    for receipt in turn.receipts:
        if receipt.status != "accepted":
            senders.received(receipt.attempt_id, delivered=receipt.status == "delivered")
    _count(turn, shared.metrics)


def not_handed_on(turn: Turn, partition: int, shared: Shared) -> None:
    """Nobody sends these claims; if they stand all the same, we know that they were not sent."""
    for claim, _ in turn.claims:
        shared.orphans.unsent(claim.attempt_id, claim.claimed_at)
        shared.senders.give_back(claim, partition)


def _count(turn: Turn, metrics: Metrics) -> None:
    for (stage, result, code, channel), n in turn.counts.items():
        metrics.decision(stage, result, code, n)
        if code == "shadow" and channel is not None:
            metrics.attempt(channel, "shadow", n)
    for topic, n in turn.repeated.items():
        metrics.event(topic, "repeated", n)
    wall = time.time()
    for appended in turn.settled:
        metrics.payment_to_stop(max(0.0, wall - appended / 1000))
