"""The SMTP adapter against Postfix's smtp-sink: a server that fails where it is told to."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from channels.accounts import SmtpConfig
from channels.email_smtp import SmtpEmail
from channels.protocol import Accepted, Deferred, Message, Rejected, Unknown
from dispatcher.local.ports import free_ports, is_free
from dispatcher.local.process import LocalProcess
from tests.broker.operations import eventually
from tests.mailservers.installed import missing

pytestmark = [pytest.mark.slow, pytest.mark.asyncio]

MAIL = Message("c-1.1", "email", "kim@example.com", "Due.\n", "en", subject="Invoice 4711")


@pytest.fixture(scope="module", autouse=True)
def _installed():
    if shutil.which("smtp-sink") is None and (why := missing("postfix")) is not None:
        pytest.skip(why)


@asynccontextmanager
async def smtp_sink(folder, *options):
    """The adapter to an smtp-sink with these options."""
    [port] = free_ports(1)
    command = [shutil.which("smtp-sink"), "-u", "postfix", *options, f"127.0.0.1:{port}", "100"]
    process = LocalProcess(command, folder / "smtp-sink.log")
    await eventually(lambda: not is_free(port), "smtp-sink listens")
    adapter = SmtpEmail(SmtpConfig("127.0.0.1", port, "none", "bills@creditor.example"))
    try:
        yield adapter
    finally:
        await adapter.close()
        await process.end()


async def send(adapter, deadline_s=5.0):
    return await adapter.send(adapter.prepare(MAIL), permit=lambda: True, deadline_s=deadline_s)


async def outcome(folder, *options, deadline_s=5.0):
    async with smtp_sink(folder, *options) as adapter:
        return await send(adapter, deadline_s)


async def test_it_takes_a_mail(tmp_path):
    assert isinstance(await outcome(tmp_path), Accepted)


async def test_it_takes_many_at_once(tmp_path):
    async with smtp_sink(tmp_path) as adapter:
        outcomes = await asyncio.gather(*(send(adapter) for _ in range(200)))
    assert all(isinstance(each, Accepted) for each in outcomes)


@pytest.mark.parametrize("command", ["connect", "ehlo,helo", "mail", "rcpt", "data", "."])
async def test_a_soft_refusal_anywhere_asks_to_wait(tmp_path, command):
    assert isinstance(await outcome(tmp_path, "-r", command), Deferred)


@pytest.mark.parametrize("command", ["mail", "rcpt", "data", "."])
async def test_a_hard_refusal_of_the_mail_is_final(tmp_path, command):
    assert isinstance(await outcome(tmp_path, "-f", command), Rejected)


@pytest.mark.parametrize("command", ["connect", "ehlo", "mail", "rcpt"])
async def test_a_connection_that_ends_before_the_data_sent_nothing(tmp_path, command):
    assert isinstance(await outcome(tmp_path, "-q", command), Deferred)


@pytest.mark.parametrize("command", ["data", "."])
async def test_a_connection_that_ends_once_data_was_said_leaves_a_doubt(tmp_path, command):
    assert isinstance(await outcome(tmp_path, "-q", command), Unknown)


async def test_a_connection_that_is_reset_within_the_data_leaves_a_doubt(tmp_path):
    assert isinstance(await outcome(tmp_path, "-A", "0"), Unknown)


async def test_a_server_that_takes_too_long_leaves_a_doubt(tmp_path):
    assert isinstance(await outcome(tmp_path, "-w", "30", deadline_s=1.0), Unknown)


@pytest.mark.parametrize("option", ["-p", "-8"])
async def test_a_server_that_can_little_gets_the_mail(tmp_path, option):
    assert isinstance(await outcome(tmp_path, option), Accepted)
