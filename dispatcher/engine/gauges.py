"""What a worker tells operators: its gauges once a second, and the policy in force."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

from dispatcher.core.claim import Sending
from dispatcher.engine.brakes import Brakes
from dispatcher.engine.broker_time import BrokerTime
from dispatcher.engine.doubt_age import DoubtAge
from dispatcher.engine.intake import Intake
from dispatcher.engine.lane import Lane
from dispatcher.ops.clock import Clock
from dispatcher.ops.health import Health
from dispatcher.ops.metrics import Metrics
from schemas.topics import INBOX
from schemas.values import CHANNELS

_SAMPLE_S = 1.0


class Gauges:
    """Samples lanes, intake and brakes for `/metrics` and `/readyz`."""

    def __init__(
        self,
        metrics: Metrics,
        health: Health,
        intake: Intake,
        brakes: Brakes,
        lanes: Callable[[], Collection[Lane]],
        *,
        broker_time: BrokerTime,
        clock: Clock,
        kafka_answers: Callable[[], bool],
    ) -> None:
        """`lanes` are those that the worker has at the moment of asking."""
        self._clock = clock
        self._kafka_answers = kafka_answers
        self._doubt_age = DoubtAge()
        self._metrics = metrics
        self._health = health
        self._intake = intake
        self._brakes = brakes
        self._broker_time = broker_time
        self._lanes = lanes

    async def run(self, sending: Sending) -> None:
        """Sample without end; `sending` is the mode in which the worker was started."""
        while True:
            for topic, behind in self._intake.lag().items():
                self._metrics.input_lag(topic, behind)
            self._sample_lanes(list(self._lanes()))
            self._metrics.clock_skew(-self._broker_time.off_s)
            self._metrics.kafka_answers(self._kafka_answers())
            for channel in CHANNELS:
                held = any(each.stops_all_of(channel) for each in self._brakes.active)
                self._metrics.paused(channel, held or sending == "off")
            await asyncio.sleep(_SAMPLE_S)

    def _sample_lanes(self, lanes: list[Lane]) -> None:
        metrics = self._metrics
        metrics.input_lag(INBOX, sum(lane.behind for lane in lanes))
        metrics.lanes(len(lanes), sum(lane.gate.is_open() for lane in lanes))
        metrics.input_age(max((lane.gate.age_s() for lane in lanes), default=0.0))
        metrics.held(sum(lane.held for lane in lanes))
        now = self._clock.now()
        since = [each for lane in lanes if (each := lane.undecided_since(now))]
        metrics.undecided(max(0.0, (now - min(since)) / 1000) if since else 0.0)
        metrics.to_replan(sum(lane.to_replan for lane in lanes))
        states = [lane.state for lane in lanes if lane.state is not None]
        metrics.timers_pending(sum(len(state.wake_ups) for state in states))
        oldest = self._doubt_age.oldest(states)
        age_s = 0.0 if oldest is None else max(0.0, (now - oldest) / 1000)
        metrics.in_doubt(sum(len(state.doubtful) for state in states), age_s)
        metrics.calls_outstanding(sum(state.open_calls for state in states))
        metrics.waiting_for_profile(sum(state.waiting_for_profile for state in states))
        for lane in lanes:
            (self._health.restored if lane.restored else self._health.restoring)(lane.name)


@dataclass(frozen=True, slots=True)
class Announced:
    """Who hears of a policy that comes into force, or is refused: `/metrics` and `/readyz`."""

    metrics: Metrics
    health: Health

    def policy(self, policy_hash: str, stages: tuple[str, ...]) -> None:
        """This one decides: its stages have their series."""
        self.metrics.policy(policy_hash)
        self.metrics.stages(stages)
        self.health.policy(policy_hash)

    def policy_refused(self) -> None:
        """Counted."""
        self.metrics.policy_refused()
