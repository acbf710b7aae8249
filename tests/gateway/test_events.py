"""`POST /v1/events`: what intake would accept is written whole; anything else is named, and nothing is written."""

import json

import pytest

from dispatcher.gateway.event_reading import MOST_EVENTS
from schemas.codec import read
from schemas.routing import topic_of
from schemas.topics import BILLING_DUE, CUSTOMERS_FEEDBACK
from tests.gateway.samples import EXAMPLES, JSON, as_batch, example
from tests.gateway.site import site

pytestmark = pytest.mark.asyncio
PATH = "/v1/events"
INVALID = {
    path.stem: case
    for path in sorted((EXAMPLES / "invalid").glob("*.json"))
    if (case := json.loads(path.read_bytes()))["reason"] != "wrong_topic"  # over HTTP the type alone chooses the topic
}


async def test_one_event_goes_to_its_topic_as_it_was_written():
    at = site()
    body = (EXAMPLES / "valid" / "invoice.due.json").read_bytes()

    answer = await at.client.post(PATH, content=body, headers={"content-type": "application/cloudevents+json"})

    assert answer.status_code == 202
    assert [(each.topic, each.value) for each in at.writer.entries] == [(BILLING_DUE, body)]


async def test_its_key_is_the_customer():
    at = site()

    await at.client.post(PATH, json=example("invoice.due"))

    assert at.writer.entries[0].key.decode() == example("invoice.due")["subject"]


async def test_a_batch_is_written_together():
    at = site()
    kind = {"content-type": "application/cloudevents-batch+json"}

    answer = await at.client.post(PATH, content=as_batch(example("invoice.due"), example("promise.made")), headers=kind)

    assert answer.json()["accepted"] == 2
    assert [each.topic for each in at.writer.entries] == [BILLING_DUE, CUSTOMERS_FEEDBACK]


async def test_the_answer_names_each_event():
    at = site()

    answer = await at.client.post(
        PATH, content=as_batch(example("invoice.due", id="a"), example("invoice.due", id="b")), headers=JSON
    )

    assert [(each["index"], each["id"]) for each in answer.json()["events"]] == [(0, "a"), (1, "b")]


async def test_the_answer_counts_fields_that_nobody_knows():
    at = site()
    event = example("invoice.due")
    event["data"]["colour"] = "red"

    answer = await at.client.post(PATH, json=event)

    assert answer.json()["events"][0]["unknown_fields"] == 1


async def test_one_wrong_event_keeps_the_whole_batch_out():
    at = site()
    wrong = example("invoice.due")
    wrong["data"]["due_on"] = "soon"

    answer = await at.client.post(PATH, content=as_batch(example("invoice.due"), wrong), headers=JSON)

    assert (answer.status_code, at.writer.entries) == (422, [])


async def test_a_wrong_event_is_named_by_place_reason_and_expectation():
    at = site()
    wrong = example("invoice.due", id="w", source="/s")
    wrong["data"]["due_on"] = "soon"

    answer = await at.client.post(PATH, content=as_batch(example("invoice.due"), wrong), headers=JSON)

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"] == [
        {
            "reason": "impossible_date",
            "path": "data.due_on",
            "expected": "expected a date like 2026-11-30",
            "index": 1,
            "id": "w",
            "source": "/s",
        }
    ]


@pytest.mark.parametrize("case", INVALID.values(), ids=INVALID)
async def test_every_invalid_example_of_the_contract_is_refused_in_the_words_of_intake(case):
    event = case["event"]
    value = event.encode(errors="surrogatepass") if isinstance(event, str) else json.dumps(event).encode()
    expected = read(topic_of(value), value)
    at = site()

    answer = await at.client.post(PATH, content=value, headers={"content-type": "application/cloudevents+json"})

    told = answer.json()["errors"][0]
    assert (told["reason"], told["path"], told["expected"]) == (expected.reason, expected.path, expected.message)


async def test_an_event_that_is_no_json_is_a_bad_request():
    answer = await site().client.post(PATH, content=b'{"specversion', headers=JSON)

    assert answer.status_code == 400


async def test_a_batch_that_is_no_list_is_a_bad_request():
    kind = {"content-type": "application/cloudevents-batch+json"}

    answer = await site().client.post(PATH, json=example("invoice.due"), headers=kind)

    assert answer.status_code == 400


async def test_binary_mode_is_refused_by_name():
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-type": "invoice.due", "ce-source": "/x"}

    answer = await site().client.post(PATH, json={"customer_id": "C-1"}, headers=headers)

    assert answer.json()["errors"][0]["reason"] == "binary_mode"


async def test_another_media_type_is_refused():
    answer = await site().client.post(PATH, content=b"<event/>", headers={"content-type": "text/xml"})

    assert answer.status_code == 415


async def test_an_empty_batch_is_accepted_and_writes_nothing():
    at = site()

    answer = await at.client.post(PATH, content=b"[]", headers=JSON)

    assert (answer.status_code, answer.json()["accepted"], at.writer.entries) == (202, 0, [])


async def test_more_events_than_a_request_may_hold_are_refused():
    answer = await site().client.post(PATH, content=as_batch(*[{}] * (MOST_EVENTS + 1)), headers=JSON)

    assert answer.status_code == 400


async def test_a_body_that_is_too_large_is_refused():
    answer = await site().client.post(PATH, content=b" " * 5_000_000, headers=JSON)

    assert answer.status_code == 413


async def test_without_kafka_the_caller_is_told_when_to_come_back():
    at = site()
    at.writer.away = True

    answer = await at.client.post(PATH, json=example("invoice.due"))

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


async def test_an_event_without_an_id_is_refused():
    event = example("invoice.due")
    del event["id"]

    answer = await site().client.post(PATH, json=event)

    assert answer.json()["errors"][0]["path"] == "id"


async def _id_given(idempotency_key: str, **changes: object) -> str:
    event = example("invoice.due", **changes)
    del event["id"]
    answer = await site().client.post(PATH, json=event, headers={"Idempotency-Key": idempotency_key})
    return answer.json()["events"][0]["id"]


async def test_an_idempotency_key_gives_the_same_event_the_same_id():
    assert await _id_given("k") == await _id_given("k")


async def test_another_idempotency_key_gives_another_id():
    assert await _id_given("k") != await _id_given("l")


async def test_another_event_under_the_same_idempotency_key_gets_an_id_of_its_own():
    assert await _id_given("k") != await _id_given("k", source="/another")


async def test_two_equal_events_of_a_batch_get_two_ids():
    event = example("invoice.due")
    del event["id"]

    answer = await site().client.post(PATH, content=as_batch(event, event), headers=JSON | {"Idempotency-Key": "k"})

    first, second = answer.json()["events"]
    assert first["id"] != second["id"]


async def test_an_id_of_the_senders_own_is_kept_whatever_the_idempotency_key():
    answer = await site().client.post(PATH, json=example("invoice.due", id="own"), headers={"Idempotency-Key": "k"})

    assert answer.json()["events"][0]["id"] == "own"


async def test_the_idempotency_key_comes_back():
    answer = await site().client.post(PATH, json=example("invoice.due"), headers={"Idempotency-Key": "k"})

    assert answer.headers["idempotency-key"] == "k"


async def test_an_idempotency_key_that_is_too_long_is_refused():
    answer = await site().client.post(PATH, json=example("invoice.due"), headers={"Idempotency-Key": "k" * 201})

    assert answer.status_code == 400


async def test_refused_events_are_counted_by_reason():
    at = site()

    await at.client.post(PATH, json=example("invoice.due", specversion="0.3"))

    assert at.counted('dispatcher_gateway_events_refused_total{reason="unsupported_specversion"}') == 1
