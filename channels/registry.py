"""Which adapter serves which channel: built-in ones by name, made from the configured accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from channels.accounts import SmtpConfig, TwilioConfig
from channels.email_smtp import SmtpEmail
from channels.protocol import Adapter
from channels.sms_twilio import TwilioSms
from schemas.values import Channel

ENTRY_POINT_GROUP: Final = "dispatcher.channels"
"""Where installed packages will offer further adapters; nothing is loaded from it unless a setting names
it."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The configured accounts, None where there is none."""

    twilio: TwilioConfig | None = None
    smtp: SmtpConfig | None = None


@dataclass(frozen=True, slots=True)
class RegistryProblems:
    """Why no adapters could be made: one sentence a problem, for the person who starts the process."""

    sentences: tuple[str, ...]


def _twilio(accounts: Accounts) -> Adapter | str:
    if accounts.twilio is None:
        return "adapter twilio: no account is configured, expected DISPATCHER_TWILIO_ACCOUNT_SID"
    return TwilioSms(accounts.twilio)


def _smtp(accounts: Accounts) -> Adapter | str:
    if accounts.smtp is None:
        return "adapter smtp: no server is configured, expected DISPATCHER_SMTP_URL"
    return SmtpEmail(accounts.smtp)


_BUILT_IN: Final[dict[str, tuple[Channel, Callable[[Accounts], Adapter | str]]]] = {
    "twilio": ("sms", _twilio),
    "smtp": ("email", _smtp),
}


def build(names: Mapping[Channel, str], accounts: Accounts) -> dict[Channel, Adapter] | RegistryProblems:
    """The adapter that each channel names, or everything that is wrong with the names and accounts."""
    adapters: dict[Channel, Adapter] = {}
    problems: list[str] = []
    for channel, name in names.items():
        made = _made(channel, name, accounts)
        if isinstance(made, str):
            problems.append(made)
        else:
            adapters[channel] = made
    return RegistryProblems(tuple(problems)) if problems else adapters


def _made(channel: Channel, name: str, accounts: Accounts) -> Adapter | str:
    if name not in _BUILT_IN:
        return f"channel {channel}: no adapter is called {name!r}, expected {' or '.join(sorted(_BUILT_IN))}"
    serves, make = _BUILT_IN[name]
    if serves != channel:
        return f"channel {channel}: adapter {name} serves {serves}, name it there"
    return make(accounts)
