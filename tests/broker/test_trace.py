"""One trace id finds what was published, decided, sent and answered."""

import pytest
import pytest_asyncio

from schemas import journal, topics
from schemas.journal import JournalRecord
from schemas.trace import HEADER, trace_of
from tests.broker.conftest import House
from tests.broker.gateways import gateway
from tests.broker.installation import due, each_of, event, profile
from tests.broker.providers import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
WHO, POINT = "traced", number(710)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def way(house: House) -> dict[str, tuple[JournalRecord, str]]:
    """An invoice comes over HTTP with a trace, a message about it is sent, and its receipt comes without one.

    What the journal says of each result, and the trace that the record has as a header.
    """
    installed = house.installed
    known = {"phones": [{"number": POINT, "kind": "mobile"}], "emails": []}
    await installed.publish([profile(WHO, at=house.opened, **known)])
    at = await gateway(installed, "tracing")
    _, _, invoice = due(WHO, "I-1", at=house.opened)
    answer = await at.client.post(
        "/v1/events", content=invoice, headers={"content-type": "application/json", HEADER: TRACE}
    )
    assert answer.status_code == 202
    await at.client.aclose()
    accepted = each_of([WHO], lambda each: each.result == "accepted")
    contact_id = next(
        each.contact_id
        for each in await installed.until(accepted)
        if (each.customer_id, each.result) == (WHO, "accepted")
    )
    receipt = {"contact_id": contact_id, "channel": "sms", "direction": "outbound", "at": house.opened.isoformat()}
    receipt |= {"by": "provider", "outcome": "delivered", "contact_class": "none"}
    await installed.publish([event("contact.reported", WHO, at=house.opened, fields=receipt)])
    await installed.until(each_of([WHO], lambda each: each.result == "delivered"))
    written = [each for each in await installed.records(topics.JOURNAL) if each.key == WHO.encode()]
    told = [(journal.decode_journal(each.value or b""), trace_of(each.headers)) for each in written]
    return {each.result: (each, header) for each, header in told if each.stage is not None}


async def test_a_trace_travels_from_the_request_through_the_inbox_into_the_journal(way):
    claimed, _ = way["claimed"]
    assert claimed.cause is not None
    assert claimed.cause.trace == TRACE


@pytest.mark.parametrize("result", ["claimed", "accepted", "delivered"])
async def test_every_step_of_the_contact_is_found_by_it(way, result):
    record, header = way[result]
    assert (record.known_trace, header) == (TRACE, TRACE)


async def test_the_provider_is_asked_with_it(way, house: House):
    assert way
    assert house.providers.twilio.traces == {POINT: TRACE}
