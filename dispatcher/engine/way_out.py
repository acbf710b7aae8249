"""The way out of a worker: what holds for contacts now, who sends them, and where it stands what became of them."""

from collections.abc import Coroutine, Iterable

from channels.protocol import Adapter
from dispatcher.core.decide import Conditions
from dispatcher.engine.account import Supply
from dispatcher.engine.brakes import Brakes
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import EngineConfig
from dispatcher.engine.desk import Desk
from dispatcher.engine.inbox_writer import InboxWriter
from dispatcher.engine.outcomes import Outcomes
from dispatcher.engine.parts import Parts
from dispatcher.engine.points import Points
from dispatcher.engine.pools import pools_of
from dispatcher.engine.senders import Senders
from dispatcher.engine.sent_texts import SentTexts
from dispatcher.engine.shares import Shares
from schemas.topics import TEXTS
from schemas.values import Channel


class WayOut:
    """`senders` take claims, `outcomes` reports on them."""

    def __init__(
        self, config: EngineConfig, parts: Parts, writer: InboxWriter, *, shares: Shares, brakes: Brakes, points: Points
    ) -> None:
        """`writer` takes the outcomes; texts have one of their own, so that they are never in its way."""
        self._config = config
        self._parts = parts
        self._brakes = brakes
        self._points = points
        self._text_writer = InboxWriter(config)
        self._texts = SentTexts(self._text_writer, config.partitions, self._keeps_texts, parts.metrics.texts)
        self.outcomes = Outcomes(writer, config.partitions)
        pools = pools_of(
            parts,
            config,
            outcomes=self.outcomes,
            brakes=brakes,
            points=points,
            hourly=shares.hourly,
            sent=self._texts.note,
        )
        self.senders = Senders(pools, shares.hourly("call_task"), Desk(shares.desk_capacity))

    def duties(self) -> Iterable[Coroutine[object, object, None]]:
        """What has to run beside the lanes, without end."""
        return (self.outcomes.run(), self._texts.run(), self.senders.run())

    def conditions(self, gate_open: bool, behind: bool) -> Conditions:  # noqa: FBT001 - the lane's own answers
        """What holds for contacts now, for a lane whose gate is open and that is far behind, or not."""
        parts, senders = self._parts, self.senders
        return Conditions(
            parts.sending,
            parts.allowlist,
            gate_open,
            senders.with_credit(),
            self._brakes.active,
            senders.exhausted,
            behind,
            self._points.bars,
            senders.with_reserve(),
            senders.desk.busy,
        )

    async def drain(self, calls_s: float, texts_s: float) -> None:
        """Finish the calls that are under way, then let the texts of what was sent stand; each so long at most."""
        await self.senders.drain(calls_s)
        await self._texts.drain(texts_s)

    async def close(self) -> None:
        """Give up what only the way out uses."""
        await self._text_writer.discard()

    async def _keeps_texts(self) -> bool:
        async with Kafka(self._config.connection) as kafka:
            return await kafka.partitions(self._config.topic(TEXTS)) is not None


def adapters_of(supplies: Iterable[Supply]) -> dict[Channel, dict[str, Adapter]]:
    """By channel, and by the name under which outcomes name them."""
    adapters: dict[Channel, dict[str, Adapter]] = {}
    for supply in supplies:
        adapters.setdefault(supply.channel, {})[supply.name] = supply.adapter
    return adapters
