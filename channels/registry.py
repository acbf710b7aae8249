"""Which adapter serves which channel: built-in ones by name, made from the configured accounts, then installed ones."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Final

from channels.accounts import FileConfig, SmtpConfig, TwilioConfig, WebhookConfig
from channels.console import Console
from channels.email_smtp import SmtpEmail
from channels.file import MessageFile
from channels.offers import Options, Unusable, announced, offer
from channels.protocol import Adapter
from channels.sms_twilio import TwilioSms
from channels.webhook import Webhook
from schemas.values import CHANNELS, Channel


@dataclass(frozen=True, slots=True)
class Accounts:
    """The configured accounts, None where there is none; `options` are those of installed adapters, by their names."""

    twilio: TwilioConfig | None = None
    smtp: SmtpConfig | None = None
    webhook: WebhookConfig | None = None
    file: FileConfig | None = None
    apprise: tuple[str, ...] = ()
    options: Mapping[str, Options] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class RegistryProblems:
    """Why no adapters could be made: one sentence a problem, for the person who starts the process."""

    sentences: tuple[str, ...]


def _twilio(_: Channel, accounts: Accounts) -> Adapter | str:
    if accounts.twilio is None:
        return "adapter twilio: no account is configured, expected DISPATCHER_TWILIO_ACCOUNT_SID"
    return TwilioSms(accounts.twilio)


def _smtp(_: Channel, accounts: Accounts) -> Adapter | str:
    if accounts.smtp is None:
        return "adapter smtp: no server is configured, expected DISPATCHER_SMTP_URL"
    return SmtpEmail(accounts.smtp)


def _webhook(channel: Channel, accounts: Accounts) -> Adapter | str:
    if accounts.webhook is None:
        return (
            "adapter webhook: no receiver is configured, expected DISPATCHER_WEBHOOK_URL and DISPATCHER_WEBHOOK_SECRET"
        )
    return Webhook(channel, accounts.webhook)


def _console(channel: Channel, _: Accounts) -> Adapter | str:
    return Console(channel)


def _file(channel: Channel, accounts: Accounts) -> Adapter | str:
    if accounts.file is None:
        return "adapter file: no folder is configured, expected DISPATCHER_DATA_DIR"
    try:
        accounts.file.folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        return f"adapter file: {accounts.file.folder} cannot be made ({fault.strerror}), expected a folder to write to"
    return MessageFile(channel, accounts.file)


def _apprise(channel: Channel, accounts: Accounts) -> Adapter | str:
    if not accounts.apprise:
        return "adapter apprise: no address is configured, expected DISPATCHER_APPRISE_URLS"
    try:
        from channels.apprise_any import AppriseAny  # noqa: PLC0415 - an extra of the package, and 200 modules
    except ImportError:
        return "adapter apprise: the package apprise is not installed, expected `pip install dispatcher[apprise]`"
    return AppriseAny(channel, accounts.apprise)


_BUILT_IN: Final[dict[str, tuple[tuple[Channel, ...], Callable[[Channel, Accounts], Adapter | str]]]] = {
    "twilio": (("sms",), _twilio),
    "smtp": (("email",), _smtp),
    "webhook": (CHANNELS, _webhook),
    "console": (CHANNELS, _console),
    "file": (CHANNELS, _file),
    "apprise": (CHANNELS, _apprise),
}


def is_built_in(name: str) -> bool:
    """Whether an adapter of this name is part of the product."""
    return name in _BUILT_IN


def build(
    names: Mapping[Channel, str], accounts: Accounts, found: Callable[[], Iterable[EntryPoint]] = announced
) -> dict[Channel, Adapter] | RegistryProblems:
    """The adapter that each channel names, or everything that is wrong with the names and accounts.

    `found` is asked for what packages announce only if a name is no built-in one.
    """
    adapters: dict[Channel, Adapter] = {}
    problems: list[str] = []
    for channel, name in names.items():
        made = _built_in(channel, name, accounts) if name in _BUILT_IN else _installed(channel, name, accounts, found())
        if isinstance(made, str):
            problems.append(made)
        else:
            adapters[channel] = made
    return RegistryProblems(tuple(problems)) if problems else adapters


def _built_in(channel: Channel, name: str, accounts: Accounts) -> Adapter | str:
    serves, make = _BUILT_IN[name]
    if channel not in serves:
        return _elsewhere(channel, name, serves)
    return make(channel, accounts)


def _installed(channel: Channel, name: str, accounts: Accounts, found: Iterable[EntryPoint]) -> Adapter | str:
    offered = offer(name, found)
    if offered is None:
        known = " or ".join(sorted(_BUILT_IN))
        return f"channel {channel}: no adapter is called {name!r}, expected {known}, or one that an installed package offers"
    if isinstance(offered, Unusable):
        return f"adapter {name} {offered.why}"
    if channel not in offered.channels:
        return _elsewhere(channel, name, offered.channels)
    try:
        made = offered.make(channel, accounts.options.get(name, {}))
    except ValueError as wrong:
        return f"adapter {name}: {wrong}"
    if made.capabilities.channel != channel:
        return f"adapter {name} was made for {channel} and says {made.capabilities.channel}: correct its package"
    return made


def _elsewhere(channel: Channel, name: str, serves: Iterable[Channel]) -> str:
    return f"channel {channel}: adapter {name} serves {' and '.join(serves)}, name it there"
