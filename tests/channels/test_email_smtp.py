"""The SMTP adapter against a real server on loopback."""

import asyncio
import dataclasses
import ssl
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from channels.accounts import SmtpConfig
from channels.email_smtp import SmtpEmail
from channels.protocol import Accepted, Deferred, Message, NotStarted, Rejected, Unknown, Unwell, Well
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import DropAfterData, Reply, Stalls

MESSAGE = Message(
    "a-1", "email", "kim@example.com", "Due.\n", "en", subject="Invoice 4711", html="<p>Due.</p>", sender_name="Bills"
)


def config(port, encryption="none", **others):
    return SmtpConfig("127.0.0.1", port, encryption, "bills@creditor.example", **others)


@asynccontextmanager
async def adapter_for(settings, **others):
    adapter = SmtpEmail(settings, **others)
    try:
        yield adapter
    finally:
        await adapter.close()


@pytest_asyncio.fixture
async def adapter(sink):
    async with adapter_for(config(sink.port), clock=lambda: 1_700_000_000.0) as made:
        yield made


async def send(adapter, message=MESSAGE, *, permit=lambda: True, deadline_s=5.0, **changes):
    prepared = adapter.prepare(dataclasses.replace(message, **changes))
    return await adapter.send(prepared, permit=permit, deadline_s=deadline_s)


# --- what is sent


@pytest.mark.asyncio
async def test_the_reference_is_the_message_id(adapter, sink):
    outcome = await send(adapter)
    assert outcome == Accepted(sink.messages[0].parsed()["Message-ID"])


@pytest.mark.asyncio
async def test_a_message_may_name_its_own_sender(adapter, sink):
    await send(adapter, sender="office@other.example")
    assert sink.messages[0].sender == "office@other.example"


@pytest.mark.asyncio
async def test_the_configured_sender_is_used_where_a_message_names_none(adapter, sink):
    await send(adapter)
    assert sink.messages[0].sender == "bills@creditor.example"


@pytest.mark.asyncio
async def test_a_mail_is_dated_when_it_is_sent(adapter, sink):
    await send(adapter)
    assert sink.messages[0].parsed()["Date"] == "Tue, 14 Nov 2023 22:13:20 -0000"


@pytest.mark.asyncio
async def test_a_line_that_is_one_dot_arrives(adapter, sink):
    await send(adapter, text="one\n.\ntwo\n", html=None)
    assert sink.messages[0].parsed().get_content().split() == ["one", ".", "two"]


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"recipient": "kim"}, Rejected("recipient", "address")),
        ({"recipient": "kim@example.com\r\nRCPT TO:<all@example.com>"}, Rejected("recipient", "address")),
        ({"sender": "bills"}, Rejected("config", "sender-address")),
        ({"subject": "a\r\nBcc: all@example.com"}, Rejected("content", "control-character")),
    ],
)
def test_what_could_go_wrong_on_the_wire_is_refused_before_it(changes, refused):
    assert SmtpEmail(config(25)).prepare(dataclasses.replace(MESSAGE, **changes)) == refused


# --- what came of it


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Reply("550 5.1.1 unknown"), Rejected("recipient", "550 5.1.1")),
        (Reply("450 4.7.1 greylisted"), Deferred(300.0, "message", "450 4.7.1")),
        (Reply("421 4.3.2 closing"), Deferred(30.0, "provider", "421 4.3.2")),
        (Reply("299 strange"), Deferred(1.0, "provider", "reply-299")),
        (Reply("554 5.6.0 not mail", at="DATA"), Rejected("content", "554 5.6.0")),
        (Reply("451 4.3.0 later", at="DATA"), Deferred(300.0, "message", "451 4.3.0")),
        (Reply("299 strange", at="DATA"), Unknown("reply-299")),
        (Reply("strange", at="DATA"), Unknown("reply--1")),
        (DropAfterData(), Unknown("connection")),
        (DropAfterData(taken=True), Unknown("connection")),
    ],
    ids=repr,
)
async def test_a_reply_means(adapter, sink, fault, outcome):
    sink.stage([fault])
    assert await send(adapter) == outcome


@pytest.mark.asyncio
@pytest.mark.parametrize("at", ["RCPT", "DATA"])
@pytest.mark.parametrize("reply", ["550 5.1.1 no", "451 4.3.0 later", "421 4.3.2 closing", "299 strange"])
async def test_after_any_refusal_the_next_mail_goes_out_once(adapter, sink, at, reply):
    sink.stage([Reply(reply, at=at)])
    await send(adapter)
    assert (await send(adapter, attempt_id="a-2"), len(sink.messages)) == (Accepted("<a-2@creditor.example>"), 1)


@pytest.mark.asyncio
async def test_a_deadline_before_data_is_safe():
    async with silent_after(b"220 ready\r\n") as port, adapter_for(config(port)) as adapter:
        assert await send(adapter, deadline_s=0.2) == Deferred(1.0, "provider", "timeout")


@pytest.mark.asyncio
async def test_a_connection_that_breaks_before_data_is_safe():
    async with silent_after(b"220 ready\r\n", breaks=True) as port, adapter_for(config(port)) as adapter:
        assert await send(adapter) == Deferred(1.0, "provider", "connection")


@pytest.mark.asyncio
async def test_a_server_that_is_not_ready_is_safe():
    async with silent_after(b"554 5.3.2 not today\r\n") as port, adapter_for(config(port)) as adapter:
        assert await send(adapter) == Deferred(300.0, "provider", "554 5.3.2")


@asynccontextmanager
async def silent_after(greeting, *, breaks=False):
    async def serve(reader, writer):
        writer.write(greeting)
        try:
            await (reader.readline() if breaks else reader.read())
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


# --- the permit


@pytest.mark.asyncio
async def test_the_permit_is_read_again_right_before_the_text_leaves(adapter, sink):
    readings = iter([True, False])
    outcome = await send(adapter, permit=lambda: next(readings))
    assert (outcome, sink.messages) == (NotStarted(), [])


@pytest.mark.asyncio
async def test_a_withdrawn_envelope_does_not_reach_the_next_mail(adapter, sink):
    readings = iter([True, False, True, True])
    await send(adapter, recipient="first@example.com", permit=lambda: next(readings))
    await send(adapter, recipient="second@example.com", permit=lambda: next(readings))
    assert [mail.recipient for mail in sink.messages] == ["second@example.com"]


# --- connections


@pytest.mark.asyncio
async def test_one_connection_carries_mails_one_after_the_other(adapter, sink):
    for _ in range(5):
        await send(adapter)
    assert (len(sink.messages), sink.accepted) == (5, 1)


@pytest.mark.asyncio
async def test_there_are_never_more_connections_than_configured(sink):
    async with adapter_for(config(sink.port, connections=3)) as adapter:
        await asyncio.gather(*(send(adapter) for _ in range(30)))
    assert (len(sink.messages), sink.accepted) == (30, 3)


@pytest.mark.asyncio
async def test_a_connection_is_replaced_after_its_share_of_mails(sink):
    async with adapter_for(config(sink.port, per_connection=2)) as adapter:
        for _ in range(5):
            await send(adapter)
    assert sink.accepted == 3


@pytest.mark.asyncio
@pytest.mark.parametrize("limit", ["age_s", "idle_s"])
async def test_a_connection_is_replaced_when_it_is_old(sink, limit):
    async with adapter_for(config(sink.port, **{limit: 0.0})) as adapter:
        for _ in range(2):
            await send(adapter)
    assert sink.accepted == 2


@pytest.mark.asyncio
async def test_a_connection_that_the_server_dropped_is_replaced(adapter, sink):
    await send(adapter)
    for session in list(sink.sessions):
        session.hang_up()
    assert await send(adapter, attempt_id="a-2") == Accepted("<a-2@creditor.example>")


@pytest.mark.asyncio
async def test_a_mail_cut_off_by_a_cancellation_is_not_completed_afterwards(adapter, sink):
    sink.stage([Stalls()])
    sending = asyncio.create_task(send(adapter))
    await sink.arrival(mails=1)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await send(adapter, attempt_id="a-2")
    assert [mail.parsed()["Message-ID"] for mail in sink.messages] == ["<a-2@creditor.example>"]


@pytest.mark.asyncio
async def test_half_a_mail_never_becomes_a_whole_one_after_a_cancellation():
    slow = SlowReader()
    server = await asyncio.start_server(slow.serve, "127.0.0.1", 0, limit=2**16)
    async with server, adapter_for(config(server.sockets[0].getsockname()[1])) as adapter:
        sending = asyncio.create_task(send(adapter, text="x" * 8_000_000, html=None, deadline_s=60.0))
        await slow.reads_the_text.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        slow.may_go_on.set()
        await slow.finished.wait()
    assert not slow.text.endswith(b"\r\n.\r\n")


class SlowReader:
    """A mail server that takes some of the text, waits, and then reads whatever still comes."""

    def __init__(self):
        self.reads_the_text, self.may_go_on, self.finished = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.text = b""

    async def serve(self, reader, writer):
        writer.write(b"220 ready\r\n")
        try:
            while await reader.readline() != b"DATA\r\n":
                writer.write(b"250 OK\r\n")
            writer.write(b"354 go on\r\n")
            self.text = await reader.read(1000)
            self.reads_the_text.set()
            await self.may_go_on.wait()
            while block := await reader.read(2**16):
                self.text = self.text[-10:] + block
        except ConnectionResetError:
            pass
        finally:
            writer.close()
            self.finished.set()


@pytest.mark.asyncio
async def test_closing_gives_back_all_connections(sink):
    async with adapter_for(config(sink.port)) as adapter:
        await asyncio.gather(*(send(adapter) for _ in range(5)))
    async with asyncio.timeout(20.0):
        await sink.nobody_connected()
    assert sink.accepted == 5


# --- encryption and login


@pytest_asyncio.fixture
async def starttls_sink(server_tls):
    async with SmtpSink(tls=server_tls, starttls=True, login=("user", "pässword")) as standing_in:
        yield standing_in


@pytest.mark.asyncio
async def test_starttls_and_a_login_come_before_the_mail(starttls_sink, certificate):
    settings = config(starttls_sink.port, "starttls", ca_file=str(certificate), username="user", password="pässword")
    async with adapter_for(settings) as adapter:
        assert isinstance(await send(adapter), Accepted)


@pytest.mark.asyncio
async def test_tls_from_the_first_byte(server_tls, certificate):
    async with (
        SmtpSink(tls=server_tls) as sink,
        adapter_for(config(sink.port, "tls", ca_file=str(certificate))) as adapter,
    ):
        assert isinstance(await send(adapter), Accepted)


@pytest.mark.asyncio
async def test_a_look_at_a_server_logs_in(starttls_sink, certificate):
    settings = config(starttls_sink.port, "starttls", ca_file=str(certificate), username="user", password="pässword")
    async with adapter_for(settings) as adapter:
        assert await adapter.health(deadline_s=5.0) == Well()


@pytest.mark.asyncio
async def test_a_password_that_is_refused_is_ours_to_mend(starttls_sink, certificate):
    settings = config(starttls_sink.port, "starttls", ca_file=str(certificate), username="user", password="wrong")
    async with adapter_for(settings) as adapter:
        assert await adapter.health(deadline_s=5.0) == Unwell("auth-535", ours=True)


@pytest.mark.asyncio
async def test_a_wrong_password_is_the_configurations_fault(starttls_sink, certificate):
    settings = config(starttls_sink.port, "starttls", ca_file=str(certificate), username="user", password="wrong")
    async with adapter_for(settings) as adapter:
        assert await send(adapter) == Rejected("config", "535 5.7.8")


@pytest.mark.asyncio
@pytest.mark.parametrize("encryption", ["tls", "starttls"])
async def test_mail_never_goes_in_clear_text_to_a_server_without_tls(sink, encryption):
    async with adapter_for(config(sink.port, encryption)) as adapter:
        outcome = await send(adapter)
    assert (outcome.scope, sink.messages) == ("provider", [])


@pytest.mark.asyncio
async def test_an_untrusted_certificate_is_refused(starttls_sink):
    async with adapter_for(config(starttls_sink.port, "starttls")) as adapter:
        assert await send(adapter) == Deferred(60.0, "provider", "tls")


@pytest.mark.asyncio
async def test_an_untrusted_certificate_is_refused_from_the_first_byte(server_tls):
    async with SmtpSink(tls=server_tls) as sink, adapter_for(config(sink.port, "tls")) as adapter:
        assert await send(adapter) == Deferred(60.0, "provider", "tls")


@pytest.mark.asyncio
@pytest.mark.parametrize("encryption", ["tls", "starttls"])
async def test_a_trusted_certificate_for_another_name_is_refused(certificate, encryption):
    other = certificate.with_name("other.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(other)
    async with (
        SmtpSink(tls=tls, starttls=encryption == "starttls") as sink,
        adapter_for(config(sink.port, encryption, ca_file=str(other))) as adapter,
    ):
        assert await send(adapter) == Deferred(60.0, "provider", "tls")
