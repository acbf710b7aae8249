"""The brakes that operators pull (`dispatcher pause`): read before the first contact, followed from then on.

They count twice: a decision puts the contact off, and a sender asks again right before the first byte. So a pause ends what
is queued as well, within the time that a record needs to arrive.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog

from dispatcher.core.claim import Braked
from dispatcher.engine.clients import Kafka, KafkaAway, Record
from dispatcher.engine.config import EngineConfig
from schemas import brakes, topics
from schemas.brakes import Brake
from schemas.values import Channel, Millis, to_millis

_PAUSE_S = 1.0
_log = structlog.get_logger(__name__)


class Brakes:
    """What is stopped now."""

    def __init__(self, config: EngineConfig, now: Callable[[], Millis]) -> None:
        """Knows of none before `load`; `now` is the clock by which brakes end."""
        self._config = config
        self._now = now
        self._pulled: dict[bytes, Brake] = {}
        self._active: tuple[Braked, ...] = ()
        self._until: Millis | None = None
        self._read_to = 0

    @property
    def active(self) -> tuple[Braked, ...]:
        """The brakes that hold at this instant; the same object while none comes or goes."""
        if self._until is not None and self._now() >= self._until:
            self._settle()
        return self._active

    def holds(self, channel: Channel, creditor_id: str) -> bool:
        """Whether a contact must not be made now."""
        return any(each.stops(channel, creditor_id) for each in self.active)

    def take(self, record: Record) -> None:
        """Apply one record of the topic; what is no brake is told and changes nothing."""
        self._read_to = record.offset + 1
        key = record.key or b""
        try:
            if record.value is None:
                self._pulled.pop(key, None)
            else:
                self._pulled[key] = brakes.decode(record.value)
        except msgspec.DecodeError:
            _log.error("brake_unreadable", record=repr(record))
        self._settle()

    def _settle(self) -> None:
        now = self._now()
        held = [_braked(each) for each in self._pulled.values() if each.until is None or to_millis(each.until) > now]
        self._active = tuple(held)
        self._until = min((each.until for each in held if each.until is not None), default=None)

    async def load(self) -> None:
        """Read the whole topic; before that nobody may be contacted. `KafkaAway` where Kafka does not answer."""
        async with Kafka(self._config.connection) as kafka:
            async for record in kafka.read(self._config.topic(topics.BRAKES), partition=0):
                self.take(record)

    async def follow(self, let_go: Callable[[], None]) -> None:
        """Apply whatever is pulled or let go until cancelled; `let_go` hears of what may be contacted again."""
        topic = self._config.topic(topics.BRAKES)
        while True:
            try:
                async with Kafka(self._config.connection) as kafka:
                    async for record in kafka.read(topic, partition=0, start=self._read_to, follow=True):
                        self.take(record)
                        _log.warning("brakes_changed", active=[each.scope for each in self._active])
                        if record.value is None:
                            let_go()
            except KafkaAway as away:
                _log.warning("brakes_topic_away", why=str(away))
            await asyncio.sleep(_PAUSE_S)


def _braked(brake: Brake) -> Braked:
    until = None if brake.until is None else to_millis(brake.until)
    return Braked(brake.channel, brake.creditor_id, until)
