"""Providers that reach nobody, in the test's own loop, and a worker's settings that send to them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

SENDER = "+15005550006"


def number(n: int) -> str:
    """One of a thousand numbers that belong to nobody."""
    return f"+447700900{n:03d}"


@dataclass
class Providers:
    """What a worker sends to."""

    twilio: TwilioStandIn
    smtp: SmtpSink

    @property
    def settings(self) -> dict[str, str]:
        """Settings of a worker that really sends, to these."""
        return sending_to(self.twilio.base_url, self.smtp.url)

    def reached(self) -> list[str]:
        """Numbers and addresses of all messages that were taken, repetitions included."""
        return [each.to for each in self.twilio.messages] + [each.recipient for each in self.smtp.messages]


def sending_to(twilio_url: str, smtp_url: str) -> dict[str, str]:
    """Settings of a worker that really sends, to these addresses."""
    return {
        "DISPATCHER_SENDING": "on",
        "DISPATCHER_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "DISPATCHER_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
        "DISPATCHER_TWILIO_FROM": SENDER,
        "DISPATCHER_TWILIO_BASE_URL": twilio_url,
        "DISPATCHER_SMTP_URL": smtp_url,
        "DISPATCHER_EMAIL_FROM": "billing@energy.example",
    }


def starting_at(instant: datetime) -> dict[str, str]:
    """The setting that makes a worker's clock start at an instant: nothing depends on this machine's hour."""
    return {"DISPATCHER_CLOCK": instant.isoformat()}


@asynccontextmanager
async def providers() -> AsyncIterator[Providers]:
    """Both stand-ins, up."""
    async with TwilioStandIn() as twilio, SmtpSink() as smtp:
        yield Providers(twilio, smtp)
