"""The accounts and adapters that the settings ask for, by channel."""

import random
from collections.abc import Mapping
from functools import partial
from urllib.parse import urlsplit

from channels.accounts import FileConfig, SmtpConfig, TwilioConfig, WebhookConfig
from channels.protocol import Adapter
from channels.registry import Accounts, RegistryProblems, build
from channels.retrying import Retrying
from dispatcher.core.policy import Policy
from dispatcher.engine.account import Supply
from dispatcher.engine.policy_switch import Objection
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings, SmtpServer, Terms, Twilio
from dispatcher.settings.smtp import is_loopback
from dispatcher.wiring.unstartable import Unstartable
from schemas.values import Channel

_MISSING: Mapping[Channel, str] = {
    "sms": "DISPATCHER_TWILIO_ACCOUNT_SID (with its token and DISPATCHER_TWILIO_FROM)",
    "email": "DISPATCHER_SMTP_URL (with DISPATCHER_EMAIL_FROM)",
}


def objection_of(settings: Settings) -> Objection:
    """Tells why a policy cannot be acted on: the mode sends, and it uses a channel that nothing is configured for."""
    configured: set[Channel] = {"call_task", *_names(settings)}

    def objection(policy: Policy) -> str | None:
        if settings.sending in ("off", "shadow"):
            return None
        used = {channel for stage in policy.every_stage for ladder in stage.ladders.values() for channel in ladder}
        missing = sorted(used - configured)
        if not missing:
            return None
        return (
            f"the policy uses the channel {missing[0]}, and {_MISSING[missing[0]]} is not set: set it, take the channel "
            "out of the policy, or choose DISPATCHER_SENDING=shadow"
        )

    return objection


def supplies(settings: Settings) -> tuple[Supply, ...]:
    """The accounts of the providers that are called in this sending mode.

    Raises:
        Unstartable: one cannot be used as the settings say.
    """
    if settings.sending in ("off", "shadow"):
        return ()
    built = configured(settings)
    if isinstance(built, RegistryProblems):
        raise Unstartable(ExitCode.SETTINGS, "\n".join(built.sentences))
    return tuple(_supply(name, adapter, settings) for name, adapter in built.items())


def configured(settings: Settings) -> dict[str, Adapter] | RegistryProblems:
    """The adapters of all accounts by their names, whether this sending mode calls them or not; first accounts first."""
    first = build(_names(settings), _accounts(settings, settings.twilio, settings.smtp))
    second = build(_second_names(settings), _accounts(settings, settings.twilio_2, settings.smtp_2))
    if isinstance(first, RegistryProblems) or isinstance(second, RegistryProblems):
        wrong = [each.sentences for each in (first, second) if isinstance(each, RegistryProblems)]
        return RegistryProblems(tuple(sentence for sentences in wrong for sentence in sentences))
    found = {_account_name(adapter): adapter for adapter in first.values()}
    return found | {f"{adapter.name}_2": adapter for adapter in second.values()}


def _account_name(adapter: Adapter) -> str:
    """Its own, if that is served by one adapter alone; else with its channel."""
    return adapter.name if adapter.name in {"twilio", "smtp"} else f"{adapter.name}_{adapter.capabilities.channel}"


def _supply(name: str, adapter: Adapter, settings: Settings) -> Supply:
    terms = settings.terms.get(name, Terms())
    return Supply(
        name,
        adapter.capabilities.channel,
        adapter,
        weight=terms.weight,
        per_second=terms.per_second,
        own_numbers=name == "twilio_2",  # those of the policy are the first account's
        persist=partial(Retrying, chance=random.random),
    )


def _second_names(settings: Settings) -> Mapping[Channel, str]:
    """Second accounts stand beside the first, not beside an adapter that was named instead."""
    named = _names(settings)
    names: dict[Channel, str] = {}
    if settings.twilio_2 is not None and named.get("sms") == "twilio":
        names["sms"] = "twilio"
    if settings.smtp_2 is not None and named.get("email") == "smtp":
        names["email"] = "smtp"
    return names


def _names(settings: Settings) -> Mapping[Channel, str]:
    """What is configured, unless another adapter is named."""
    names: dict[Channel, str] = {}
    if settings.twilio is not None:
        names["sms"] = "twilio"
    if settings.smtp is not None and settings.email_from is not None:
        names["email"] = "smtp"
    return {**names, **settings.adapters.named}


def _accounts(settings: Settings, texts: Twilio | None, mails: SmtpServer | None) -> Accounts:
    twilio, smtp = None, None
    if texts is not None:
        twilio = TwilioConfig(
            texts.account_sid,
            texts.auth_token.reveal(),
            texts.sender,
            texts.base_url,
            status_callback=_status_callback(settings.public_url, texts.base_url),
        )
    if mails is not None and settings.email_from is not None:
        password = None if mails.password is None else mails.password.reveal()
        smtp = SmtpConfig(mails.host, mails.port, mails.encryption, settings.email_from, mails.username, password)
    chosen = settings.adapters
    return Accounts(
        twilio,
        smtp,
        webhook=None if chosen.webhook is None else WebhookConfig(chosen.webhook.url, chosen.webhook.secret.reveal()),
        file=FileConfig(settings.data_dir / "messages"),
        apprise=tuple(address.reveal() for address in chosen.apprise),
        options={
            name: {option: value.reveal() for option, value in given.items()} for name, given in chosen.options.items()
        },
    )


def _status_callback(public_url: str | None, twilio_url: str) -> str | None:
    """Where Twilio tells what became of a message: over https, or from a stand-in that itself is called over http."""
    if public_url is None:
        return None
    twilio = urlsplit(twilio_url)
    if not public_url.startswith("https://") and twilio.scheme == "https" and not is_loopback(twilio.hostname or ""):
        return None
    return f"{public_url}/hooks/twilio/status/"
