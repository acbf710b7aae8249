"""What is barred at numbers and addresses: read before the first contact, followed from then on, as fresh as the gate asks.

It counts twice, as brakes do: a decision passes the contact point over, and a sender asks again right before the first byte.
So whoever writes STOP is left alone within the time that a record needs to arrive, whichever customer the number belongs to.
"""

import asyncio
import time
from collections.abc import Callable, Mapping

import msgspec
import structlog
from faust.types import TP

from dispatcher.core.point_bars import PointBars
from dispatcher.engine.clients import Kafka, KafkaAway, Record
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.log_ends import LogEnds
from dispatcher.engine.outcomes import SENDER
from dispatcher.engine.transactions import Entry
from schemas import points, topics
from schemas.inbox import AttemptRejected, ConsentChanged, Stamp
from schemas.points import PointStated
from schemas.values import Channel, Millis

_PAUSE_S = 1.0
_STANDINGS: Mapping[str, points.Standing] = {"suppressed": "opted_out", "recipient": "unreachable"}
"""What a provider's refusal says of a contact point, by whose fault it was."""

_OF_THE_PAIR = frozenset({"21612"})
"""Twilio: this sender cannot reach this number; another sender may (https://www.twilio.com/docs/api/errors/21612)."""

_log = structlog.get_logger(__name__)


class Points:
    """The topic as far as it is read."""

    def __init__(
        self,
        config: EngineConfig,
        ends: LogEnds,
        now: Callable[[], Millis],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Knows of nothing before `load`; `ends` tells how far there is to read, once it watches `tp`; `now`: wall clock."""
        self.tp = TP(config.topic(topics.POINTS), 0)
        self.bars = PointBars(config.point_key)
        self._config = config
        self._ends = ends
        self._now = now
        self._monotonic = monotonic
        self._read_to = 0
        self._fresh_at = float("-inf")
        ends.on_answer(self._look)

    def fresh(self, age_s: float) -> bool:
        """Whether everything is known that was written up to `age_s` seconds ago."""
        return self._monotonic() - self._fresh_at <= age_s

    def take(self, record: Record) -> None:
        """Apply one record; what is no statement is told and changes nothing."""
        self._read_to = record.offset + 1
        try:
            self.bars.state(record.key or b"", points.decode(record.value or b""))
        except msgspec.DecodeError:
            _log.error("point_unreadable", record=repr(record))
        self._look()

    def _look(self) -> None:
        end = self._ends.end(self.tp)
        if end is not None and end.offset <= self._read_to:
            self._fresh_at = max(self._fresh_at, end.asked_at)

    async def load(self) -> None:
        """Read the whole topic; before that nobody may be contacted. `KafkaAway` where Kafka does not answer."""
        async with Kafka(self._config.connection) as kafka:
            async for record in kafka.read(self.tp.topic, partition=0):
                self.take(record)

    async def follow(self) -> None:
        """Apply whatever is stated until cancelled."""
        while True:
            try:
                async with Kafka(self._config.connection) as kafka:
                    async for record in kafka.read(self.tp.topic, partition=0, start=self._read_to, follow=True):
                        self.take(record)
            except KafkaAway as away:
                _log.warning("points_topic_away", why=str(away))
            await asyncio.sleep(_PAUSE_S)

    def refusal(self, channel: Channel, point: str, fact: AttemptRejected) -> Entry | None:
        """What a provider's refusal says of the number or address itself; None where it was no fault of that."""
        standing = _STANDINGS.get(fact.refusal)
        if standing is None or fact.code in _OF_THE_PAIR:
            return None
        stated = PointStated(channel, standing, self._now() * 1000, SENDER, fact.attempt_id, fact.code)
        return points.digest(point, self._config.point_key), points.encode(stated)

    def consent(self, fact: ConsentChanged, stamp: Stamp, appended: Millis) -> Entry | None:
        """What a customer's word on a channel says of the number or address itself; None where that is nothing new.

        A yes is worth a record only where a no may stand: else every consent on file would be one. One that is dated ahead
        (a local time that was called UTC) holds from when it was appended: else no STOP would be heard until its date.
        """
        digest = points.digest(fact.contact_point, self._config.point_key)
        if fact.allowed and not self.bars.knows(digest, fact.channel):
            return None
        at, source, name = stamp
        now = self._now()
        if fact.allowed and at > now * 1000:
            at = (min(now, appended) if appended > 0 else now) * 1000
        standing: points.Standing = "allowed" if fact.allowed else "opted_out"
        return digest, points.encode(PointStated(fact.channel, standing, at, source, name, "consent.changed"))
