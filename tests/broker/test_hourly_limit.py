"""`max_contacts_per_hour` on a real cluster: a restart within the hour does not give a fresh one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.broker.installation import POLICY, codes, due, each_of, installation, new_prefix, profile
from tests.broker.operations import eventually, logged, metric
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
FIRST, SECOND = "first", "second"
NUMBERS = {FIRST: number(840), SECOND: number(841)}


async def test_a_restart_within_the_hour_goes_on_counting_stops_the_channel_and_says_so(broker: str, tmp_path: Path):
    policy = tmp_path / "policy.toml"
    text = POLICY.read_text(encoding="utf-8")
    limit = "# max_contacts_per_hour = { sms = 2000 }"
    assert limit in text
    policy.write_text(text.replace(limit, "max_contacts_per_hour = { sms = 1 }"), encoding="utf-8")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), tmp_path, partitions=1, settings=reachable.settings) as installed,
    ):

        async def owe(customer: str) -> None:
            phones = [{"number": NUMBERS[customer], "kind": "mobile"}]
            known = profile(customer, at=OPENED, phones=phones, emails=[])
            await installed.publish([known, due(customer, "I-1", at=OPENED)])

        before = installed.worker("before", **starting_at(OPENED), DISPATCHER_POLICY=str(policy))
        await owe(FIRST)
        await installed.until(each_of([FIRST], lambda each: each.result == "accepted"))
        await before.end()

        after = installed.worker("after", **starting_at(OPENED), DISPATCHER_POLICY=str(policy))
        await owe(SECOND)
        await installed.until(each_of([SECOND], lambda each: codes(each) == ["provider_limit"]))

        async def is_told() -> bool:
            return await metric(after, 'dispatcher_contacts_limit_reached_total{channel="sms"}') == 1

        await eventually(is_told, "the metric says so", worker=after)
        assert reachable.messages_to(NUMBERS[SECOND]) == 0
        assert [each["channel"] for each in logged(after, "contacts_limit_reached")] == ["sms"]
