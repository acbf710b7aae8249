"""The settings of one process, read once at its start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from dispatcher.settings.reports import Reports
from dispatcher.settings.secret import Secret
from dispatcher.settings.smtp import SmtpServer
from schemas import points
from schemas.master_keys import MasterKeys
from schemas.values import Channel, Millis

Sending = Literal["off", "shadow", "allowlist", "on"]
"""`off`: nothing is sent; `shadow`: decided and journalled, nobody called; `allowlist`: its members; `on`."""

Origin = Literal["default", "environment", "file"]
SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]
Bounces = Literal["any", "ours"]
StaffPages = Literal["on", "off"]
LogLevel = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One variable as people may see it: secrets masked, personal data counted."""

    variable: str
    shown: str
    origin: Origin
    default: str
    expected: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Kafka:
    """How to speak to the cluster, in the words of Kafka's own clients; paths are PEM files."""

    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    sasl_username: str | None = None
    sasl_password: Secret | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    key_password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Twilio:
    """The SMS provider's account; `sender`: an E.164 number, a messaging service (`MG...`) or a name."""

    account_sid: str
    auth_token: Secret
    sender: str
    base_url: str
    old_auth_token: Secret | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """The HTTP process. Rates are requests a second: of one API key, and of one address that proves nothing.

    `proxies`: networks whose X-Forwarded-For is believed. `desk_secrets` sign what a call desk reports, and the
    tasks that are posted to `desk_url`.
    """

    host: str
    port: int
    proxies: tuple[str, ...]
    caller_rate: float
    stranger_rate: float
    api_keys_file: Path | None
    desk_secrets: tuple[Secret, ...]
    desk_url: str | None
    help_text: str | None
    bounces: Bounces


@dataclass(frozen=True, slots=True)
class StaffSettings:
    """The pages of those who work here: whether there are any, their own address, who vouches for people, what is kept.

    With `proxy_secret` the proxies before the gateway say who is signed in, and local accounts serve nobody; people then
    sign out at `sign_out_url`.
    """

    pages: StaffPages
    url: str | None
    proxy_secret: Secret | None
    sign_out_url: str | None
    audit_days: int


@dataclass(frozen=True, slots=True)
class Archive:
    """The archive: where it is (None: a file in the data folder), how many days it keeps what concerns people.

    `keep`: creditors with days of their own, for records and for texts, or with the preset that says how long.
    """

    database_url: Secret | None
    text_days: int
    days: int
    metrics_port: int
    keep: Mapping[str, tuple[int, int] | str]


@dataclass(frozen=True, slots=True)
class Webhook:
    """The receiver of the adapter `webhook`."""

    url: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class Adapters:
    """Which adapter a channel uses where it is said, and what those need that are neither Twilio nor a mail server.

    `options`: by name of an installed adapter, what `DISPATCHER_ADAPTER_<NAME>_<OPTION>` say, by option in lower case.
    """

    named: Mapping[Channel, str]
    webhook: Webhook | None
    apprise: tuple[Secret, ...]
    options: Mapping[str, Mapping[str, Secret]]


@dataclass(frozen=True, slots=True)
class Terms:
    """How much an account is given: its `weight` beside the other of its channel, and no more than `per_second`.

    That counts segments of texts, or mails, from all workers together; None: any number.
    """

    weight: int = 50
    per_second: float | None = None


@dataclass(frozen=True, slots=True)
class ClockSettings:
    """A wall clock that starts at `start` and runs `rate` times as fast: for stand-ins alone."""

    start: Millis
    rate: float


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides; see `dispatcher.settings.variables` for each variable's meaning."""

    bootstrap_servers: str
    app_id: str
    topic_prefix: str
    partitions: int
    replication: int
    session_timeout_s: float
    kafka: Kafka
    policy: Path | None
    templates: tuple[Path, ...]
    data_dir: Path
    archive: Archive
    reports: Reports
    secret: Secret | None
    # What people's data is sealed with; None: it is not sealed.
    masters: MasterKeys | None = field(repr=False)
    public_url: str | None
    gateway: Gateway
    staff: StaffSettings
    metrics_host: str
    metrics_port: int
    log_level: LogLevel
    sending: Sending
    # Numbers and addresses of people: never part of a repr.
    allowlist: frozenset[str] = field(repr=False)
    twilio: Twilio | None
    twilio_2: Twilio | None
    smtp: SmtpServer | None
    smtp_2: SmtpServer | None
    email_from: str | None
    # By name of the account: "twilio", "twilio_2", "smtp" and "smtp_2".
    terms: Mapping[str, Terms]
    adapters: Adapters
    clock: ClockSettings | None
    entries: tuple[Entry, ...] = field(repr=False)
    warnings: tuple[str, ...] = ()

    def topic(self, name: str) -> str:
        """The name in this installation's cluster of a topic of `schemas.topics`."""
        return f"{self.topic_prefix}{name}"

    @property
    def point_key(self) -> bytes:
        """What the digests of numbers and addresses are keyed with; guessable where there is no secret."""
        return points.point_key(f"dispatcher:{self.app_id}" if self.secret is None else self.secret.reveal())

    @property
    def archive_key(self) -> bytes:
        """What seals the archive's records and makes its pseudonyms; guessable where there is no secret."""
        secret = f"dispatcher:{self.app_id}" if self.secret is None else self.secret.reveal()
        return blake2b(secret.encode(), digest_size=32, person=b"archive").digest()

    @property
    def staff_key(self) -> bytes:
        """What chains the record of what staff did; guessable where there is no secret."""
        secret = f"dispatcher:{self.app_id}" if self.secret is None else self.secret.reveal()
        return blake2b(secret.encode(), digest_size=32, person=b"staff").digest()

    @property
    def staff_url(self) -> str | None:
        """The address of the staff pages, where they have one."""
        return self.staff.url or self.public_url

    def is_given(self, variable: str) -> bool:
        """Whether somebody set a variable (in the environment or by a file), as opposed to its default."""
        return any(entry.variable == variable and entry.origin != "default" for entry in self.entries)
