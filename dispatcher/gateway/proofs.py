"""What callers are checked against, as the settings say: keys, Twilio's tokens, readers of other providers' word."""

from collections.abc import Mapping

import structlog

from channels.accounts import WebhookConfig
from channels.receipt_readers import readers
from channels.receipts import Receipts
from channels.registry import Accounts, RegistryProblems
from dispatcher.exit_codes import ExitCode
from dispatcher.gateway.adapters import PATH as HOOKS_OF_ADAPTERS
from dispatcher.gateway.api_keys import ApiKey, KeyFileProblem, read_keys
from dispatcher.gateway.parts import TwilioHooks
from dispatcher.settings import Settings

_log = structlog.get_logger(__name__)


class Unstartable(Exception):
    """The gateway cannot start; the message is for the operator, the code for the shell."""

    def __init__(self, code: ExitCode, why: str) -> None:
        super().__init__(why)
        self.code = code


def known_keys(settings: Settings) -> tuple[ApiKey, ...]:
    """The callers of the file of keys; none where no file is named.

    Raises:
        Unstartable: the file cannot be read or says something wrong.
    """
    file = settings.gateway.api_keys_file
    if file is None:
        _log.warning("gateway_knows_no_caller", advice="DISPATCHER_API_KEYS_FILE: until then /v1 turns everybody away")
        return ()
    try:
        found = read_keys(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        why = f"DISPATCHER_API_KEYS_FILE: {file} cannot be read: {type(fault).__name__}; expected a text file"
        raise Unstartable(ExitCode.SETTINGS, why) from fault
    if isinstance(found, KeyFileProblem):
        raise Unstartable(ExitCode.SETTINGS, f"DISPATCHER_API_KEYS_FILE: {file}: {found}")
    return found


def twilio_hooks(settings: Settings) -> TwilioHooks | None:
    """What Twilio's calls are checked against; None without an account, or without the address that its signatures cover.

    Each account signs with its own token: receipts and replies of the second one come to the same addresses.
    """
    if settings.twilio is None:
        return None
    if settings.public_url is None:
        _log.warning(
            "gateway_does_not_hear_twilio", advice="DISPATCHER_PUBLIC_URL: Twilio's signatures cover our address"
        )
        return None
    accounts = [each for each in (settings.twilio, settings.twilio_2) if each is not None]
    tokens = [token for each in accounts for token in (each.auth_token, each.old_auth_token) if token is not None]
    return TwilioHooks(settings.public_url, tuple(tokens), settings.gateway.help_text)


def receipt_readers(settings: Settings) -> Mapping[str, Receipts]:
    """Who reads what the providers of named adapters tell.

    Raises:
        Unstartable: an adapter that is named cannot be used.
    """
    chosen = settings.adapters
    webhook = chosen.webhook
    accounts = Accounts(
        webhook=None if webhook is None else WebhookConfig(webhook.url, webhook.secret.reveal()),
        options={
            name: {option: value.reveal() for option, value in given.items()} for name, given in chosen.options.items()
        },
    )
    under = None if settings.public_url is None else settings.public_url + HOOKS_OF_ADAPTERS
    found = readers(chosen.named.values(), accounts, under)
    if isinstance(found, RegistryProblems):
        raise Unstartable(ExitCode.SETTINGS, "\n".join(found.sentences))
    return found
