"""What variables say together: groups that are whole or absent, and combinations that are refused."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from dispatcher.settings import variables as v
from dispatcher.settings.kafka_client import client_options
from dispatcher.settings.model import (
    Adapters,
    ClockSettings,
    Gateway,
    Kafka,
    Sending,
    StaffSettings,
    Terms,
    Twilio,
    Webhook,
)
from dispatcher.settings.problems import Problem
from dispatcher.settings.reading import Reader
from dispatcher.settings.secret import Secret
from dispatcher.settings.smtp import SmtpServer, is_loopback
from dispatcher.settings.variables.variable import Variable, adapter_prefix

_REAL_TIME: Final = 1.0
_SAFE_TO_HURRY: Final = frozenset({"twilio", "smtp", "webhook", "file", "console"})
"""Adapters that reach nobody, or whose address is judged."""


def kafka(read: Reader) -> Kafka:
    """How to speak to the cluster; SASL without its user, or half a client certificate, is a problem."""
    found = Kafka(
        security_protocol=read.read(v.kafka.KAFKA_SECURITY_PROTOCOL),
        sasl_mechanism=read.read(v.kafka.KAFKA_SASL_MECHANISM),
        sasl_username=read.read(v.kafka.KAFKA_SASL_USERNAME),
        sasl_password=read.read(v.kafka.KAFKA_SASL_PASSWORD),
        ca_file=read.read(v.kafka.KAFKA_CA_FILE),
        cert_file=read.read(v.kafka.KAFKA_CERT_FILE),
        key_file=read.read(v.kafka.KAFKA_KEY_FILE),
        key_password=read.read(v.kafka.KAFKA_KEY_PASSWORD),
    )
    if found.security_protocol.startswith("SASL"):
        needed = {
            v.kafka.KAFKA_SASL_USERNAME.name: found.sasl_username,
            v.kafka.KAFKA_SASL_PASSWORD.name: found.sasl_password,
        }
        read.problems += _missing(needed, f"expected, because {v.kafka.KAFKA_SECURITY_PROTOCOL.name} asks for SASL")
    if (found.cert_file is None) != (found.key_file is None):
        pair = {v.kafka.KAFKA_CERT_FILE.name: found.cert_file, v.kafka.KAFKA_KEY_FILE.name: found.key_file}
        read.problems += _missing(pair, "expected: a certificate and its key go together")
        return found
    try:
        client_options(found)
    except OSError:  # what OpenSSL says of it names no file
        files = f"{v.kafka.KAFKA_CA_FILE.name}, {v.kafka.KAFKA_CERT_FILE.name}, {v.kafka.KAFKA_KEY_FILE.name}"
        wanted = "expected PEM files, the key of the certificate, and its password where it has one"
        read.problems.append(Problem(files, None, wanted))
    return found


_Texts = tuple[Variable[str | None], Variable[Secret | None], Variable[str | None], Variable[str]]

_TWILIO: Final[_Texts] = (
    v.accounts.TWILIO_ACCOUNT_SID,
    v.accounts.TWILIO_AUTH_TOKEN,
    v.accounts.TWILIO_FROM,
    v.accounts.TWILIO_BASE_URL,
)
_TWILIO_2: Final[_Texts] = (
    v.accounts.TWILIO_2_ACCOUNT_SID,
    v.accounts.TWILIO_2_AUTH_TOKEN,
    v.accounts.TWILIO_2_FROM,
    v.accounts.TWILIO_2_BASE_URL,
)


def twilio(read: Reader) -> tuple[Twilio | None, Twilio | None]:
    """The account and the second one, where they are configured: id, token and sender together."""
    first = _twilio(read, _TWILIO, read.read(v.accounts.TWILIO_AUTH_TOKEN_OLD))
    second = _twilio(read, _TWILIO_2, read.read(v.accounts.TWILIO_2_AUTH_TOKEN_OLD))
    if second is not None and first is None:
        read.problems.append(
            Problem(
                v.accounts.TWILIO_2_ACCOUNT_SID.name, None, f"expected {v.accounts.TWILIO_ACCOUNT_SID.name} beside it"
            )
        )
    return first, second


def _twilio(read: Reader, variables: _Texts, old_token: Secret | None = None) -> Twilio | None:
    account, secret, origin, address = variables
    sid, token, sender, base_url = read.read(account), read.read(secret), read.read(origin), read.read(address)
    if sid is not None and token is not None and sender is not None:
        return Twilio(account_sid=sid, auth_token=token, sender=sender, base_url=base_url, old_auth_token=old_token)
    if not (sid is None and token is None and sender is None):
        needed = {account.name: sid, secret.name: token, origin.name: sender}
        read.problems += _missing(needed, "expected: account, token and sender are set together, or none of them")
    return None


def gateway(read: Reader) -> Gateway:
    """How the gateway listens, whom it believes, and how often it may be asked."""
    desk_url, desk_secrets = read.read(v.gateway.DESK_URL), read.read(v.gateway.DESK_SECRET)
    if (
        desk_url is not None
        and not desk_secrets
        and v.gateway.DESK_SECRET.name not in {each.variable for each in read.problems}
    ):
        why = f"because {v.gateway.DESK_URL.name} is set: what is posted there is signed"
        wanted = f"missing; {v.gateway.DESK_SECRET.expected}, {why}"
        read.problems.append(Problem(v.gateway.DESK_SECRET.name, None, wanted))
    return Gateway(
        host=read.read(v.gateway.GATEWAY_HOST),
        port=read.read(v.gateway.GATEWAY_PORT),
        proxies=read.read(v.gateway.GATEWAY_PROXIES),
        caller_rate=read.read(v.gateway.GATEWAY_CALLER_RATE),
        stranger_rate=read.read(v.gateway.GATEWAY_STRANGER_RATE),
        api_keys_file=read.read(v.gateway.API_KEYS_FILE),
        desk_secrets=desk_secrets,
        desk_url=desk_url,
        help_text=read.read(v.gateway.HELP_TEXT),
        bounces=read.read(v.gateway.BOUNCES),
    )


def staff(read: Reader, served: Gateway) -> StaffSettings:
    """The staff pages: who could reach them must be able to do so safely, and whoever vouches must be listed."""
    found = StaffSettings(
        pages=read.read(v.gateway.STAFF_PAGES),
        url=read.read(v.gateway.STAFF_URL),
        proxy_secret=read.read(v.gateway.STAFF_PROXY_SECRET),
        sign_out_url=read.read(v.gateway.STAFF_SIGN_OUT_URL),
        audit_days=read.read(v.gateway.STAFF_AUDIT_DAYS),
    )
    if found.proxy_secret is not None and not served.proxies:
        wanted = (
            f"missing; expected the proxies that send {v.gateway.STAFF_PROXY_SECRET.name}, and no others are believed"
        )
        read.problems.append(Problem(v.gateway.GATEWAY_PROXIES.name, None, wanted))
    return found


def email(read: Reader) -> tuple[SmtpServer | None, SmtpServer | None, str | None]:
    """Mail server, second mail server and sender: a server needs the sender, and the second one the first."""
    server, second, sender = (
        read.read(v.accounts.SMTP_URL),
        read.read(v.accounts.SMTP_2_URL),
        read.read(v.accounts.EMAIL_FROM),
    )
    if (server is None) != (sender is None):
        pair = {v.accounts.SMTP_URL.name: server, v.accounts.EMAIL_FROM.name: sender}
        read.problems += _missing(pair, "expected: mail server and sender are set together, or none of them")
    if second is not None and server is None:
        read.problems.append(
            Problem(v.accounts.SMTP_2_URL.name, None, f"expected {v.accounts.SMTP_URL.name} beside it")
        )
    return server, second, sender


def terms(read: Reader) -> Mapping[str, Terms]:
    """How much each account is given, by its name."""
    return {
        "twilio": Terms(read.read(v.accounts.TWILIO_WEIGHT), read.read(v.accounts.TWILIO_PER_SECOND)),
        "twilio_2": Terms(read.read(v.accounts.TWILIO_2_WEIGHT), read.read(v.accounts.TWILIO_2_PER_SECOND)),
        "smtp": Terms(read.read(v.accounts.SMTP_WEIGHT), read.read(v.accounts.SMTP_PER_SECOND)),
        "smtp_2": Terms(read.read(v.accounts.SMTP_2_WEIGHT), read.read(v.accounts.SMTP_2_PER_SECOND)),
    }


def adapters(read: Reader, environ: Mapping[str, str]) -> Adapters:
    """Which adapters are named, and what they need: the webhook's receiver with its secret, both or neither."""
    named, url, secret = (
        read.read(v.sending.ADAPTERS),
        read.read(v.sending.WEBHOOK_URL),
        read.read(v.sending.WEBHOOK_SECRET),
    )
    if (url is None) != (secret is None):
        wrong = {problem.variable for problem in read.problems}
        pair = {
            name: value
            for name, value in ((v.sending.WEBHOOK_URL.name, url), (v.sending.WEBHOOK_SECRET.name, secret))
            if name not in wrong
        }
        read.problems += _missing(
            pair, "expected: the receiver's address and its secret are set together, or none of them"
        )
    return Adapters(
        named=named,
        webhook=None if url is None or secret is None else Webhook(url, secret),
        apprise=read.read(v.sending.APPRISE_URLS),
        options={name: _options(name, environ) for name in named.values()},
    )


def _options(adapter: str, environ: Mapping[str, str]) -> Mapping[str, Secret]:
    """What the environment says to an installed adapter: any of it may be a secret."""
    start = adapter_prefix(adapter)
    return {
        name.removeprefix(start).lower(): Secret(value)
        for name, value in environ.items()
        if name.startswith(start) and name != start and value
    }


def unused_allowlist(sending: Sending, allowlist: frozenset[str]) -> Iterator[Problem]:
    """Sending to an allowlist needs one; otherwise nobody would ever be called, without a word."""
    if sending == "allowlist" and not allowlist:
        yield Problem(
            v.sending.ALLOWLIST.name,
            None,
            f"{v.sending.ALLOWLIST.expected}, because {v.sending.SENDING.name}=allowlist",
        )


def clock(
    read: Reader,
    texts: tuple[Twilio | None, Twilio | None],
    mails: tuple[SmtpServer | None, SmtpServer | None],
    chosen: Adapters,
    desk_url: str | None,
) -> ClockSettings | None:
    """A clock of our own, refused where it could make a real message leave at a wrong hour."""
    start, rate = read.read(v.installation.CLOCK), read.read(v.installation.CLOCK_RATE)
    if start is None:
        if rate != _REAL_TIME:
            wanted = f"expected {v.installation.CLOCK.name} beside it: a clock with a rate of its own needs a start"
            read.problems.append(Problem(v.installation.CLOCK_RATE.name, None, wanted))
        return None
    advice = f"expected a stand-in on this machine (127.0.0.1), because {v.installation.CLOCK.name} moves the clock"
    for variable, account in zip((v.accounts.TWILIO_BASE_URL, v.accounts.TWILIO_2_BASE_URL), texts, strict=True):
        if account is not None and not is_loopback(urlsplit(account.base_url).hostname or ""):
            read.problems.append(Problem(variable.name, account.base_url, advice))
    for url, server in zip((v.accounts.SMTP_URL, v.accounts.SMTP_2_URL), mails, strict=True):
        if server is not None and not is_loopback(server.host):
            read.problems.append(Problem(url.name, None, advice))
    if chosen.webhook is not None and not is_loopback(urlsplit(chosen.webhook.url).hostname or ""):
        read.problems.append(Problem(v.sending.WEBHOOK_URL.name, chosen.webhook.url, advice))
    if desk_url is not None and not is_loopback(urlsplit(desk_url).hostname or ""):
        read.problems.append(Problem(v.gateway.DESK_URL.name, desk_url, advice))
    for name in sorted(set(chosen.named.values()) - _SAFE_TO_HURRY):
        why = f"because {v.installation.CLOCK.name} moves the clock, and nobody knows whom it would reach"
        wanted = f"expected none of {name}, {why}"
        read.problems.append(Problem(v.sending.ADAPTERS.name, None, wanted))
    return ClockSettings(start=start, rate=rate)


def _missing(needed: Mapping[str, object], expected: str) -> Iterator[Problem]:
    for variable, value in needed.items():
        if value is None:
            yield Problem(variable, None, f"missing; {expected}")
