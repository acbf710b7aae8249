"""What is counted of the tasks that go to a call desk: closed sets of labels, every series at 0 from the start."""

from typing import Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from channels.desk_webhook import WHYS, Why

TaskEnd = Literal["posted", "expired", "unreadable", "erased"]
"""The desk has it; nobody could do it in time; it is no task; its customer was erased, and its key with it."""


class DeskMetrics:
    """The metrics of one desk."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter("dispatcher_desk_tasks_total", "Tasks dealt with.", ("result",), registry=registry)
        self._failed = Counter("dispatcher_desk_posts_failed_total", "Tasks not taken.", ("why",), registry=registry)
        self._waiting = Gauge("dispatcher_desk_tasks_waiting", "Tasks that the desk has not taken.", registry=registry)
        for end in get_args(TaskEnd):
            self._ended.labels(end)
        for why in WHYS:
            self._failed.labels(why)

    def ended(self, end: TaskEnd) -> None:
        """A task that is done with."""
        self._ended.labels(end).inc()

    def failed(self, why: Why) -> None:
        """A task that the desk did not take; it will be asked again."""
        self._failed.labels(why).inc()

    def waiting(self, tasks: int) -> None:
        """Tasks of our partitions, in hand or not yet read."""
        self._waiting.set(tasks)
