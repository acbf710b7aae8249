"""The providers of the demonstration: stand-ins on this machine that reach nobody, with the faults that it shows."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from dispatcher.local.smtp import SmtpSink
from dispatcher.local.smtp_faults import Reply
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from dispatcher.local.twilio_faults import Cut, Refused

_LOST_ANSWER: Final = "+447700900147"
_ASKS_TO_WAIT: Final = ("+447700900156", "+447700900205")
_GREYLISTED: Final = "greylisted@example.com"
_UNREACHABLE: Final = "unreachable@example.com"


@dataclass(frozen=True, slots=True)
class Providers:
    """Both stand-ins, serving."""

    sms: TwilioStandIn
    mail: SmtpSink

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that lead a worker to them and nowhere else."""
        return {
            "DISPATCHER_TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "DISPATCHER_TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "DISPATCHER_TWILIO_FROM": "+15005550006",
            "DISPATCHER_TWILIO_BASE_URL": self.sms.base_url,
            "DISPATCHER_SMTP_URL": self.mail.url,
            "DISPATCHER_EMAIL_FROM": "billing@energy.example",
        }

    def recover(self) -> None:
        """The mail servers are well again."""
        self.mail.by_recipient.clear()


@asynccontextmanager
async def providers() -> AsyncIterator[Providers]:
    """Both, while entered, with the portfolio's faults staged at the recipients that show them."""
    async with TwilioStandIn() as sms, SmtpSink() as mail:
        sms.by_recipient[_LOST_ANSWER] = Cut(created=True)
        # Whether a day lasts long enough for a look at the provider's list depends on the machine: what is found must not.
        sms.silent_about.add(_LOST_ANSWER)
        for number in _ASKS_TO_WAIT:
            sms.by_recipient[number] = Refused(429, 20429, "Too Many Requests", retry_after_s=3)
        mail.by_recipient[_GREYLISTED] = Reply("451 4.7.1 Greylisted, try again later")
        mail.by_recipient[_UNREACHABLE] = Reply("421 4.3.2 Service shutting down")
        yield Providers(sms, mail)
