"""The adapter of tests and benchmarks keeps the part of the protocol that needs no provider."""

import pytest

from channels.fake import FakeAdapter, in_turn
from channels.protocol import Accepted, Message, NotStarted, Unknown

MESSAGE = Message("a-1", "sms", "+12025550123", "Due.", "en")


async def send(adapter, *, permit=lambda: True):
    return await adapter.send(adapter.prepare(MESSAGE), permit=permit, deadline_s=1.0)


@pytest.mark.asyncio
async def test_it_takes_everything_by_default():
    assert await send(FakeAdapter("sms")) == Accepted("a-1")


@pytest.mark.asyncio
async def test_it_follows_its_script_and_then_takes_everything():
    adapter = FakeAdapter("sms", in_turn([Unknown("timeout")]))
    assert [await send(adapter), await send(adapter)] == [Unknown("timeout"), Accepted("a-1")]


@pytest.mark.asyncio
async def test_it_remembers_what_it_was_asked_and_when():
    adapter = FakeAdapter("sms", clock=lambda: 7)
    await send(adapter)
    assert adapter.calls == [("a-1", 7)]


@pytest.mark.asyncio
async def test_it_obeys_the_permit():
    adapter = FakeAdapter("sms")
    assert (await send(adapter, permit=lambda: False), adapter.calls) == (NotStarted(), [])
