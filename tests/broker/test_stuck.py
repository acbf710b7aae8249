"""A worker to which nothing is delivered any more, though Kafka answers, tries to read again and then ends for a restart."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatcher.exit_codes import ExitCode
from tests.broker.impaired_worker import DEAF
from tests.broker.installation import due, each_of, installation, new_prefix, profile
from tests.broker.operations import ended, logged
from tests.broker.providers import number, providers, starting_at

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
FIRST, LATER = "first", "later"
NUMBERS = {FIRST: number(850), LATER: number(851)}


async def test_it_ends_with_its_own_exit_code_and_the_next_worker_loses_nothing(broker: str, tmp_path: Path):
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), tmp_path, partitions=1, settings=reachable.settings) as installed,
    ):

        async def owe(customer: str) -> None:
            phones = [{"number": NUMBERS[customer], "kind": "mobile"}]
            known = profile(customer, at=OPENED, phones=phones, emails=[])
            await installed.publish([known, due(customer, "I-1", at=OPENED)])

        program = ("tests.broker.impaired_worker", "going_deaf")
        deaf = installed.worker("deaf", program=program, **starting_at(OPENED))
        await owe(FIRST)
        await installed.until(each_of([FIRST], lambda each: each.result == "accepted"))
        (tmp_path / "deaf" / DEAF).touch()
        await owe(LATER)
        assert await ended(deaf, timeout_s=40) == ExitCode.STUCK
        assert logged(deaf, "no_progress")

        installed.worker("next", **starting_at(OPENED))
        await installed.until(each_of([LATER], lambda each: each.result == "accepted"))
        assert [reachable.messages_to(each) for each in NUMBERS.values()] == [1, 1]
