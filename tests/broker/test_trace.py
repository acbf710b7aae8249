"""The trace context of an input record stands with every decision that the record caused."""

import pytest

from tests.broker.conftest import House
from tests.broker.installation import due, each_of, profile

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


async def test_a_trace_travels_from_the_input_through_the_inbox_into_the_journal(house: House):
    who = "traced"
    await house.installed.publish([profile(who, at=house.opened)])
    topic, key, value = due(who, "I-1", at=house.opened)
    await house.installed.append(topic, value, key, headers=[("traceparent", TRACE.encode())])
    records = await house.installed.until(each_of([who], lambda each: each.result == "accepted"))

    causes = {each.result: each.cause for each in records if each.customer_id == who and each.stage is not None}
    assert causes["claimed"] is not None
    assert causes["claimed"].trace == TRACE
