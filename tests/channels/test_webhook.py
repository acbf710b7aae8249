"""The adapter that hands messages to a receiver of one's own."""

import json
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import pytest_asyncio
import standardwebhooks
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from channels.accounts import WebhookConfig
from channels.conformance import CASES, EVERY
from channels.conformance_receipts import NOW, RECEIPT_CASES
from channels.protocol import Accepted, CannotTell, Deferred, Lookup, Message, Rejected, Unknown
from channels.receipts import Callback, Forged, Receipt, Unreadable
from channels.webhook import Webhook
from channels.webhook_receipts import WebhookReceipts
from tests.channels.receivers import Receiver

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
MESSAGE = Message("a-1", "sms", "+12025550123", "Invoice 4711 is due. 逾期", "en", customer_id="C-1", contact_id="ct-1")


class WebhookHarness:
    situations = EVERY
    secrets = (MESSAGE.recipient, MESSAGE.text, SECRET, SECRET.removeprefix("whsec_"))

    def __init__(self, receiver):
        self.receiver = receiver
        self.adapter = Webhook("sms", WebhookConfig(receiver.url + "/tasks", SECRET))

    def message(self, attempt_id):
        return Message(attempt_id, "sms", MESSAGE.recipient, MESSAGE.text, "en")

    def stage(self, situation):
        self.receiver.stage(situation)

    async def request_read(self):
        await self.receiver.read_one()

    async def disappear(self):
        await self.receiver.close()

    def taken(self):
        return len(self.receiver.taken)


@pytest_asyncio.fixture
async def receiver():
    async with Receiver() as receiving:
        yield receiving


@asynccontextmanager
async def adapter_for(receiver, **others):
    adapter = Webhook("sms", WebhookConfig(receiver.url + "/tasks", SECRET), **others)
    try:
        yield adapter
    finally:
        await adapter.close()


async def send(adapter, message=MESSAGE):
    return await adapter.send(adapter.prepare(message), permit=lambda: True, deadline_s=5.0)


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_the_webhook_conforms(case, receiver):
    harness = WebhookHarness(receiver)
    try:
        await CASES[case](harness)
    finally:
        await harness.adapter.close()


@pytest.mark.asyncio
async def test_the_receiver_can_check_who_sent_it_and_when(receiver):
    async with adapter_for(receiver) as adapter:
        await send(adapter)
    _, headers, body = receiver.requests[0]
    told = standardwebhooks.Webhook(SECRET).verify(body, headers)
    assert told["data"]["attempt_id"] == headers["webhook-id"] == "a-1"


@pytest.mark.asyncio
async def test_the_trace_of_a_message_is_a_header_and_no_part_of_what_is_said(receiver):
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with adapter_for(receiver) as adapter:
        await send(adapter, replace(MESSAGE, trace=trace))
        await send(adapter)
    (_, traced, said), (_, plain, said_without) = receiver.requests
    assert (traced["traceparent"], plain.get("traceparent"), said) == (trace, None, said_without)


@pytest.mark.asyncio
async def test_the_receiver_is_told_what_there_is_to_say(receiver):
    async with adapter_for(receiver) as adapter:
        await send(adapter)
    assert json.loads(receiver.taken[0]) == {
        "type": "message.due",
        "data": {
            "attempt_id": "a-1",
            "channel": "sms",
            "recipient": "+12025550123",
            "text": "Invoice 4711 is due. 逾期",
            "locale": "en",
            "contact_id": "ct-1",
            "customer_id": "C-1",
        },
    }


@pytest.mark.asyncio
@pytest.mark.parametrize("channel", ["sms", "email", "call_task"])
async def test_it_serves_any_channel(channel):
    assert Webhook(channel, WebhookConfig("http://127.0.0.1:9", SECRET)).capabilities.channel == channel


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (lambda: web.json_response({"reference": "T-7"}, status=202), Accepted("T-7")),
        (lambda: web.Response(status=204), Accepted("a-1")),
        (lambda: web.Response(text="thanks"), Accepted("a-1")),
        (lambda: web.json_response({"reference": "a b"}), Accepted("a-1")),
        (lambda: web.json_response({"reference": 7}), Accepted("a-1")),
        (
            lambda: web.json_response({"refusal": "suppressed", "code": "opted-out"}, status=403),
            Rejected("suppressed", "opted-out"),
        ),
        (
            lambda: web.json_response({"refusal": "nobody", "code": "Kim Doe"}, status=400),
            Rejected("content", "http-400"),
        ),
        (lambda: web.Response(status=401), Rejected("config", "http-401")),
        (lambda: web.Response(status=404), Rejected("config", "http-404")),
        (lambda: web.Response(status=410), Rejected("config", "http-410")),
        (lambda: web.Response(status=413), Rejected("content", "http-413")),
        (lambda: web.Response(status=422), Rejected("content", "http-422")),
        (lambda: web.Response(status=429), Deferred(5.0, "provider", "http-429")),
        (lambda: web.Response(status=408), Unknown("http-408")),
        (lambda: web.Response(status=409), Unknown("http-409")),
        (lambda: web.Response(status=302, headers={"Location": "/elsewhere"}), Unknown("http-302")),
        (lambda: web.Response(status=500), Unknown("http-500")),
        (lambda: web.Response(status=503, headers={"Retry-After": "1"}), Unknown("http-503")),
    ],
)
async def test_an_answer_means(answer, outcome):
    async with Receiver(answer) as receiver, adapter_for(receiver) as adapter:
        assert await send(adapter) == outcome
        assert len(receiver.requests) == 1


@pytest.mark.asyncio
async def test_what_became_of_a_message_cannot_be_asked(receiver):
    async with adapter_for(receiver) as adapter:
        assert await adapter.reconcile(Lookup("a-1", MESSAGE.recipient, 0), deadline_s=1.0) == CannotTell()


@pytest.mark.asyncio
async def test_a_text_that_no_message_can_hold_is_refused():
    message = Message("a-1", "sms", "+12025550123", "\ud800", "en")
    assert Webhook("sms", WebhookConfig("http://127.0.0.1:9", SECRET)).prepare(message) == Rejected(
        "content", "unencodable"
    )


# --- what the receiver tells later


def signed(told, at=NOW, name="msg-1", secret=SECRET):
    body = json.dumps({"data": told}) if isinstance(told, dict) else told
    instant = standardwebhooks.webhooks.datetime.fromtimestamp(at // 1000, standardwebhooks.webhooks.timezone.utc)
    headers = {
        "webhook-id": name,
        "webhook-timestamp": str(at // 1000),
        "webhook-signature": standardwebhooks.Webhook(secret).sign(name, instant, body),
    }
    return Callback("/hooks/webhook", body.encode(), headers)


class WebhookReceiptHarness:
    is_timed = True
    secrets = (SECRET, SECRET.removeprefix("whsec_"))
    receipts = WebhookReceipts(["whsec_" + "A" * 32, SECRET])

    def callback(self, customer_id, attempt_id, status, at):
        return signed({"customer_id": customer_id, "attempt_id": attempt_id, "status": status}, at)


@pytest.mark.parametrize("case", RECEIPT_CASES)
def test_its_receipts_conform(case):
    RECEIPT_CASES[case](WebhookReceiptHarness())


def read(callback, now=NOW):
    return WebhookReceiptHarness.receipts.read(callback, now)


def test_a_result_carries_the_receivers_name_and_code():
    told = {
        "customer_id": "C-1",
        "attempt_id": "a-1",
        "status": "undelivered",
        "reference": "T-7",
        "code": "no-answer",
        "x": 1,
    }
    assert read(signed(told)) == Receipt("C-1", "a-1", "undelivered", "T-7", "no-answer")


@pytest.mark.parametrize(
    ("late_s", "kind"), [(0, Receipt), (300, Receipt), (-300, Receipt), (301, Forged), (-301, Forged)]
)
def test_a_signature_is_good_for_five_minutes(late_s, kind):
    told = {"customer_id": "C-1", "attempt_id": "a-1", "status": "delivered"}
    assert isinstance(read(signed(told), NOW + late_s * 1000), kind)


def test_one_good_signature_among_several_is_enough():
    callback = signed({"customer_id": "C-1", "attempt_id": "a-1", "status": "delivered"})
    both = "v1,AAAA v2,x " + callback.headers["webhook-signature"]
    assert isinstance(read(Callback("/", callback.body, callback.headers | {"webhook-signature": both})), Receipt)


def test_the_secret_of_somebody_else_is_no_good():
    told = {"customer_id": "C-1", "attempt_id": "a-1", "status": "delivered"}
    assert read(signed(told, secret="whsec_" + "B" * 32)) == Forged()


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[]",
        '{"data": 1}',
        {"customer_id": "C-1"},
        {"customer_id": "", "attempt_id": "a", "status": "delivered"},
        {"customer_id": "C-1", "attempt_id": "a-1", "status": "perhaps"},
    ],
)
def test_a_signed_body_that_says_nothing_is_unreadable(told):
    assert isinstance(read(signed(told)), Unreadable)


@given(
    st.binary(max_size=200),
    st.dictionaries(st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature"]), st.text()),
)
def test_any_request_is_read_without_a_fault(body, headers):
    assert isinstance(read(Callback("/", body, headers)), Forged)
