"""`/v1/customers/...`: what is said in plain JSON becomes the event that intake accepts."""

import json

import msgspec
import pytest

from dispatcher.gateway.statements import STATEMENTS
from schemas.codec import Accepted, read
from schemas.inbox import CustomerErased, FeedbackGiven, HoldPlaced, HoldReleased, ProfileStated
from schemas.topics import CUSTOMERS_FEEDBACK, CUSTOMERS_UPDATED
from schemas.values import to_micros
from tests.gateway.samples import example
from tests.gateway.site import NOW, Site, site

pytestmark = pytest.mark.asyncio
HOLD = {"scope": "customer", "kind": "dispute"}
EXAMPLE_OF = {each.event_type: each for each in STATEMENTS}


def written(at: Site) -> Accepted:
    """The one event that was written, as intake reads it."""
    (entry,) = at.writer.entries
    event = read(entry.topic, entry.value)
    assert isinstance(event, Accepted)
    return event


@pytest.mark.parametrize("event_type", EXAMPLE_OF)
async def test_each_statement_says_what_the_example_of_its_event_says(event_type):
    statement, whole = EXAMPLE_OF[event_type], example(event_type)
    expected = read(statement.topic, json.dumps(whole).encode())
    assert isinstance(expected, Accepted)
    data = dict(whole["data"])
    customer_id, own_id = data.pop("customer_id"), data.get(statement.own_id or "", "")
    path = statement.path.replace("{customer_id:str}", customer_id).replace(f"{{{statement.own_id}:str}}", own_id)
    at = site()

    answer = await at.client.request(statement.method, path, json=data)

    assert (answer.status_code, written(at).fact) == (202, expected.fact)


async def test_a_hold_goes_to_the_feedback_topic_under_the_customer():
    """S21"""
    at = site()

    await at.client.post("/v1/customers/C-1/holds", json=HOLD)

    assert [(each.topic, each.key) for each in at.writer.entries] == [(CUSTOMERS_FEEDBACK, b"C-1")]


async def test_a_profile_goes_to_the_topic_of_profiles():
    at = site()
    profile = {"name": "Ada", "locale": "en", "country": "GB", "phones": [], "emails": []}

    await at.client.put("/v1/customers/C-1", json=profile)

    assert at.writer.entries[0].topic == CUSTOMERS_UPDATED
    assert isinstance(written(at).fact, ProfileStated)


async def test_a_hold_without_an_id_gets_one_and_tells_it():
    at = site()

    answer = await at.client.post("/v1/customers/C-1/holds", json=HOLD)

    fact = written(at).fact
    assert isinstance(fact, HoldPlaced)
    assert answer.json()["id"] == fact.hold_id


async def test_a_hold_keeps_the_id_that_it_was_given():
    at = site()

    answer = await at.client.post("/v1/customers/C-1/holds", json=HOLD | {"hold_id": "H-7"})

    assert answer.json()["id"] == "H-7"


async def test_a_hold_is_released_by_its_address():
    at = site()

    await at.client.delete("/v1/customers/C-1/holds/H-7")

    assert written(at).fact == HoldReleased("H-7")


async def test_erasure_needs_no_body():
    at = site()

    await at.client.post("/v1/customers/C-1/erasure")

    assert written(at).fact == CustomerErased()


async def test_the_caller_is_the_source():
    at = site()

    await at.client.post("/v1/customers/C-1/holds", json=HOLD)

    assert written(at).source == "dispatcher/gateway/billing"


async def test_without_a_time_it_is_stated_now():
    at = site()

    await at.client.post("/v1/customers/C-1/holds", json=HOLD)

    assert written(at).at == to_micros(NOW)


async def test_a_statement_may_say_when_it_was_made():
    at = site()

    await at.client.post("/v1/customers/C-1/feedback", json={"score": 5, "time": "2026-03-03T10:00:00Z"})

    assert (written(at).fact, written(at).at) == (FeedbackGiven(5), to_micros(NOW) - 86_400_000_000)


async def test_a_wrong_field_is_named_as_it_stands_in_the_body():
    answer = await site().client.post("/v1/customers/C-1/holds", json=HOLD | {"kind": "mood"})

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "kind")


async def test_a_wrong_statement_writes_nothing():
    at = site()

    await at.client.post("/v1/customers/C-1/holds", json={})

    assert at.writer.entries == []


async def test_another_customer_in_the_body_is_refused():
    answer = await site().client.post("/v1/customers/C-1/holds", json=HOLD | {"customer_id": "C-2"})

    assert answer.json()["errors"][0]["path"] == "customer_id"


@pytest.mark.parametrize("body", [b"[]", b"hold", b"\xff", b"7"])
async def test_a_body_that_is_no_object_is_a_bad_request(body):
    answer = await site().client.post("/v1/customers/C-1/holds", content=body)

    assert answer.status_code == 400


async def test_without_kafka_the_caller_is_told_to_come_back():
    at = site()
    at.writer.away = True

    assert (await at.client.post("/v1/customers/C-1/holds", json=HOLD)).status_code == 503


async def _said(key: str, **body: object) -> tuple[str, str]:
    answer = await site().client.post("/v1/customers/C-1/holds", json=HOLD | body, headers={"Idempotency-Key": key})
    told = msgspec.json.decode(answer.content)
    return told["event_id"], told["id"]


async def test_the_same_hold_under_the_same_idempotency_key_is_the_same_event_and_the_same_hold():
    assert await _said("k") == await _said("k")


async def test_another_hold_under_the_same_idempotency_key_is_another_event():
    assert (await _said("k"))[0] != (await _said("k", note="more"))[0]


async def test_without_a_key_the_same_hold_twice_is_two_holds():
    at = site()
    first = await at.client.post("/v1/customers/C-1/holds", json=HOLD)
    second = await at.client.post("/v1/customers/C-1/holds", json=HOLD)

    assert first.json()["id"] != second.json()["id"]
