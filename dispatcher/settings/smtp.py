"""Where e-mail is handed in: `smtp://`, `smtps://` or `smtp+starttls://`."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from dispatcher.settings.problems import Unsuitable
from dispatcher.settings.secret import Secret

Encryption = Literal["none", "tls", "starttls"]

_SCHEMES: Final[dict[str, tuple[Encryption, int]]] = {
    "smtp": ("none", 25),
    "smtps": ("tls", 465),
    "smtp+starttls": ("starttls", 587),
}

EXPECTED: Final = (
    "expected smtp://host:port, smtps://user:password@host:port or smtp+starttls://user:password@host:port"
    " (a password with special characters is percent-encoded)"
)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server; `encryption`: `tls` from the first byte, `starttls` (never optional) or `none`."""

    host: str
    port: int
    encryption: Encryption
    username: str | None = None
    password: Secret | None = None


def parse_smtp_url(text: str) -> SmtpServer:
    """The server that a URL names; ports default to 25, 465 and 587.

    Raises:
        Unsuitable: it is no such URL, or it would send a password in clear text to another machine.
    """
    parts = urlsplit(text)
    known = _SCHEMES.get(parts.scheme)
    if known is None or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise Unsuitable(EXPECTED)
    if (parts.username is None) != (parts.password is None):
        raise Unsuitable(EXPECTED)
    encryption, port = known
    if parts.password is not None and encryption == "none" and not is_loopback(parts.hostname):
        raise Unsuitable("smtp:// would send the password in clear text: expected smtps:// or smtp+starttls://")
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or port,
        encryption=encryption,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else Secret(unquote(parts.password)),
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, judged by its name alone: no name is looked up."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
