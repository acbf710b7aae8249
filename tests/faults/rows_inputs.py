"""Rows about what waits in the inputs while nobody works: payments and objections that come last, behind anything else."""

import signal
from collections.abc import Iterator, Mapping
from itertools import islice

from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from tests.broker.installation import Published, event
from tests.broker.operations import ready
from tests.faults.portfolio import OPENED, Shares
from tests.faults.scene import Row, Scene

_AT_ONCE = 50_000
_STRANGERS = 100_000
"""Customers of the unrelated events."""

_SENT_A_SECOND = 60
"""What the slowest machine gets out, stand-ins beside it: a backlog is no fault while it shrinks at this rate."""


_STOPPED = Shares(paid=0.5, racing=0.0, opted_out=0.05)
"""Of 20,000 customers 10,000 pay and 1,000 object."""


async def f26_all_down(scene: Scene) -> None:
    """While all workers are down, contacts fall due, and payments and objections come last: none of those is contacted."""
    await _all_down(scene, ahead=0)


async def f27_all_down_behind_many(scene: Scene) -> None:
    """The same, and ahead of payments and objections stand a million events about others, in the same inputs."""
    await _all_down(scene, ahead=scene.many)


async def _all_down(scene: Scene, ahead: int) -> None:
    worker = scene.worker()
    await ready(worker)
    before, causing = scene.portfolio(_STOPPED)
    scene.settles_within_s += scene.contacts / _SENT_A_SECOND + ahead / 5_000
    profiles = [each for each in before if b"customer.updated" in each[2]]
    stops = [each for each in before if b"customer.updated" not in each[2]]
    await scene.installed.publish(profiles)
    await worker.end(signal.SIGKILL)
    await scene.installed.publish(causing)
    await _publish(scene, _unrelated(ahead))
    await scene.installed.publish(stops)
    scene.worker()
    scene.worker()


def _unrelated(count: int) -> Iterator[Published]:
    """Payments of invoices that nobody stated, and opinions: what stands in the inputs of payments and objections."""
    for n in range(count):
        stranger = f"stranger-{n % _STRANGERS}"
        if n % 2:
            yield event("feedback.given", stranger, at=OPENED, event_id=f"ahead-{n}", score=4)
        else:
            paid: dict[str, object] = {"amount_due": 0, "currency": "GBP", "reason": "payment"}
            paid |= {"invoice_id": f"X-{n}", "settled_at": OPENED.isoformat()}
            yield event("invoice.settled", stranger, at=OPENED, event_id=f"ahead-{n}", **paid)


async def _publish(scene: Scene, events: Iterator[Published]) -> None:
    """Many, in pieces that fit into memory."""
    async with Kafka(Connection(scene.installed.broker)) as kafka:
        while piece := list(islice(events, _AT_ONCE)):
            for topic in {each[0] for each in piece}:
                records = [(key, value) for of, key, value in piece if of == topic]
                await kafka.publish_all(scene.installed.prefix + topic, records)


ROWS: Mapping[str, Row] = {"F26": f26_all_down, "F27": f27_all_down_behind_many}
