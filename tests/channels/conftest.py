"""Harnesses: each adapter with its own stand-in on loopback, under the control of one test."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from channels.accounts import SmtpConfig, TwilioConfig
from channels.conformance import EVERY, Situation
from channels.email_smtp import SmtpEmail
from channels.protocol import Message
from channels.sms_twilio import TwilioSms
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import DropAfterData, Reply, SmtpFault, Stalls
from dispatcher.local.twilio import ACCOUNT_SID, TwilioStandIn
from dispatcher.local.twilio_faults import TOO_MANY_REQUESTS, Cut, Fault, Hangs, Refused

RECIPIENT = "+12025550123"
ADDRESS = "kim.doe@example.com"
TEXT = "Invoice 4711: 12.50 EUR due on 1 March."

SMS_FAULTS: dict[Situation, Fault] = {
    "refuses_recipient": Refused(400, 21211, f"The 'To' number {RECIPIENT} is not a valid phone number"),
    "limits_rate": TOO_MANY_REQUESTS,
    "cuts_after_request": Cut(),
    "never_answers": Hangs(),
}
MAIL_FAULTS: dict[Situation, SmtpFault] = {
    "refuses_recipient": Reply(f"550 5.1.1 <{ADDRESS}> no such user"),
    "limits_rate": Reply("421 4.7.0 too many messages", at="DATA"),
    "cuts_after_request": DropAfterData(),
    "never_answers": Stalls(),
}


class TwilioHarness:
    situations = EVERY
    secrets = (RECIPIENT, RECIPIENT[1:], TEXT, "auth-token-of-a-test")

    def __init__(self, provider: TwilioStandIn) -> None:
        self.provider = provider
        self.adapter = TwilioSms(
            TwilioConfig(ACCOUNT_SID, "auth-token-of-a-test", "+15005550006", base_url=provider.base_url)
        )

    def message(self, attempt_id: str) -> Message:
        return Message(attempt_id, "sms", RECIPIENT, TEXT, "en")

    def stage(self, situation: Situation) -> None:
        self.provider.stage([SMS_FAULTS[situation]])

    async def request_read(self) -> None:
        await self.provider.arrival(requests=1)

    async def disappear(self) -> None:
        await self.provider.close()

    def taken(self) -> int:
        return len(self.provider.messages)


class SmtpHarness:
    situations = EVERY
    secrets = (ADDRESS, TEXT, "Your invoice", "password-of-a-test")

    def __init__(self, provider: SmtpSink, ca_file: str) -> None:
        self.provider = provider
        self.adapter = SmtpEmail(
            SmtpConfig(
                "127.0.0.1",
                provider.port,
                "starttls",
                "bills@creditor.example",
                username="user-of-a-test",
                password="password-of-a-test",
                ca_file=ca_file,
            )
        )

    def message(self, attempt_id: str) -> Message:
        return Message(attempt_id, "email", ADDRESS, TEXT, "en", subject="Your invoice", html=f"<p>{TEXT}</p>")

    def stage(self, situation: Situation) -> None:
        self.provider.stage([MAIL_FAULTS[situation]])

    async def request_read(self) -> None:
        await self.provider.arrival(mails=1)

    async def disappear(self) -> None:
        await self.provider.close()

    def taken(self) -> int:
        return len(self.provider.messages)


@pytest.fixture(scope="session")
def certificate() -> Path:
    return Path(__file__).parent / "certificates" / "localhost.pem"


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


@pytest_asyncio.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with TwilioStandIn() as standing_in:
        yield standing_in


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    async with SmtpSink() as standing_in:
        yield standing_in


@pytest_asyncio.fixture
async def twilio_harness() -> AsyncIterator[TwilioHarness]:
    async with TwilioStandIn(auth_token="auth-token-of-a-test") as provider:
        harness = TwilioHarness(provider)
        yield harness
        await harness.adapter.close()


@pytest_asyncio.fixture
async def smtp_harness(server_tls: ssl.SSLContext, certificate: Path) -> AsyncIterator[SmtpHarness]:
    login = ("user-of-a-test", "password-of-a-test")
    async with SmtpSink(tls=server_tls, starttls=True, login=login) as provider:
        harness = SmtpHarness(provider, str(certificate))
        yield harness
        await harness.adapter.close()
