"""`Append` on a real Kafka."""

from collections.abc import Callable, Sequence
from typing import Final

from dispatcher.engine.appender import Appender, Outgoing
from dispatcher.engine.clients import KafkaAway
from dispatcher.gateway.appending import Away, Entry, Stood
from dispatcher.gateway.metrics import GatewayMetrics
from schemas.trace import headers_of

DEADLINE_S: Final = 2.0
"""How long a request waits for Kafka before it is answered 503."""


class KafkaAppend:
    """Entries of one installation's topics, counted and timed."""

    def __init__(
        self, appender: Appender, prefix: str, metrics: GatewayMetrics, monotonic: Callable[[], float]
    ) -> None:
        self._appender = appender
        self._prefix = prefix
        self._metrics = metrics
        self._monotonic = monotonic

    async def __call__(self, entries: Sequence[Entry]) -> Stood | Away:
        """Wait until all stand, at most `DEADLINE_S` seconds."""
        outgoing = [
            Outgoing(self._prefix + each.topic, each.key, each.value, each.partition, headers_of(each.trace))
            for each in entries
        ]
        began = self._monotonic()
        try:
            await self._appender.append(outgoing, DEADLINE_S)
        except KafkaAway as away:
            self._metrics.away()
            return Away(str(away))
        self._metrics.appended(self._monotonic() - began, [each.topic for each in entries])
        return Stood()
