"""The stream that tells a supervisor's page that something changed: never what, and not for ever."""

import asyncio

import pytest

from dispatcher.gateway.calls.overview import Overview, Queued
from dispatcher.gateway.desk_pages.news import MOST_STREAMS, Pace, Watch

pytestmark = pytest.mark.asyncio

AT_ONCE = Pace(look_s=0.0, heartbeat_s=0.0, renewed_s=1e9)
BEGUN, CHANGED, OVER = b":\n\n", b"event: changed\ndata:\n\n", b"event: over\ndata:\n\n"


class Desk:
    """A queue that grows when a test says so; `looked` counts the looks at it."""

    def __init__(self) -> None:
        self.waiting = 1
        self.looked = 0

    async def overview(self) -> Overview:
        self.looked += 1
        return Overview(self.looked, (Queued("call", 5, self.waiting, 1, None),), *((),) * 8, 0)


async def always() -> bool:
    return True


async def until(stream, wanted: bytes) -> list[bytes]:
    """What comes up to the first of these."""
    found = []
    async with asyncio.timeout(5):
        async for each in stream:
            found.append(each)
            if each == wanted:
                return found
    raise AssertionError(found)


async def test_a_page_is_told_once_that_something_changed():
    desk = Desk()
    watch = Watch(desk.overview, lambda: float(desk.looked), AT_ONCE)
    stream = watch.stream(always, asyncio.Event())
    await until(stream, BEGUN)
    desk.waiting = 2

    assert CHANGED in await until(stream, CHANGED)


async def test_what_stays_as_it_is_is_no_news():
    desk = Desk()
    watch = Watch(desk.overview, lambda: float(desk.looked), AT_ONCE)
    first = await watch.version()

    assert await watch.version() == first


async def test_however_many_watch_the_desk_is_looked_at_once():
    desk = Desk()
    watch = Watch(desk.overview, lambda: 0.0)
    await asyncio.gather(*(watch.version() for _ in range(20)))

    assert desk.looked == 1


async def test_a_stream_ends_when_the_gateway_leaves():
    leaving = asyncio.Event()
    stream = Watch(Desk().overview, lambda: 0.0).stream(always, leaving)
    await until(stream, BEGUN)
    leaving.set()

    assert await until(stream, OVER) == [OVER]


async def test_a_stream_ends_with_the_session_of_whoever_watches():
    async def no_more() -> bool:
        return False

    desk = Desk()
    watch = Watch(desk.overview, lambda: float(desk.looked), AT_ONCE)

    assert (await until(watch.stream(no_more, asyncio.Event()), OVER))[-1] == OVER


async def test_a_stream_that_ended_makes_room_for_another():
    leaving = asyncio.Event()
    leaving.set()
    watch = Watch(Desk().overview, lambda: 0.0)
    assert [each async for each in watch.stream(always, leaving)] == [BEGUN, OVER]

    assert watch.watching == 0


async def test_there_are_not_more_streams_than_the_gateway_holds():
    watch = Watch(Desk().overview, lambda: 0.0)
    streams = [watch.stream(always, asyncio.Event()) for _ in range(MOST_STREAMS)]
    for each in streams:
        await until(each, BEGUN)

    assert watch.is_full()
    for each in streams:
        await each.aclose()
