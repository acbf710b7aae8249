"""What the providers of named adapters tell: believed as each adapter's reader says, and written down as a receipt."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from channels.receipts import Callback, Receipt
from channels.webhook_receipts import WebhookReceipts
from dispatcher.engine.placement import partition_of
from schemas import inbox
from schemas.inbox import AttemptReceipt
from schemas.topics import INBOX
from tests.gateway.site import NOW, PARTITIONS, Site, site

pytestmark = pytest.mark.asyncio
SECRET = "whsec_" + "c2VjcmV0" * 4
PATH = "/hooks/adapters/webhook"
NAMES = {"customer_id": "C-1", "attempt_id": "ct-1.1"}


def house() -> Site:
    return site(readers={"webhook": WebhookReceipts([SECRET])})


async def call(
    at: Site, data: object, *, by: str = SECRET, age: timedelta = timedelta(), path: str = PATH
) -> httpx.Response:
    body, when = json.dumps({"data": data}), NOW - age
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(when.timestamp())),
        "webhook-signature": Webhook(by).sign("msg_1", when, body),
    }
    return await at.client.post(path, content=body, headers=headers)


def fact(at: Site) -> AttemptReceipt:
    (entry,) = at.writer.entries
    found = inbox.decode_arrival(entry.value).fact
    assert isinstance(found, AttemptReceipt)
    return found


@pytest.mark.parametrize("status", ["accepted", "delivered", "undelivered"])
async def test_a_signed_receipt_is_one_of_its_attempt(status):
    at = house()

    answer = await call(at, NAMES | {"status": status})

    assert (answer.status_code, fact(at)) == (204, AttemptReceipt("ct-1.1", "webhook", status))


async def test_it_goes_to_the_customers_partition_of_the_inbox():
    at = house()

    await call(at, NAMES | {"status": "delivered"})

    (entry,) = at.writer.entries
    assert (entry.topic, entry.key, entry.partition) == (INBOX, b"C-1", partition_of("C-1", PARTITIONS))


async def test_a_repetition_is_named_the_same():
    at = house()

    for _ in range(2):
        await call(at, NAMES | {"status": "delivered"})

    assert len({inbox.decode_arrival(each.value).cause.id for each in at.writer.entries}) == 1


async def test_what_came_later_is_named_otherwise():
    at = house()

    for status in ("accepted", "delivered"):
        await call(at, NAMES | {"status": status})

    assert len({inbox.decode_arrival(each.value).cause.id for each in at.writer.entries}) == 2


async def test_a_code_is_kept():
    at = house()

    await call(at, NAMES | {"status": "undelivered", "code": "30006"})

    assert fact(at).code == "30006"


@pytest.mark.parametrize("code", ["Kim Doe, +447700900123", "x" * 61, "kim@customer.example", "a b"])
async def test_what_is_no_code_is_kept_nowhere(code):
    at = house()

    await call(at, NAMES | {"status": "undelivered", "code": code})

    assert fact(at).code == ""


async def test_it_is_counted_by_its_status():
    at = house()

    await call(at, NAMES | {"status": "delivered"})

    assert at.counted('dispatcher_gateway_receipts_total{status="delivered"}') == 1


async def test_a_forged_receipt_is_turned_away():
    at = house()

    answer = await call(at, NAMES | {"status": "delivered"}, by="whsec_" + "YW5vdGhl" * 4)

    assert (answer.status_code, at.writer.entries) == (403, [])


async def test_a_receipt_that_was_signed_too_long_ago_is_turned_away():
    assert (await call(house(), NAMES | {"status": "delivered"}, age=timedelta(minutes=6))).status_code == 403


@pytest.mark.parametrize(
    "data",
    [
        {},
        NAMES,
        NAMES | {"status": "teleported"},
        NAMES | {"status": "delivered", "customer_id": "C" * 999},
        NAMES | {"status": "delivered", "attempt_id": "x" * 999},
    ],
)
async def test_a_signed_body_that_is_no_receipt_is_not_understood(data):
    at = house()

    answer = await call(at, data)

    assert (answer.status_code, at.writer.entries) == (400, [])


async def test_without_kafka_a_receipt_is_not_acknowledged():
    at = house()
    at.writer.away = True

    assert (await call(at, NAMES | {"status": "delivered"})).status_code == 503


async def test_an_adapter_that_nobody_named_has_no_address():
    assert (await call(site(), NAMES | {"status": "delivered"})).status_code == 404


class Noting:
    """A reader that believes everybody, and remembers what it was shown."""

    def __init__(self):
        self.seen: list[Callback] = []

    def read(self, callback: Callback, now: int) -> Receipt:
        self.seen.append(callback)
        self.now = now
        return Receipt("C-1", "ct-1.1", "delivered")


async def test_a_reader_sees_the_request_as_it_came():
    reader = Noting()
    at = site(readers={"acme": reader})

    await at.client.post("/hooks/adapters/acme/m%2D1?b=%41&a=1", content=b"\xff", headers={"X-Proof": "p"})

    (seen,) = reader.seen
    assert (seen.path_and_query, seen.body, seen.headers["x-proof"]) == (
        "/hooks/adapters/acme/m%2D1?b=%41&a=1",
        b"\xff",
        "p",
    )


async def test_a_reader_is_told_the_time_in_milliseconds():
    reader = Noting()

    await site(readers={"acme": reader}).client.post("/hooks/adapters/acme")

    assert datetime.fromtimestamp(reader.now / 1000, UTC) == NOW


_SHARED = house()
HEADER = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40)


@settings(max_examples=150, deadline=None)
@given(body=st.binary(max_size=100), signature=HEADER, timestamp=HEADER | st.sampled_from(["nan", "1e400", "9" * 300]))
async def test_whatever_is_not_signed_is_turned_away(body, signature, timestamp):
    headers = {"webhook-id": "m", "webhook-signature": signature, "webhook-timestamp": timestamp}

    assert (await _SHARED.client.post(PATH, content=body, headers=headers)).status_code == 403
