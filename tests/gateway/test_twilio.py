"""Twilio's calls: believed only when signed for the very address, and written down as what they mean."""

import json
from hashlib import sha256
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.callback_token import token
from dispatcher.engine.placement import partition_of
from dispatcher.gateway.buckets import Buckets
from dispatcher.gateway.parts import TwilioHooks
from dispatcher.settings import Secret
from schemas import inbox, points
from schemas.inbox import AttemptReceipt
from schemas.topics import INBOX, POINTS
from schemas.values import to_micros
from tests.gateway.site import NOW, PARTITIONS, POINT_KEY, Clock, Site, site

pytestmark = pytest.mark.asyncio
ORIGIN = "https://pay.example"
TOKEN, OLD = "the token of the account", "the token before it"
NUMBER, OURS = "+447700900123", "+447700900999"
SID = "SM" + "0" * 32
FORM = {"content-type": "application/x-www-form-urlencoded"}
STATUS = f"/hooks/twilio/status/{token('C-1', 'attempt-1')}"
INBOUND = "/hooks/twilio/inbound"


def house(**hooks: object) -> Site:
    known = {"tokens": (Secret(TOKEN), Secret(OLD))} | hooks
    return site(twilio=TwilioHooks(ORIGIN, **known))


async def call(at: Site, path: str, form: dict[str, str], by: str = TOKEN, **headers: str) -> httpx.Response:
    signature = RequestValidator(by).compute_signature(ORIGIN + path, form)
    async with at.client_with(FORM | {"x-twilio-signature": signature} | headers) as client:
        return await client.post(path, content=urlencode(form))


def report(status: str, **more: str) -> dict[str, str]:
    return {"MessageSid": SID, "MessageStatus": status, "To": NUMBER, "From": OURS} | more


def message(text: str, **more: str) -> dict[str, str]:
    return {"MessageSid": SID, "From": NUMBER, "To": OURS, "Body": text} | more


def stated(at: Site) -> list[tuple[str, str]]:
    """Standing and reason of what was said of the number."""
    found = [points.decode(each.value) for each in at.writer.entries if each.topic == POINTS]
    return [(each.standing, each.why) for each in found]


async def call_in_json(at: Site, path: str, body: bytes) -> httpx.Response:
    hashed = f"{path}?bodySHA256={sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(ORIGIN + hashed, {})
    headers = {"content-type": "application/json; charset=utf-8", "x-twilio-signature": signature}
    async with at.client_with(headers) as client:
        return await client.post(hashed, content=body)


async def test_a_signed_status_may_come_as_json():
    at = house()

    answer = await call_in_json(at, STATUS, json.dumps(report("delivered", NumSegments=1, Tags=None)).encode())

    assert (answer.status_code, inbox.decode_arrival(at.writer.entries[0].value).fact) == (
        204,
        AttemptReceipt("attempt-1", "twilio", "delivered"),
    )


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"1", b"[" * 5000])
async def test_signed_json_that_is_no_object_is_not_understood(body):
    assert (await call_in_json(house(), STATUS, body)).status_code in {400, 403}


async def test_an_answer_says_once_what_it_is():
    assert (await call(house(), INBOUND, message("hello"))).headers["content-type"] == "text/xml; charset=utf-8"


@pytest.mark.parametrize(
    ("word", "status"), [("sent", "accepted"), ("delivered", "delivered"), ("undelivered", "undelivered")]
)
async def test_a_signed_status_becomes_a_receipt_of_its_attempt(word, status):
    at = house()

    answer = await call(at, STATUS, report(word))

    arrival = inbox.decode_arrival(at.writer.entries[0].value)
    assert answer.status_code == 204
    assert arrival.fact == AttemptReceipt("attempt-1", "twilio", status)


async def test_a_receipt_goes_to_the_customers_partition_of_the_inbox():
    at = house()

    await call(at, STATUS, report("delivered"))

    (entry,) = at.writer.entries
    assert (entry.topic, entry.key, entry.partition) == (INBOX, b"C-1", partition_of("C-1", PARTITIONS))


async def test_a_receipt_is_stated_now_and_named_so_that_a_repetition_is_the_same():
    at = house()

    await call(at, STATUS, report("delivered"))

    arrival = inbox.decode_arrival(at.writer.entries[0].value)
    assert arrival.stamp == (to_micros(NOW), "dispatcher/gateway", f"{SID}/delivered")


@pytest.mark.parametrize(
    ("code", "standing"), [("30005", "unreachable"), ("30006", "unreachable"), ("21610", "opted_out")]
)
async def test_a_code_that_is_about_the_number_is_also_said_of_the_number(code, standing):
    at = house()

    await call(at, STATUS, report("undelivered", ErrorCode=code))

    assert stated(at) == [(standing, f"twilio {code}")]


@pytest.mark.parametrize("code", ["30003", "30007", "30008", "99999", ""])
async def test_a_code_that_is_not_about_the_number_says_nothing_of_it(code):
    at = house()

    await call(at, STATUS, report("undelivered", ErrorCode=code))

    assert stated(at) == []


async def test_a_code_beside_a_message_that_is_still_under_way_says_nothing_of_the_number():
    at = house()

    await call(at, STATUS, report("sent", ErrorCode="30005"))

    assert stated(at) == []


async def test_what_is_said_of_a_number_stands_under_its_digest():
    at = house()

    await call(at, STATUS, report("undelivered", ErrorCode="30005"))

    assert at.writer.entries[1].key == points.digest(NUMBER, POINT_KEY)


async def test_a_forged_status_is_turned_away_and_nothing_is_written():
    at = house()

    answer = await call(at, STATUS, report("delivered"), by="another token")

    assert (answer.status_code, at.writer.entries) == (403, [])


async def test_the_token_before_is_still_believed():
    assert (await call(house(), STATUS, report("delivered"), by=OLD)).status_code == 204


async def test_the_signature_of_one_attempt_does_not_serve_for_another():
    at, form = house(), report("delivered")
    signature = RequestValidator(TOKEN).compute_signature(ORIGIN + STATUS, form)
    other = f"/hooks/twilio/status/{token('C-2', 'attempt-1')}"
    async with at.client_with(FORM | {"x-twilio-signature": signature}) as client:
        assert (await client.post(other, content=urlencode(form))).status_code == 403


async def test_a_json_body_without_a_hash_is_turned_away_like_a_forgery():
    async with house().client_with({"content-type": "application/json", "x-twilio-signature": "x"}) as client:
        assert (await client.post(STATUS, content=b"{}")).status_code == 403


async def test_a_signed_call_at_an_address_that_names_no_attempt_is_not_understood():
    assert (await call(house(), "/hooks/twilio/status/nonsense", report("delivered"))).status_code == 400


async def test_a_status_that_nobody_knows_is_not_understood():
    assert (await call(house(), STATUS, report("teleported"))).status_code == 400


async def test_without_kafka_a_status_is_not_acknowledged():
    at = house()
    at.writer.away = True

    assert (await call(at, STATUS, report("delivered"))).status_code == 503


async def test_forgeries_from_one_address_are_soon_not_answered_and_true_calls_still_are():
    at = site(twilio=TwilioHooks(ORIGIN, (Secret(TOKEN),)), strangers=Buckets(1, 1, Clock()))
    forged = [(await call(at, STATUS, report("sent"), by="x")).status_code for _ in range(2)]

    assert (forged, (await call(at, STATUS, report("sent"))).status_code) == ([403, 429], 204)


async def test_without_an_account_there_is_no_such_hook():
    assert (await call(site(), STATUS, report("delivered"))).status_code == 404


@pytest.mark.parametrize(
    ("text", "standing", "why"),
    [
        ("STOP", "opted_out", "sms_keyword"),
        ("start", "allowed", "sms_keyword"),
        ("please stop texting me", "review", "sms_words"),
    ],
)
async def test_a_reply_that_concerns_the_number_is_said_of_it(text, standing, why):
    at = house()

    await call(at, INBOUND, message(text))

    assert stated(at) == [(standing, why)]


async def test_what_a_reply_means_stands_under_the_senders_digest():
    at = house()

    await call(at, INBOUND, message("STOP"))

    assert at.writer.entries[0].key == points.digest(NUMBER, POINT_KEY)


async def test_twilios_own_word_on_a_reply_wins_over_ours():
    at = house()

    await call(at, INBOUND, message("basta!", OptOutType="STOP"))

    assert stated(at) == [("opted_out", "sms_keyword")]


async def test_any_other_reply_is_counted_and_kept_nowhere():
    at = house()

    await call(at, INBOUND, message("I paid on Friday"))

    assert at.writer.entries == []
    assert at.counted('dispatcher_gateway_inbound_messages_total{word="other"}') == 1


async def test_a_cry_for_help_is_answered_with_the_configured_words():
    answer = await call(house(help_text="Ask Smith & Sons: 020 7946 0000"), INBOUND, message("HELP"))

    assert "<Message>Ask Smith &amp; Sons: 020 7946 0000</Message>" in answer.text


async def test_a_cry_for_help_without_configured_words_gets_no_answer_of_ours():
    assert "<Message>" not in (await call(house(), INBOUND, message("HELP"))).text


async def test_no_other_reply_is_answered():
    answer = await call(house(help_text="Ask us"), INBOUND, message("STOP"))

    assert (answer.status_code, "<Message>" in answer.text) == (200, False)


async def test_a_forged_reply_stops_nobody():
    at = house()

    answer = await call(at, INBOUND, message("STOP"), by="another token")

    assert (answer.status_code, at.writer.entries) == (403, [])


async def test_without_kafka_a_stop_is_not_acknowledged():
    at = house()
    at.writer.away = True

    assert (await call(at, INBOUND, message("STOP"))).status_code == 503


async def test_a_body_that_is_larger_than_any_call_is_not_read():
    async with house().client_with(FORM) as client:
        assert (await client.post(INBOUND, content=b"a=" + b"b" * 70_000)).status_code == 413


VALUES = st.text(max_size=40) | st.sampled_from([NUMBER, SID, "STOP", "delivered", "30005", "-0.0075", "\ud800"[:0]])
FIELDS = st.sampled_from(
    [
        "MessageSid",
        "SmsSid",
        "MessageStatus",
        "SmsStatus",
        "To",
        "From",
        "Body",
        "ErrorCode",
        "OptOutType",
        "Price",
        "é",
    ]
)
_SHARED = house()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from([STATUS, INBOUND]), form=st.dictionaries(FIELDS, VALUES, max_size=8))
async def test_whatever_a_signed_form_holds_it_is_no_fault_of_ours(path, form):
    assert (await call(_SHARED, path, form)).status_code in {200, 204, 400}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from([STATUS, INBOUND, STATUS + "?a=1&bodySHA256=x", INBOUND + "?%zz"]),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["application/x-www-form-urlencoded", "application/json", "text/plain; charset=x", ""]),
    signature=st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=40),
)
async def test_whatever_is_not_signed_is_turned_away(path, body, kind, signature):
    async with _SHARED.client_with({"content-type": kind, "x-twilio-signature": signature}) as client:
        assert (await client.post(path, content=body)).status_code == 403
