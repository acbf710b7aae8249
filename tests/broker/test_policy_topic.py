"""Many may want to put a policy in force at once: the topic says one thing, and says it once."""

import asyncio
import gc
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatcher.engine.clients import Kafka, Record
from dispatcher.engine.policy_topic import Policies, put_in_force
from schemas.policies import IN_FORCE_KEY, PolicyText
from schemas.topics import POLICY
from tests.broker.installation import Installation, installation, new_prefix

pytestmark = pytest.mark.asyncio

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MANY = [PolicyText(f"{n:012x}", f"# {n}", f"worker {n}", AT) for n in range(4)]


class NothingYet:
    """Kafka to somebody who can read nothing of it yet."""

    async def read(self, _topic: str, **_where: object) -> AsyncIterator[Record]:
        for record in ():
            yield record


async def put(installed: Installation, text: PolicyText, *, first_only: bool = False) -> Policies:
    async with Kafka(installed.config.connection) as kafka:
        return await put_in_force(kafka, installed.config, text, first_only=first_only)


async def keys(installed: Installation) -> list[str]:
    return [(each.key or b"").decode() for each in await installed.records(POLICY)]


async def test_of_many_first_policies_one_is_published_and_all_find_it(broker: str, tmp_path: Path):
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        found = await asyncio.gather(*(put(installed, each, first_only=True) for each in MANY))

        (chosen,) = {each.in_force.hash for each in found if each.in_force is not None}
        assert await keys(installed) == [chosen, IN_FORCE_KEY.decode()]
    gc.collect()  # the client reports a fenced producer when it is collected: not in the middle of something else


async def test_who_puts_it_in_force_knows_so_before_anybody_can_read_it(broker: str, tmp_path: Path):
    """Kafka confirms a transaction first, and lets it be read a moment later."""
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        found = await put_in_force(NothingYet(), installed.config, MANY[0], first_only=True)

    assert found.active == MANY[0]


async def test_a_policy_is_written_once_and_named_whenever_it_is_put_in_force(broker: str, tmp_path: Path):
    old, new, *_ = MANY
    async with installation(broker, new_prefix(), tmp_path, partitions=1) as installed:
        for text in (old, new, new, old):
            await put(installed, text)

        named = IN_FORCE_KEY.decode()
        assert await keys(installed) == [old.hash, named, new.hash, named, named]
