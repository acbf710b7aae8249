"""The policy's `max_contacts_per_hour`: an emergency brake against a wrong policy or a wrong list, not a pace.

A worker has the share of its partitions. The hours are those of the clock by which contacts are planned; the count begins
anew with the process, so a restart within an hour allows what is left of a fresh one.
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
        self._made = 0
        self._told = False

    def count(self, contacts: int) -> None:
        """So many were claimed; given back if negative."""
        self._turn()
        self._made = max(0, self._made + contacts)

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

    def _turn(self) -> None:
        hour = self._now() // _HOUR_MS
        if hour != self._hour:
            self._hour, self._made, self._told = hour, 0, False


def share_of(limit: int, owned: int, partitions: int) -> int:
    """What a worker may make in an hour: its partitions' share, rounded up, so that small limits stop nobody for ever."""
    return -(-limit * owned // partitions)
