"""What the Twilio adapter asks for, and what it makes of each answer."""

import asyncio
import dataclasses
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import ClientError
from hypothesis import given
from hypothesis import strategies as st

from channels.accounts import TwilioConfig
from channels.callback_token import token
from channels.http_exchange import Exchange, retry_after
from channels.protocol import Absent, Accepted, Deferred, Lookup, Message, NotStarted, Rejected, Unknown, Unwell, Well
from channels.sms_twilio import TwilioSms
from channels.sms_twilio_http import OneShotHttpClient, exchange
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from dispatcher.local.twilio_faults import MAGIC_RECIPIENTS, MAGIC_SENDERS, Cut, Garbage, Refused

MESSAGE = Message("a-1", "sms", "+12025550123", "Invoice 4711 is due.", "en")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def config(base_url, **others):
    return TwilioConfig(ACCOUNT_SID, AUTH_TOKEN, "+15005550006", base_url=base_url, **others)


@asynccontextmanager
async def adapter_for(settings):
    adapter = TwilioSms(settings)
    try:
        yield adapter
    finally:
        await adapter.close()


@pytest_asyncio.fixture
async def adapter(twilio):
    async with adapter_for(config(twilio.base_url)) as made:
        yield made


async def send(adapter, message=MESSAGE, *, permit=lambda: True, deadline_s=5.0, **changes):
    prepared = adapter.prepare(dataclasses.replace(message, **changes))
    return await adapter.send(prepared, permit=permit, deadline_s=deadline_s)


# --- what is asked for


@pytest.mark.asyncio
async def test_a_message_is_created_with_its_recipient_sender_and_text(adapter, twilio):
    await send(adapter, sender="+15005550010")
    sent = twilio.messages[0]
    assert (sent.to, sent.sender, sent.body) == ("+12025550123", "+15005550010", "Invoice 4711 is due.")


@pytest.mark.asyncio
async def test_the_reference_is_the_message_sid(adapter, twilio):
    outcome = await send(adapter)
    assert outcome == Accepted(twilio.messages[0].sid, segments=1)


@pytest.mark.asyncio
async def test_the_configured_sender_is_used_where_a_message_names_none(adapter, twilio):
    await send(adapter)
    assert twilio.messages[0].sender == "+15005550006"


@pytest.mark.asyncio
async def test_a_messaging_service_is_no_from_number(adapter, twilio):
    service = "MG" + "a" * 32
    await send(adapter, sender=service)
    assert twilio.messages[0].sender == service


@pytest.mark.asyncio
@pytest.mark.parametrize(("asked", "given_to_twilio"), [(None, None), (-5, 1), (0, 1), (90, 90), (36_001, 36_000)])
async def test_the_validity_period_ends_with_the_contact_window(adapter, twilio, asked, given_to_twilio):
    await send(adapter, validity_s=asked)
    assert twilio.messages[0].validity_s == given_to_twilio


class Overheard(TwilioStandIn):
    """A stand-in that remembers the fields of each request."""

    def __init__(self):
        super().__init__()
        self.forms = []

    async def _create(self, request):
        self.forms.append(dict(await request.post()))
        return await super()._create(request)


async def callback_asked_for(status_callback, customer_id):
    async with (
        Overheard() as provider,
        adapter_for(config(provider.base_url, status_callback=status_callback)) as adapter,
    ):
        await send(adapter, customer_id=customer_id)
        return provider.forms[0].get("StatusCallback")


@pytest.mark.asyncio
async def test_the_address_of_the_callback_carries_whose_attempt_it_is():
    asked = await callback_asked_for("https://remind.example/hooks/twilio/status/", "C-1")
    assert asked == "https://remind.example/hooks/twilio/status/" + token("C-1", "a-1")


@pytest.mark.asyncio
@pytest.mark.parametrize(("status_callback", "customer_id"), [(None, "C-1"), ("https://remind.example/", "")])
async def test_without_an_address_or_a_customer_no_callback_is_asked_for(status_callback, customer_id):
    assert await callback_asked_for(status_callback, customer_id) is None


@pytest.mark.asyncio
async def test_a_connection_is_used_again(adapter, twilio):
    for _ in range(5):
        await send(adapter)
    assert len(twilio._runner.server.connections) == 1


@pytest.mark.asyncio
async def test_the_proxy_is_obeyed(twilio):
    async with adapter_for(config("http://api.twilio.test", proxy=twilio.base_url)) as adapter:
        assert isinstance(await send(adapter), Accepted)


@pytest.mark.asyncio
async def test_the_process_environment_does_not_move_the_account(twilio, monkeypatch):
    monkeypatch.setenv("TWILIO_EDGE", "ashburn")
    monkeypatch.setenv("TWILIO_REGION", "us1")
    async with adapter_for(config(twilio.base_url)) as adapter:
        assert isinstance(await send(adapter), Accepted)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"recipient": "02025550123"}, Rejected("recipient", "not-e164")),
        ({"recipient": "+1202555012\n3"}, Rejected("recipient", "not-e164")),
        ({"recipient": "+٢٠٢٥٥٥٠١٢٣٤"}, Rejected("recipient", "not-e164")),
        ({"text": " \n"}, Rejected("content", "empty")),
        ({"text": "x" * 1601}, Rejected("content", "too-long")),
    ],
)
def test_what_twilio_would_refuse_is_refused_before_the_network(changes, refused):
    adapter = TwilioSms(config(None))
    assert adapter.prepare(dataclasses.replace(MESSAGE, **changes)) == refused


# --- what answers mean


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("recipient", "outcome"),
    [
        ("+15005550001", Rejected("recipient", "21211")),
        ("+15005550002", Rejected("recipient", "21612")),
        ("+15005550003", Rejected("config", "21408")),
        ("+15005550004", Rejected("suppressed", "21610")),
        ("+15005550009", Rejected("recipient", "21614")),
    ],
)
async def test_twilios_magic_recipients_are_classed(adapter, recipient, outcome):
    assert recipient in MAGIC_RECIPIENTS
    assert await send(adapter, recipient=recipient) == outcome


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("sender", "outcome"),
    [
        ("+15005550001", Rejected("config", "21212")),
        ("+15005550007", Rejected("config", "21606")),
        ("+15005550008", Deferred(60.0, "sender", "21611")),
    ],
)
async def test_twilios_magic_senders_are_classed(adapter, sender, outcome):
    assert sender in MAGIC_SENDERS
    assert await send(adapter, sender=sender) == outcome


@pytest.mark.asyncio
async def test_a_wrong_token_is_the_configurations_fault(twilio):
    wrong = dataclasses.replace(config(twilio.base_url), auth_token="wrong")
    async with adapter_for(wrong) as adapter:
        assert await send(adapter) == Rejected("config", "20003")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Refused(429, 20429, "slow down", retry_after_s=7), Deferred(7.0, "provider", "20429")),
        (Refused(429, 20429, "slow down"), Deferred(2.0, "provider", "20429")),
        (Refused(429, 21999, "slow down"), Deferred(2.0, "provider", "21999")),
        (Refused(400, 63038, "daily limit"), Deferred(86_400.0, "provider", "63038")),
        (Refused(400, 99_999, "new"), Rejected("content", "99999")),
        (Refused(404, 404, "no such account"), Rejected("config", "http-404")),
        (Refused(403, 99_999, "forbidden"), Rejected("config", "99999")),
        (Refused(302, 0, "elsewhere"), Unknown("http-302")),
        (Refused(408, 408, "too slow"), Unknown("http-408")),
        (Refused(500, 20500, "failed"), Unknown("http-500")),
        (Refused(503, 20429, "failed"), Unknown("http-503")),
        (Garbage("<html>"), Unknown("unreadable")),
        (Garbage("[]"), Unknown("unreadable")),
        (Garbage('{"sid": 7}'), Unknown("unreadable")),
        (Garbage('{"sid": "SM1"}'), Unknown("unreadable")),
        (Garbage("x" * 1_000_000), Unknown("unreadable")),
    ],
    ids=repr,
)
async def test_an_answer_means(adapter, twilio, answer, outcome):
    twilio.stage([answer])
    assert await send(adapter) == outcome


@pytest.mark.asyncio
@pytest.mark.parametrize("fault", [Cut(), Cut(created=True), Refused(500, 20500, "failed")], ids=repr)
async def test_a_message_is_posted_once_whatever_fails(adapter, twilio, fault):
    twilio.stage([fault])
    await send(adapter)
    assert twilio.requests == 1


# --- before the first byte


class SilentServer:
    """Accepts connections, remembers what it reads, and says nothing."""

    def __init__(self):
        self.read, self.ended = b"", asyncio.Event()

    async def serve(self, reader, writer):
        try:
            while block := await reader.read(4096):
                self.read += block
        finally:
            writer.close()
            self.ended.set()


@pytest_asyncio.fixture
async def silent():
    silent = SilentServer()
    server = await asyncio.start_server(silent.serve, "127.0.0.1", 0)
    silent.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield silent


@pytest.mark.asyncio
async def test_without_the_permit_no_byte_is_written(silent):
    async with adapter_for(config(f"http://{silent.address}")) as adapter:
        outcome = await send(adapter, permit=lambda: False)
    await silent.ended.wait()
    assert (outcome, silent.read) == (NotStarted(), b"")


@pytest.mark.asyncio
async def test_a_tls_handshake_that_never_ends_is_safe(silent):
    async with adapter_for(config(f"https://{silent.address}", connect_s=0.2)) as adapter, asyncio.timeout(20.0):
        assert await send(adapter) == Deferred(1.0, "provider", "timeout")


@pytest.mark.asyncio
async def test_a_server_that_does_not_speak_tls_is_safe(twilio):
    async with adapter_for(config(twilio.base_url.replace("http:", "https:"))) as adapter:
        assert await send(adapter) == Deferred(60.0, "provider", "tls")


@pytest.mark.asyncio
async def test_an_untrusted_certificate_is_safe(server_tls):
    server = await asyncio.start_server(SilentServer().serve, "127.0.0.1", 0, ssl=server_tls)
    async with server, adapter_for(config(f"https://localhost:{server.sockets[0].getsockname()[1]}")) as adapter:
        assert await send(adapter) == Deferred(60.0, "provider", "tls")


@pytest.mark.asyncio
async def test_a_name_that_does_not_resolve_is_safe():
    async with adapter_for(config("http://nowhere.invalid", connect_s=1.0)) as adapter:
        outcome = await send(adapter)
        assert isinstance(outcome, Deferred)
        assert outcome.scope == "provider"


@pytest.mark.asyncio
async def test_the_configured_time_bounds_a_send(silent):
    async with adapter_for(config(f"http://{silent.address}", timeout_s=0.2)) as adapter, asyncio.timeout(20.0):
        assert await send(adapter, deadline_s=60.0) == Unknown("timeout")


@pytest.mark.asyncio
async def test_an_answer_without_an_end_is_not_read_to_its_end():
    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, adapter_for(config(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")) as adapter:
        assert await send(adapter) == Unknown("unreadable")


@pytest.mark.asyncio
async def test_a_second_request_within_one_send_is_never_written(twilio):
    http = OneShotHttpClient(config(twilio.base_url))
    token = exchange.set(Exchange(lambda: True))
    try:
        await http.request("POST", twilio.base_url, data={"To": "+12025550123"})
        with pytest.raises(ClientError, match="written once"):
            await http.request("POST", twilio.base_url, data={"To": "+12025550123"})
    finally:
        exchange.reset(token)
        await http.close()


# --- Retry-After


def waits(**headers):
    return retry_after(Exchange(lambda: True, headers={k.replace("_", "-"): v for k, v in headers.items()}), 2.0)


def test_retry_after_may_be_a_date():
    assert waits(Retry_After="Sun, 22 Nov 2026 10:00:30 GMT", Date="Sun, 22 Nov 2026 10:00:00 GMT") == 30.0


@given(st.text())
def test_any_retry_after_is_a_wait_of_at_most_a_day(value):
    assert 0.0 <= waits(Retry_After=value, Date="Sun, 22 Nov 2026 10:00:00 GMT") <= 86_400.0


@given(st.text())
def test_retry_after_without_a_date_to_measure_from_is_a_wait_of_at_most_a_day(value):
    assert 0.0 <= waits(Retry_After=value) <= 86_400.0


# --- what became of an attempt in doubt


def lookup(since=0, recipient=MESSAGE.recipient):
    return Lookup("a-1", recipient, since)


@pytest.mark.asyncio
async def test_a_message_whose_answer_was_cut_off_is_found(adapter, twilio):
    twilio.stage([Cut(created=True)])
    await send(adapter)
    assert await adapter.reconcile(lookup(), deadline_s=5.0) == Accepted(twilio.messages[0].sid, segments=1)


@pytest.mark.asyncio
async def test_a_message_that_was_never_created_is_absent(adapter, twilio):
    twilio.stage([Cut(created=False)])
    await send(adapter)
    assert await adapter.reconcile(lookup(), deadline_s=5.0) == Absent()


@pytest.mark.asyncio
async def test_a_message_to_somebody_else_is_not_taken_for_it(adapter):
    await send(adapter, recipient="+12025550199")
    assert await adapter.reconcile(lookup(), deadline_s=5.0) == Absent()


@pytest.mark.asyncio
async def test_a_message_from_before_the_claim_is_not_taken_for_it(adapter, twilio):
    await send(adapter)
    later = twilio.messages[0].at + 3_600_000
    assert await adapter.reconcile(lookup(since=later), deadline_s=5.0) == Absent()


@pytest.mark.asyncio
async def test_a_message_is_found_behind_many_others(adapter, twilio):
    await send(adapter)
    for _ in range(120):
        await send(adapter, recipient="+12025550199")
    assert await adapter.reconcile(lookup(), deadline_s=5.0) == Accepted(twilio.messages[0].sid, segments=1)


@pytest.mark.asyncio
async def test_a_provider_that_does_not_answer_the_question_is_asked_later(twilio):
    async with adapter_for(config("http://127.0.0.1:9")) as adapter:
        assert isinstance(await adapter.reconcile(lookup(), deadline_s=1.0), Deferred)


@pytest.mark.asyncio
async def test_an_account_that_is_refused_leaves_the_question_open(twilio):
    wrong = TwilioConfig(ACCOUNT_SID, "f" * 32, "+15005550006", base_url=twilio.base_url)
    async with adapter_for(wrong) as adapter:
        assert isinstance(await adapter.reconcile(lookup(), deadline_s=1.0), Deferred)


# --- a look at the provider


@pytest.mark.asyncio
async def test_a_provider_that_knows_the_account_is_well(adapter):
    assert await adapter.health(deadline_s=5.0) == Well()


@pytest.mark.asyncio
async def test_a_wrong_token_is_ours_to_mend(twilio):
    wrong = dataclasses.replace(config(twilio.base_url), auth_token="wrong")
    async with adapter_for(wrong) as adapter:
        assert await adapter.health(deadline_s=5.0) == Unwell("http-401", ours=True)


@pytest.mark.asyncio
async def test_a_silent_provider_is_not_waited_for(silent):
    async with adapter_for(config(f"http://{silent.address}")) as adapter, asyncio.timeout(20.0):
        assert await adapter.health(deadline_s=0.2) == Unwell("TimeoutError")


# --- traces


@pytest.mark.asyncio
async def test_a_message_with_a_trace_is_posted_with_it(adapter, twilio):
    await send(adapter, trace=TRACE)
    assert (twilio.traces, len(twilio.messages)) == ({"+12025550123": TRACE}, 1)


@pytest.mark.asyncio
async def test_a_message_without_a_trace_is_posted_without_the_header(adapter, twilio):
    await send(adapter)
    assert twilio.traces == {}
