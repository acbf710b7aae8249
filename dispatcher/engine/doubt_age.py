"""How long the oldest attempt in doubt has been so: looked at once a second, so what was read is kept while it stands."""

from collections.abc import Iterable

from dispatcher.engine.lane_state import LaneState
from schemas import state as customer_state
from schemas.values import Millis


class DoubtAge:
    """Of all lanes of a worker."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._known: dict[bytes, tuple[bytes, Millis | None]] = {}

    def oldest(self, states: Iterable[LaneState]) -> Millis | None:
        """When the oldest attempt in doubt was claimed; None: there is none."""
        known: dict[bytes, tuple[bytes, Millis | None]] = {}
        for each in states:
            for key in each.doubtful:
                record = each.records[key]
                before = self._known.get(key)
                known[key] = before if before is not None and before[0] is record else (record, _claimed(record))
        self._known = known
        return min((at for _, at in known.values() if at is not None), default=None)


def _claimed(record: bytes) -> Millis | None:
    attempts = customer_state.decode(record).attempts.values()
    return min((each.claimed_at for each in attempts if each.state == "in_doubt"), default=None)
