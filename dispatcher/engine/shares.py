"""What of the policy's limits falls to a worker: as much as it has of all partitions."""

from collections.abc import Callable

from dispatcher.engine.hourly import Hourly, share_of
from dispatcher.engine.policy_switch import PolicyInForce
from dispatcher.ops.clock import Clock
from dispatcher.ops.metrics import Metrics
from schemas.values import Channel


class Shares:
    """Of one worker. `owned` tells how many of the partitions are its own at the moment of asking."""

    def __init__(
        self, in_force: PolicyInForce, owned: Callable[[], int], partitions: int, *, clock: Clock, metrics: Metrics
    ) -> None:
        """By the policy that is in force when somebody asks."""
        self._in_force = in_force
        self._owned = owned
        self._partitions = partitions
        self._clock = clock
        self._metrics = metrics

    def desk_capacity(self) -> float | None:
        """How many call tasks are worked off in an hour; None: any number."""
        capacity = self._in_force.policy.desk_capacity
        return None if capacity is None else capacity * self._owned() / self._partitions

    def hourly(self, channel: Channel) -> Hourly:
        """The limit of a channel's contacts in an hour."""

        def most() -> int | None:
            limit, owned = self._in_force.policy.max_contacts_per_hour.get(channel), self._owned()
            if limit is None or not owned:
                return None
            return share_of(limit, owned, self._partitions)

        return Hourly(channel, most, self._clock.now, self._metrics.contacts_limit_reached)
