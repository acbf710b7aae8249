"""Results of call tasks: believed only when a desk signed them lately, and counted once however often they are sent."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from dispatcher.settings import Secret
from schemas.codec import Accepted, read
from schemas.topics import CUSTOMERS_FEEDBACK
from tests.gateway.samples import example
from tests.gateway.site import Site, site

pytestmark = pytest.mark.asyncio
SECRET, OLD = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b2xkb2xk" * 4
PATH = "/hooks/desk/result"
EXAMPLE = example("contact.reported-task")


def house() -> Site:
    return site(desk=(Secret(SECRET), Secret(OLD)))


def result(**changes: object) -> dict[str, object]:
    return {"type": "contact.reported", "timestamp": EXAMPLE["time"], "data": EXAMPLE["data"]} | changes


async def call(
    at: Site, told: object, *, by: str = SECRET, age: timedelta = timedelta(), name: str = "msg_1"
) -> httpx.Response:
    body, when = json.dumps(told), datetime.now(UTC) - age
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(by).sign(name, when, body),
    }
    return await at.client.post(PATH, content=body, headers=headers)


def written(at: Site) -> Accepted:
    (entry,) = at.writer.entries
    event = read(entry.topic, entry.value)
    assert isinstance(event, Accepted)
    return event


async def test_a_signed_result_becomes_the_event_of_a_reported_contact():
    at = house()

    answer = await call(at, result())

    expected = read(CUSTOMERS_FEEDBACK, json.dumps(EXAMPLE).encode())
    assert isinstance(expected, Accepted)
    assert (answer.status_code, written(at).fact, written(at).at) == (204, expected.fact, expected.at)


async def test_it_is_written_under_the_customer_on_the_feedback_topic():
    at = house()

    await call(at, result())

    assert (at.writer.entries[0].topic, at.writer.entries[0].key) == (CUSTOMERS_FEEDBACK, EXAMPLE["subject"].encode())


async def test_its_identity_is_that_of_the_call_so_that_a_repetition_counts_once():
    at = house()

    await call(at, result(), name="msg_7")

    assert (written(at).source, written(at).id) == ("dispatcher/desk", "msg_7")


async def test_a_result_that_nobody_signed_is_turned_away():
    at = house()

    answer = await at.client.post(PATH, json=result())

    assert (answer.status_code, at.writer.entries) == (403, [])


async def test_a_result_signed_with_another_secret_is_turned_away():
    assert (await call(house(), result(), by="whsec_" + "YW5vdGhl" * 4)).status_code == 403


async def test_the_secret_before_is_still_believed():
    assert (await call(house(), result(), by=OLD)).status_code == 204


@pytest.mark.parametrize("minutes", [6, -6])
async def test_a_result_signed_more_than_five_minutes_away_is_turned_away(minutes):
    assert (await call(house(), result(), age=timedelta(minutes=minutes))).status_code == 403


async def test_a_result_signed_four_minutes_ago_is_believed():
    assert (await call(house(), result(), age=timedelta(minutes=4))).status_code == 204


async def test_a_wrong_result_names_the_field_as_it_stands_in_the_body():
    answer = await call(house(), result(timestamp="yesterday"))

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "timestamp")


@pytest.mark.parametrize("told", [[], 7, None, {}, {"type": "hold.placed"}, result(data=None), result(data=[])])
async def test_a_signed_body_that_is_no_result_is_refused_and_nothing_is_written(told):
    at = house()

    answer = await call(at, told)

    assert (answer.status_code, at.writer.entries) == (422, [])


async def test_without_kafka_a_result_is_not_acknowledged():
    at = house()
    at.writer.away = True

    assert (await call(at, result())).status_code == 503


async def test_without_a_secret_there_is_no_such_hook():
    assert (await call(site(), result())).status_code == 404


_SHARED = house()
HEADER = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=100),
    signature=HEADER | st.lists(HEADER, max_size=3).map(lambda parts: " ".join(f"v1,{part}" for part in parts)),
    timestamp=HEADER | st.sampled_from(["nan", "inf", "-1e400", "1e12"]),
)
async def test_whatever_is_not_signed_is_turned_away(body, signature, timestamp):
    headers = {"webhook-id": "m", "webhook-signature": signature, "webhook-timestamp": timestamp}

    assert (await _SHARED.client.post(PATH, content=body, headers=headers)).status_code == 403
