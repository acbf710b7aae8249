"""What a mail meets at the sink: at which place, in which order, for whom."""

import asyncio

import aiosmtplib
import pytest

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import (
    FULL,
    POLICY,
    SHUTTING_DOWN,
    TOO_MANY,
    UNKNOWN_USER,
    Greylists,
    Reply,
    Slow,
)

pytestmark = pytest.mark.asyncio

KIM, ADA = "kim@example.com", "ada@example.com"
MAIL = b"Subject: Invoice\r\n\r\nDue.\r\n"


async def answer(sink, to=KIM):
    """The code with which the sink ended the mail."""
    try:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False) as client:
            await client.mail("bills@creditor.example")
            await client.rcpt(to)
            return (await client.data(MAIL)).code
    except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPConnectResponseError) as refused:
        return refused.code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (SHUTTING_DOWN, 421),
        (TOO_MANY, 421),
        (FULL, 452),
        (UNKNOWN_USER, 550),
        (Reply("451 4.3.0 try later", at="DATA COMMAND"), 451),
        (POLICY, 550),
    ],
)
async def test_a_mail_is_refused_where_that_is_staged(sink, fault, code):
    sink.stage([fault])
    assert [await answer(sink), len(sink.messages)] == [code, 0]


async def test_whoever_comes_next_is_let_through(sink):
    sink.stage([SHUTTING_DOWN])
    await answer(sink)
    assert await answer(sink) == 250


async def test_a_script_meets_one_mail_after_the_other(sink):
    sink.scripts.script(KIM, [FULL, None, POLICY])
    assert [await answer(sink) for _ in range(4)] == [452, 250, 550, 250]


async def test_a_script_meets_its_recipient_alone(sink):
    sink.scripts.script(KIM, [FULL])
    assert await answer(sink, ADA) == 250


async def test_healing_forgets_scripts(sink):
    sink.scripts.script(KIM, [FULL])
    sink.heal()
    assert await answer(sink) == 250


async def test_a_greylist_lets_through_who_comes_again_later():
    now = [0]
    async with SmtpSink(clock=lambda: now[0]) as sink:
        sink.by_recipient[KIM] = Greylists(60.0)
        told = []
        for instant in (0, 59_000, 60_000, 61_000):
            now[0] = instant
            told.append(await answer(sink))
    assert told == [451, 451, 250, 250]


async def test_a_greylist_knows_each_recipient():
    now = [0]
    async with SmtpSink(clock=lambda: now[0]) as sink:
        sink.by_recipient |= {KIM: Greylists(60.0), ADA: Greylists(60.0)}
        await answer(sink, KIM)
        now[0] = 60_000
        assert [await answer(sink, KIM), await answer(sink, ADA)] == [250, 451]


async def test_a_slow_server_has_the_mail_before_it_says_so(sink):
    sink.by_recipient[KIM] = Slow(30.0)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False, timeout=0.2) as client:
        await client.mail("bills@creditor.example")
        await client.rcpt(KIM)
        with pytest.raises(aiosmtplib.SMTPTimeoutError):
            await client.data(MAIL)
    assert len(sink.messages) == 1


async def test_a_421_ends_the_connection(sink):
    sink.stage([SHUTTING_DOWN])
    reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
    async with asyncio.timeout(5.0):
        assert await reader.read() == b"421 4.3.2 Service shutting down\r\n"
    writer.close()
