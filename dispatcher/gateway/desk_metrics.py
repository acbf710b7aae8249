"""What is counted of the tasks that go to a call desk; the table of `ops.gateway_series` says what each figure means."""

from channels.desk_webhook import Why
from dispatcher.ops.labels import TaskEnd
from dispatcher.ops.meters import Meters


class DeskMetrics:
    """The metrics of one desk, among those of its gateway."""

    def __init__(self, meters: Meters) -> None:
        self._meters = meters

    def ended(self, end: TaskEnd) -> None:
        """A task that is done with."""
        self._meters.counter("desk_tasks").add(1, end)

    def failed(self, why: Why) -> None:
        """A task that the desk did not take; it will be asked again."""
        self._meters.counter("desk_posts_failed").add(1, why)

    def waiting(self, tasks: int) -> None:
        """Tasks of our partitions, in hand or not yet read."""
        self._meters.gauge("desk_tasks_waiting").set(tasks)
