"""The mail sink, asked by aiosmtplib."""

import json

import aiosmtplib
import pytest

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import Reply

MAIL = b"Subject: Invoice\r\n\r\nDue.\r\n"


async def send(sink, recipients=("kim@example.com",)):
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False) as client:
        return await client.sendmail("bills@creditor.example", list(recipients), MAIL)


@pytest.mark.asyncio
async def test_a_mail_is_kept_as_it_came(sink):
    await send(sink)
    assert [(mail.sender, mail.recipient, mail.content) for mail in sink.messages] == [
        ("bills@creditor.example", "kim@example.com", MAIL)
    ]


@pytest.mark.asyncio
async def test_an_address_that_may_be_somebodys_gets_no_mail(sink):
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await send(sink, ["kim@gmail.com"])
    assert "delivers nothing" in refused.value.recipients[0].message
    assert sink.messages == []


@pytest.mark.asyncio
async def test_each_mail_is_a_line_on_the_disk_before_its_reply(tmp_path):
    journal = tmp_path / "mail.jsonl"
    async with SmtpSink(journal=journal, clock=lambda: 1_700_000_000_000) as sink:
        await send(sink)
        [line] = journal.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "at": 1_700_000_000_000,
        "to": "kim@example.com",
        "from": "bills@creditor.example",
        "message_id": "",
    }


@pytest.mark.asyncio
async def test_each_mail_is_a_file_of_the_outbox(tmp_path):
    async with SmtpSink(outbox=tmp_path) as sink:
        await send(sink)
        await send(sink)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["00001.eml", "00002.eml"]


@pytest.mark.asyncio
async def test_a_staged_fault_meets_one_mail(sink):
    sink.stage([Reply("450 4.7.1 later")])
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
        await send(sink)
    await send(sink)
    assert len(sink.messages) == 1


@pytest.mark.asyncio
async def test_a_lasting_fault_meets_one_recipient(sink):
    sink.by_recipient["full@example.com"] = Reply("452 4.2.2 full")
    await send(sink)
    for _ in range(2):
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused):
            await send(sink, ["full@example.com"])


@pytest.mark.asyncio
async def test_the_url_names_scheme_and_port(sink, server_tls):
    schemes = [
        SmtpSink(port=25).url,
        SmtpSink(port=25, tls=server_tls).url,
        SmtpSink(port=25, tls=server_tls, starttls=True).url,
    ]
    assert schemes == ["smtp://127.0.0.1:25", "smtps://127.0.0.1:25", "smtp+starttls://127.0.0.1:25"]


@pytest.mark.asyncio
async def test_a_report_has_no_sender(sink):
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sink.port, start_tls=False) as client:
        await client.mail("")
        await client.rcpt("kim@example.com")
        await client.data(MAIL)
    assert sink.messages[0].sender == ""
