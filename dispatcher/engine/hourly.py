"""The policy's `max_contacts_per_hour`: an emergency brake against a wrong policy or a wrong list, not a pace.

Each partition counts its own contacts of the hour, and the count stands beside the partition's position in the log: it
survives a restart and goes with the partition to another worker. A worker may make the share of the partitions that it has,
rounded up; so all workers together exceed the limit by less than one contact each. The hours are those of the clock by which
contacts are planned.
"""

from collections.abc import Callable

import structlog

from schemas.values import Channel, Millis

_HOUR_MS = 3_600_000
_log = structlog.get_logger(__name__)


class Hourly:
    """Contacts of one channel in the present hour. `most` is what this worker may make in one; None: no limit."""

    def __init__(
        self,
        channel: Channel,
        most: Callable[[], int | None],
        now: Callable[[], Millis],
        alarm: Callable[[Channel], None],
    ) -> None:
        """Nothing was made yet; `alarm` is called once an hour in which the limit is reached."""
        self._channel: Channel = channel
        self._most = most
        self._now = now
        self._alarm = alarm
        self._hour = -1
        self._by_partition: dict[int, int] = {}
        self._made = 0
        self._told = False

    @property
    def hour(self) -> int:
        """The present hour, counted from the epoch."""
        self._turn()
        return self._hour

    def made(self, partition: int) -> int:
        """How many contacts of a partition were claimed in this hour."""
        self._turn()
        return self._by_partition.get(partition, 0)

    def adopt(self, partition: int, hour: int, made: int) -> None:
        """A partition was restored: so many were claimed in the hour in which its state was left."""
        self._turn()
        self._set(partition, made if hour == self._hour else 0)

    def abandon(self, partition: int) -> None:
        """The partition, and its count, are somebody else's."""
        self._set(partition, 0)

    def count(self, contacts: int, partition: int) -> None:
        """So many were claimed; given back if negative."""
        self._turn()
        self._set(partition, max(0, self._by_partition.get(partition, 0) + contacts))

    @property
    def reached(self) -> bool:
        """Whether no more contact may be claimed in this hour."""
        most = self._most()
        if most is None:
            return False
        self._turn()
        if self._made < most:
            return False
        if not self._told:
            self._told = True
            _log.error("contacts_limit_reached", channel=self._channel, made=self._made, most=most)
            self._alarm(self._channel)
        return True

    def _set(self, partition: int, made: int) -> None:
        self._made += made - self._by_partition.get(partition, 0)
        self._by_partition[partition] = made

    def _turn(self) -> None:
        hour = self._now() // _HOUR_MS
        if hour != self._hour:
            self._hour, self._by_partition, self._made, self._told = hour, {}, 0, False


def share_of(limit: int, owned: int, partitions: int) -> int:
    """What a worker may make in an hour: its partitions' share, rounded up, so that small limits stop nobody for ever."""
    return -(-limit * owned // partitions)
