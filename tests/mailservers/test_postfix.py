"""The SMTP adapter against Debian's Postfix: encryption, logins, refusals of every kind, and what comes back of a mail."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from channels.accounts import SmtpConfig
from channels.email_bounces import Bounce, report
from channels.email_smtp import SmtpEmail
from channels.protocol import Accepted, Deferred, Message, Rejected
from dispatcher.local.smtp_faults import Reply
from tests.broker.operations import eventually
from tests.mailservers.postfix import NAME, PASSWORD

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SENDER = "bills@creditor.example"


@asynccontextmanager
async def adapter_at(port, encryption="none", **others):
    adapter = SmtpEmail(SmtpConfig("127.0.0.1", port, encryption, SENDER, **others))
    try:
        yield adapter
    finally:
        await adapter.close()


def mail(recipient, text="Invoice 4711: 12.50 EUR due on 1 March."):
    return Message("c-1.1", "email", recipient, text, "en", subject="Your invoice", contact_id="c-1", customer_id="C-1")


async def send(adapter, recipient, **others):
    prepared = adapter.prepare(mail(recipient, **others))
    return await adapter.send(prepared, permit=lambda: True, deadline_s=20.0)


async def sent(server, recipient, **others):
    """What becomes of a mail to this recipient, over a plain line."""
    async with adapter_at(server.postfix.plain) as adapter:
        return await send(adapter, recipient, **others)


def handed_on(server, recipient):
    return [each for each in server.next.messages if each.recipient == recipient]


async def test_a_mail_that_was_accepted_is_handed_on(server):
    outcome = await sent(server, "handed-on@example.com")
    await eventually(lambda: handed_on(server, "handed-on@example.com"), "the next server has the mail")
    assert outcome == Accepted(handed_on(server, "handed-on@example.com")[0].parsed()["Message-ID"])


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_a_login_over_an_encrypted_line_is_let_in(server, encryption):
    if server.logins:
        pytest.skip(server.logins)
    port = server.postfix.starttls if encryption == "starttls" else server.postfix.smtps
    login = {"username": NAME, "password": PASSWORD}
    async with adapter_at(port, encryption, ca_file=str(server.ca), **login) as adapter:
        assert isinstance(await send(adapter, "logged-in@example.com"), Accepted)


async def test_a_wrong_password_is_our_fault(server):
    if server.logins:
        pytest.skip(server.logins)
    login = {"username": NAME, "password": "wrong"}
    async with adapter_at(server.postfix.starttls, "starttls", ca_file=str(server.ca), **login) as adapter:
        outcome = await send(adapter, "wrong-password@example.com")
    assert isinstance(outcome, Rejected)
    assert outcome.refusal == "config"


async def test_without_the_login_that_is_asked_for_it_is_our_fault(server):
    if server.logins:
        pytest.skip(server.logins)
    async with adapter_at(server.postfix.starttls, "starttls", ca_file=str(server.ca)) as adapter:
        outcome = await send(adapter, "no-login@example.com")
    assert isinstance(outcome, Rejected)
    assert outcome.refusal == "config"


@pytest.mark.parametrize("encryption", ["starttls", "tls"])
async def test_a_server_of_an_unknown_authority_gets_no_mail(server, encryption):
    port = server.postfix.starttls if encryption == "starttls" else server.postfix.smtps
    async with adapter_at(port, encryption) as adapter:
        outcome = await send(adapter, "unknown-authority@example.com")
    assert isinstance(outcome, Deferred)
    assert outcome.scope == "provider"


async def test_a_server_that_offers_no_encryption_gets_no_mail(server):
    async with adapter_at(server.postfix.plain, "starttls", ca_file=str(server.ca)) as adapter:
        assert not isinstance(await send(adapter, "in-the-clear@example.com"), Accepted)
    assert "in-the-clear@example.com" not in server.at_rcpt.asked


async def test_a_greylisted_mail_is_taken_when_it_comes_again(server):
    server.at_rcpt.answers["grey@example.com"] = ["451 4.7.1 Greylisted, come again later", "DUNNO"]
    first, second = [await sent(server, "grey@example.com") for _ in range(2)]
    assert isinstance(first, Deferred)
    assert first.scope == "message"
    assert isinstance(second, Accepted)


REFUSED = {
    "550 5.1.1 User unknown": "recipient",
    "550 5.1.10 Recipient address has null MX": "recipient",
    "550 5.2.1 Mailbox disabled": "recipient",
    "550 5.7.1 Refused by policy": "config",
    "550 5.7.26 Unauthenticated mail is prohibited": "config",
}


@pytest.mark.parametrize(("reply", "fault"), REFUSED.items())
async def test_a_refusal_for_good_names_whose_fault_it_is(server, reply, fault):
    recipient = f"refused-{list(REFUSED).index(reply)}@example.com"
    server.at_rcpt.answers[recipient] = [reply]
    outcome = await sent(server, recipient)
    assert isinstance(outcome, Rejected)
    assert outcome.refusal == fault


WAITS = ["450 4.2.1 Mailbox busy", "452 4.2.2 Mailbox full", "552 5.2.2 Mailbox full", "451 4.3.0 Try again later"]


@pytest.mark.parametrize("reply", WAITS)
async def test_a_refusal_for_now_asks_to_wait(server, reply):
    recipient = f"waits-{WAITS.index(reply)}@example.com"
    server.at_rcpt.answers[recipient] = [reply]
    assert isinstance(await sent(server, recipient), Deferred)


async def test_a_421_makes_everything_wait(server):
    server.at_rcpt.answers["busy@example.com"] = ["421 4.7.0 Too many connections"]
    outcome = await sent(server, "busy@example.com")
    assert isinstance(outcome, Deferred)
    assert outcome.scope == "provider"


@pytest.mark.parametrize(("reply", "kind"), [("550 5.7.1 Spam", Rejected), ("451 4.3.0 Later", Deferred)])
async def test_a_refusal_after_the_data_is_definite(server, reply, kind):
    recipient = f"after-data-{reply[0]}@example.com"
    server.at_end.answers[recipient] = [reply]
    assert isinstance(await sent(server, recipient), kind)
    assert handed_on(server, recipient) == []


async def test_a_mail_that_is_too_large_is_refused_for_its_content(server):
    outcome = await sent(server, "large@example.com", text="x" * 70 * 400)
    assert isinstance(outcome, Rejected)
    assert outcome.refusal == "content"


async def test_connections_are_used_again(server):
    async with adapter_at(server.postfix.plain) as adapter:
        outcomes = [await send(adapter, f"again-{n}@example.com") for n in range(5)]
    assert all(isinstance(each, Accepted) for each in outcomes)


async def test_mails_at_the_same_time_do_not_mix(server):
    async with adapter_at(server.postfix.plain, connections=4) as adapter:
        names = [f"at-once-{n}@example.com" for n in range(20)]
        outcomes = await asyncio.gather(*(send(adapter, name) for name in names))
    await eventually(lambda: all(handed_on(server, name) for name in names), "the next server has all mails")
    assert all(isinstance(each, Accepted) for each in outcomes)


async def returned(server, recipient, action):
    """What Postfix reports to the sender of a mail to this recipient, as the parser reads it."""

    def found():
        reports = [report(each.content) for each in server.next.messages if each.sender == ""]
        bounces = [each for read in reports if isinstance(read, tuple) for each in read if isinstance(each, Bounce)]
        return [each for each in bounces if each.recipient == recipient and each.action == action]

    await eventually(found, f"the report of {recipient} is back")
    return found()[0]


async def test_a_mail_that_cannot_be_delivered_comes_back_with_its_attempt(server):
    server.next.by_recipient["gone@example.com"] = Reply("550 5.1.1 User unknown")
    outcome = await sent(server, "gone@example.com")
    bounce = await returned(server, "gone@example.com", "failed")
    assert (bounce.status, bounce.kind) == ("5.1.1", "permanent")
    assert outcome == Accepted(bounce.message_id)
    assert bounce.names == ("C-1", "c-1.1")


async def test_a_mail_that_is_refused_for_who_we_are_does_not_blame_the_address(server):
    server.next.by_recipient["refuses-us@example.com"] = Reply("550 5.7.26 Unauthenticated", at="DATA")
    await sent(server, "refuses-us@example.com")
    assert (await returned(server, "refuses-us@example.com", "failed")).kind == "policy"


async def test_a_mail_that_waits_is_reported_as_delayed(server):
    server.next.by_recipient["full@example.com"] = Reply("452 4.2.2 Mailbox full")
    await sent(server, "full@example.com")
    assert (await returned(server, "full@example.com", "delayed")).kind == "transient"
