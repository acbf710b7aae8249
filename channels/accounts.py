"""Where each provider is and how to log in: plain values; naming an account loads no client library."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

MASK: Final = "********"

Encryption = Literal["tls", "starttls", "none"]
"""`tls` from the first byte, `starttls` (required, never opportunistic), or `none`, which only an explicit
setting gives."""


@dataclass(frozen=True, slots=True, repr=False)
class TwilioConfig:
    """One Twilio account.

    `sender` is the number, short code or sender name used where a message names none; one that starts with
    `MG` is a Messaging Service. `base_url` replaces `https://api.twilio.com` (no path). `status_callback` is the
    start of the address that Twilio tells what became of a message; a token that names the attempt is put behind
    it, and without it Twilio is not asked to tell. `proxy` is an HTTP proxy's URL. `connect_s` bounds name look-up,
    connection and TLS, `timeout_s` a whole send, both in seconds.
    """

    account_sid: str
    auth_token: str
    sender: str
    base_url: str | None = None
    status_callback: str | None = None
    proxy: str | None = None
    connect_s: float = 5.0
    timeout_s: float = 15.0
    connections: int = 50

    def __repr__(self) -> str:
        return f"TwilioConfig({self.account_sid[:4]}…, auth_token={MASK}, base_url={self.base_url!r})"


@dataclass(frozen=True, slots=True, repr=False)
class WebhookConfig:
    """One receiver of signed webhooks: `secret` is shared with it (`whsec_` and base64), `url` where it listens.

    `connect_s` and `timeout_s` as for Twilio.
    """

    url: str
    secret: str
    connect_s: float = 5.0
    timeout_s: float = 15.0
    connections: int = 50

    def __repr__(self) -> str:
        return f"WebhookConfig({urlsplit(self.url).hostname}, secret={MASK})"


@dataclass(frozen=True, slots=True, repr=False)
class DeskConfig:
    """A call desk that takes tasks as signed webhooks.

    `secrets` are shared with it (`whsec_` and base64), old and new while they are changed; `url` is where it listens.
    `connect_s` and `timeout_s` as for Twilio; `connections`: as many posts are under way at once.
    """

    url: str
    secrets: tuple[str, ...]
    connect_s: float = 5.0
    timeout_s: float = 15.0
    connections: int = 8

    def __repr__(self) -> str:
        return f"DeskConfig({urlsplit(self.url).hostname}, secrets={MASK})"


@dataclass(frozen=True, slots=True)
class FileConfig:
    """A folder that messages are handed over in."""

    folder: Path


@dataclass(frozen=True, slots=True, repr=False)
class SmtpConfig:
    """One mail server that takes mail for us.

    `sender` is the address used where a message names none; its domain names us in EHLO unless `ehlo_name`
    does. `ca_file` replaces the system's certificate authorities. `connect_s` bounds connection, TLS and
    login, `timeout_s` a whole send. A connection is used for at most `per_connection` messages and `age_s`
    seconds, and kept idle for `idle_s`.
    """

    host: str
    port: int
    encryption: Encryption
    sender: str
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    ehlo_name: str | None = None
    connect_s: float = 10.0
    timeout_s: float = 60.0
    connections: int = 8
    per_connection: int = 100
    age_s: float = 60.0
    idle_s: float = 10.0

    def __repr__(self) -> str:
        login = "" if self.username is None else f", username={MASK}, password={MASK}"
        return f"SmtpConfig({self.encryption}, {self.host}:{self.port}{login})"
