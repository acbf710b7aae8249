"""Where the group's consumer reads on, and whether: what lanes, intake and the watchdog ask of it."""

from collections.abc import Callable

from faust.types import TP

from dispatcher.engine.positions import PositionedConsumer


class ReadingOn:
    """Asks the consumer that there is at the moment of asking: Faust makes it when it starts."""

    def __init__(self, consumer: Callable[[], PositionedConsumer]) -> None:
        """Asks nothing yet."""
        self._consumer = consumer

    def owns(self, tp: TP) -> bool:
        """Whether the partition is ours now."""
        return tp in self._consumer().assignment()

    async def committed(self, tp: TP) -> int | None:
        """The group's committed offset; None if it has none."""
        return await self._consumer().committed_position(tp)

    async def seek(self, tp: TP, offset: int) -> bool:
        """Read on from there; False if the partition is not ours any more."""
        return await self._consumer().seek_owned(tp, offset)

    def pause(self, tp: TP) -> None:
        """Fetch nothing of it until `resume`."""
        self._consumer().pause_partitions({tp})

    def resume(self, tp: TP) -> None:
        """Fetch it again, if it is still ours."""
        if self.owns(tp):
            self._consumer().resume_partitions({tp})

    async def again(self, tp: TP, offset: int) -> None:
        """Read from there whatever was delivered, dropped or paused before."""
        if await self.seek(tp, offset):
            self.resume(tp)
