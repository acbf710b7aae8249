"""The one table of every variable: what it means, what may stand there, and what holds where nothing does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Generic, Literal, TypeVar, get_args

from dispatcher.settings import parsing, reports, smtp
from dispatcher.settings.model import Bounces, LogLevel, SaslMechanism, SecurityProtocol, Sending, StaffPages

T_co = TypeVar("T_co", covariant=True)

PREFIX: Final = "DISPATCHER_"
ADAPTER_PREFIX: Final = "DISPATCHER_ADAPTER_"
"""Before the name and an option of an installed adapter; which there are, only that adapter knows."""


def adapter_prefix(name: str) -> str:
    """What the options of an adapter begin with: its name in capitals, `_` for `-` and `.`."""
    return f"{ADAPTER_PREFIX}{name.upper().replace('-', '_').replace('.', '_')}_"


@dataclass(frozen=True, slots=True)
class Variable(Generic[T_co]):
    """One variable.

    `default` is text, read by the same parser as what is given; empty means "nothing". `shown`: how people
    may see the value: as it is, masked (a secret, which may also come from `<name>_FILE`), or only counted
    (people's addresses).
    """

    name: str
    meaning: str
    expected: str
    parse: Callable[[str], T_co]
    default: str = ""
    shown: Literal["plain", "masked", "counted"] = "plain"


_port = parsing.whole(0, 65_535)
_file = parsing.optional(parsing.existing_file)
_secret = parsing.optional(parsing.secret)
_weight = parsing.whole(1, 100)
_rate = parsing.optional(parsing.between(0.1, 10_000))
_NAME: Final = r"[A-Za-z0-9._-]"
_PORT_EXPECTED: Final = "expected a port, 0 to 65535 (0: any free one)"
_RATE_EXPECTED: Final = "expected a number from 0.1 to 10000; empty: no limit of ours"
_WEIGHT_EXPECTED: Final = "expected a whole number from 1 to 100"
_FILE_EXPECTED: Final = "expected the path of a file that can be read"

BOOTSTRAP_SERVERS = Variable(
    "DISPATCHER_BOOTSTRAP_SERVERS",
    "Kafka brokers to begin with",
    "expected host:port, several separated by commas",
    parsing.servers,
    "127.0.0.1:9092",
)
APP_ID = Variable(
    "DISPATCHER_APP_ID",
    "name of this installation: consumer group and start of its transactional ids",
    "expected 1 to 100 letters, digits, '.', '_' or '-'",
    parsing.matching(_NAME + "{1,100}"),
    "dispatcher",
)
TOPIC_PREFIX = Variable(
    "DISPATCHER_TOPIC_PREFIX",
    "put before every topic name",
    "expected at most 100 letters, digits, '.', '_' or '-'",
    parsing.matching(_NAME + "{0,100}"),
)
PARTITIONS = Variable(
    "DISPATCHER_PARTITIONS",
    "partitions of inbox, state and journal; fixed once the topics exist",
    "expected a whole number from 1 to 1024",
    parsing.whole(1, 1024),
    "16",
)
REPLICATION = Variable(
    "DISPATCHER_REPLICATION",
    "copies of each partition that `topics apply` asks for (3 in production)",
    "expected a whole number from 1 to 9",
    parsing.whole(1, 9),
    "1",
)
SESSION_TIMEOUT = Variable(
    "DISPATCHER_SESSION_TIMEOUT",
    "seconds without a heartbeat after which a worker's partitions go to another",
    "expected seconds from 2 to 300",
    parsing.between(2, 300),
    "10",
)
KAFKA_SECURITY_PROTOCOL: Variable[SecurityProtocol] = Variable(
    "DISPATCHER_KAFKA_SECURITY_PROTOCOL",
    "encryption and authentication towards Kafka",
    "expected PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
    parsing.one_of(get_args(SecurityProtocol)),
    "PLAINTEXT",
)
KAFKA_SASL_MECHANISM: Variable[SaslMechanism] = Variable(
    "DISPATCHER_KAFKA_SASL_MECHANISM",
    "how user and password are proved",
    "expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    parsing.one_of(get_args(SaslMechanism)),
    "SCRAM-SHA-512",
)
KAFKA_SASL_USERNAME = Variable(
    "DISPATCHER_KAFKA_SASL_USERNAME",
    "user at the brokers",
    "expected a name",
    parsing.optional(str),
)
KAFKA_SASL_PASSWORD = Variable(
    "DISPATCHER_KAFKA_SASL_PASSWORD",
    "password at the brokers",
    "expected a password",
    _secret,
    shown="masked",
)
KAFKA_CA_FILE = Variable(
    "DISPATCHER_KAFKA_CA_FILE", "PEM of the authority that signed the brokers", _FILE_EXPECTED, _file
)
KAFKA_CERT_FILE = Variable("DISPATCHER_KAFKA_CERT_FILE", "PEM of our own certificate", _FILE_EXPECTED, _file)
KAFKA_KEY_FILE = Variable("DISPATCHER_KAFKA_KEY_FILE", "PEM of our own key", _FILE_EXPECTED, _file)
KAFKA_KEY_PASSWORD = Variable(
    "DISPATCHER_KAFKA_KEY_PASSWORD", "password of that key", "expected a password", _secret, shown="masked"
)
POLICY = Variable(
    "DISPATCHER_POLICY",
    "policy file of the first start; afterwards `policy apply` is what changes it",
    _FILE_EXPECTED,
    _file,
)
TEMPLATES = Variable(
    "DISPATCHER_TEMPLATES",
    "folders of message templates that are searched before the built-in ones",
    "expected folders that exist, separated by ':'",
    parsing.folders,
)
DATA_DIR = Variable(
    "DISPATCHER_DATA_DIR",
    "folder for what is kept on this machine",
    "expected a path",
    Path,
    "dispatcher-data",
)
DATABASE_URL = Variable(
    "DISPATCHER_DATABASE_URL",
    "database of the archive",
    "expected postgresql://user:password@host/name or sqlite:///file",
    _secret,
    shown="masked",
)
ARCHIVE_TEXT_DAYS = Variable(
    "DISPATCHER_ARCHIVE_TEXT_DAYS",
    "days for which the archive keeps the texts of messages, scripts and notes; a legal hold keeps them longer",
    "expected a whole number from 1 to 36500",
    parsing.whole(1, 36_500),
    "1095",
)
ARCHIVE_DAYS = Variable(
    "DISPATCHER_ARCHIVE_DAYS",
    "days after which the archive empties what it knows of people; a legal hold keeps it longer",
    "expected a whole number from 1 to 36500",
    parsing.whole(1, 36_500),
    "3650",
)
ARCHIVE_KEEP = Variable(
    "DISPATCHER_ARCHIVE_KEEP",
    "creditors for whom the archive keeps records and texts for another time, in days, or as a preset asks",
    "expected CREDITOR=DAYS/TEXT_DAYS or CREDITOR=PRESET, several separated by commas",
    parsing.kept_of_creditors,
)
ARCHIVE_METRICS_PORT = Variable(
    "DISPATCHER_ARCHIVE_METRICS_PORT",
    "port of the archive's /metrics, /livez and /readyz",
    _PORT_EXPECTED,
    _port,
    "9465",
)
REPORT_ZONE = Variable(
    "DISPATCHER_REPORT_ZONE",
    "zone whose midnights cut days and months of the reports",
    "expected a name of the IANA time zone database, such as Europe/Berlin",
    reports.zone,
    "UTC",
)
BAD_DEBT_DAYS = Variable(
    "DISPATCHER_BAD_DEBT_DAYS",
    "days overdue after which reports count an invoice as bad debt",
    "expected a whole number from 1 to 3650",
    parsing.whole(1, 3_650),
    "180",
)
CONTACT_PRICES = Variable(
    "DISPATCHER_CONTACT_PRICES",
    "what one contact by a channel costs, for the reports",
    "expected channel=price currency, several separated by commas, such as sms=0.08 EUR,call_task=4 EUR",
    reports.prices,
)
SECRET = Variable(
    "DISPATCHER_SECRET",
    "seals customers' links and keys the digests of numbers and addresses; the same for all processes, and kept for good",
    "expected at least 16 characters that nobody can guess",
    parsing.optional(parsing.long_secret),
    shown="masked",
)
MASTER_KEY = Variable(
    "DISPATCHER_MASTER_KEY",
    "seals people's data in topics and archive: a line with base64 of 32 random bytes; the first wraps, others still unwrap",
    "expected base64 of 32 random bytes, as `openssl rand -base64 32` prints them",
    parsing.optional(parsing.master_keys),
    shown="masked",
)
PUBLIC_URL = Variable(
    "DISPATCHER_PUBLIC_URL",
    "address under which providers and customers reach the gateway",
    "expected an http:// or https:// address",
    parsing.optional(parsing.web_url),
)
GATEWAY_HOST = Variable(
    "DISPATCHER_GATEWAY_HOST",
    "interface of the gateway (0.0.0.0 in a container; TLS is the business of a proxy before it)",
    "expected an IP address or host name",
    parsing.matching(r"[A-Za-z0-9.:_-]+"),
    "127.0.0.1",
)
GATEWAY_PORT = Variable("DISPATCHER_GATEWAY_PORT", "port of the gateway", _PORT_EXPECTED, _port, "8080")
GATEWAY_PROXIES = Variable(
    "DISPATCHER_GATEWAY_PROXIES",
    "proxies before the gateway whose X-Forwarded-For is believed",
    "expected IP addresses or networks, separated by commas",
    parsing.networks,
)
STAFF_PAGES: Variable[StaffPages] = Variable(
    "DISPATCHER_STAFF_PAGES",
    "whether the gateway serves the pages of those who work here: call desk, why, reports",
    "expected on or off",
    parsing.one_of(get_args(StaffPages)),
    "on",
)
STAFF_URL = Variable(
    "DISPATCHER_STAFF_URL",
    "address under which staff reach the gateway, where it is not DISPATCHER_PUBLIC_URL",
    "expected an http:// or https:// address",
    parsing.optional(parsing.web_url),
)
STAFF_PROXY_SECRET = Variable(
    "DISPATCHER_STAFF_PROXY_SECRET",
    "what a proxy of DISPATCHER_GATEWAY_PROXIES sends as X-Staff-Secret when it says who is signed in; local accounts then "
    "serve nobody",
    "expected at least 16 characters that nobody can guess",
    parsing.optional(parsing.long_secret),
    shown="masked",
)
STAFF_SIGN_OUT_URL = Variable(
    "DISPATCHER_STAFF_SIGN_OUT_URL",
    "where people whom that proxy has signed in sign out",
    "expected an http:// or https:// address",
    parsing.optional(parsing.web_url),
)
STAFF_AUDIT_DAYS = Variable(
    "DISPATCHER_STAFF_AUDIT_DAYS",
    "days for which the record of what staff did is kept",
    "expected a whole number from 1 to 36500",
    parsing.whole(1, 36_500),
    "1095",
)
GATEWAY_CALLER_RATE = Variable(
    "DISPATCHER_GATEWAY_CALLER_RATE",
    "requests a second that one API key may make",
    "expected a number from 0.1 to 100000",
    parsing.between(0.1, 100_000),
    "200",
)
GATEWAY_STRANGER_RATE = Variable(
    "DISPATCHER_GATEWAY_STRANGER_RATE",
    "requests a second from one address that prove nothing: pages, wrong keys and signatures",
    "expected a number from 0.1 to 100000",
    parsing.between(0.1, 100_000),
    "5",
)
API_KEYS_FILE = Variable(
    "DISPATCHER_API_KEYS_FILE",
    "who may call the gateway: one line a key, as `dispatcher gateway key` prints it",
    _FILE_EXPECTED,
    _file,
)
DESK_SECRET = Variable(
    "DISPATCHER_DESK_SECRET",
    "signs a call desk's results and tasks posted to it (Standard Webhooks); two, by a comma, while one replaces the other",
    "expected whsec_ and base64",
    parsing.webhook_secrets,
    shown="masked",
)
DESK_URL = Variable(
    "DISPATCHER_DESK_URL",
    "call desk that the gateway posts tasks to; without one, tasks only stand in reminders.tasks",
    "expected an http:// or https:// address",
    parsing.optional(parsing.web_url),
)
BOUNCES: Variable[Bounces] = Variable(
    "DISPATCHER_BOUNCES",
    "which bounces and complaints are believed: any that the mail system hands over, or those that name a mail of ours",
    "expected any or ours",
    parsing.one_of(get_args(Bounces)),
    "any",
)
HELP_TEXT = Variable(
    "DISPATCHER_HELP_TEXT",
    "answer to HELP by SMS: who writes, and how to reach them",
    "expected at most 320 characters",
    parsing.optional(parsing.matching(r"[^\x00-\x1f\x7f]{1,320}")),
)
METRICS_HOST = Variable(
    "DISPATCHER_METRICS_HOST",
    "interface of /metrics, /livez and /readyz (in a container the probe comes from outside)",
    "expected an IP address or host name",
    parsing.matching(r"[A-Za-z0-9.:_-]+"),
    "0.0.0.0",  # noqa: S104 - nothing personal is served there, and probes must reach it
)
METRICS_PORT = Variable(
    "DISPATCHER_METRICS_PORT", "port of /metrics, /livez and /readyz", _PORT_EXPECTED, _port, "9464"
)
LOG_LEVEL: Variable[LogLevel] = Variable(
    "DISPATCHER_LOG_LEVEL",
    "least severe level that is logged",
    "expected debug, info, warning or error",
    parsing.one_of(get_args(LogLevel)),
    "info",
)
SENDING: Variable[Sending] = Variable(
    "DISPATCHER_SENDING",
    "who is called: nobody (off), nobody but journalled (shadow), the allowlist, or everybody due (on)",
    "expected off, shadow, allowlist or on",
    parsing.one_of(get_args(Sending)),
    "shadow",
)
ALLOWLIST = Variable(
    "DISPATCHER_ALLOWLIST",
    "numbers and addresses that DISPATCHER_SENDING=allowlist may call",
    "expected E.164 numbers and e-mail addresses, separated by commas or blanks",
    parsing.contact_points,
    shown="counted",
)
ADAPTERS = Variable(
    "DISPATCHER_ADAPTERS",
    "which adapter a channel uses, where not what is configured (sms: twilio, email: smtp)",
    "expected channel=adapter, such as sms=acme,email=smtp; built in are twilio, smtp, webhook, file, console and apprise",
    parsing.adapters,
)
WEBHOOK_URL = Variable(
    "DISPATCHER_WEBHOOK_URL",
    "receiver of the messages that the adapter webhook hands over",
    "expected an http:// or https:// address",
    parsing.optional(parsing.web_url),
)
WEBHOOK_SECRET = Variable(
    "DISPATCHER_WEBHOOK_SECRET",
    "signs them, and what the receiver tells of them",
    "expected whsec_ and at least 24 bytes in base64",
    parsing.optional(parsing.webhook_secret),
    shown="masked",
)
APPRISE_URLS = Variable(
    "DISPATCHER_APPRISE_URLS",
    "services of the adapter apprise",
    "expected addresses as Apprise writes them, separated by blanks, with {to} in the recipient's place",
    parsing.apprise_addresses,
    shown="masked",
)
TWILIO_ACCOUNT_SID = Variable(
    "DISPATCHER_TWILIO_ACCOUNT_SID",
    "account at Twilio",
    "expected AC and 32 hexadecimal digits",
    parsing.optional(parsing.matching(r"AC[0-9a-fA-F]{32}")),
)
TWILIO_AUTH_TOKEN = Variable(
    "DISPATCHER_TWILIO_AUTH_TOKEN", "its token", "expected the account's token", _secret, shown="masked"
)
TWILIO_AUTH_TOKEN_OLD = Variable(
    "DISPATCHER_TWILIO_AUTH_TOKEN_OLD",
    "the token before it, whose signatures are still believed while a new one comes into use",
    "expected the account's former token",
    _secret,
    shown="masked",
)
TWILIO_FROM = Variable(
    "DISPATCHER_TWILIO_FROM",
    "sender of SMS where the creditor has none of its own",
    "expected an E.164 number, a messaging service (MG...) or at most 11 letters and digits",
    parsing.optional(parsing.twilio_sender),
)
TWILIO_BASE_URL = Variable(
    "DISPATCHER_TWILIO_BASE_URL",
    "where Twilio's interface is (a stand-in for tests)",
    "expected an http:// or https:// address",
    parsing.web_url,
    "https://api.twilio.com",
)
TWILIO_PER_SECOND = Variable(
    "DISPATCHER_TWILIO_PER_SECOND",
    "segments of texts that the account takes in a second, from all workers together",
    _RATE_EXPECTED,
    _rate,
)
TWILIO_WEIGHT = Variable(
    "DISPATCHER_TWILIO_WEIGHT",
    "its part of the texts, beside that of a second account",
    _WEIGHT_EXPECTED,
    _weight,
    "50",
)
TWILIO_2_ACCOUNT_SID = Variable(
    "DISPATCHER_TWILIO_2_ACCOUNT_SID",
    "a second account at Twilio",
    TWILIO_ACCOUNT_SID.expected,
    TWILIO_ACCOUNT_SID.parse,
)
TWILIO_2_AUTH_TOKEN = Variable(
    "DISPATCHER_TWILIO_2_AUTH_TOKEN", "its token", TWILIO_AUTH_TOKEN.expected, _secret, shown="masked"
)
TWILIO_2_AUTH_TOKEN_OLD = Variable(
    "DISPATCHER_TWILIO_2_AUTH_TOKEN_OLD",
    "the second account's token before it, believed while a new one comes into use",
    TWILIO_AUTH_TOKEN_OLD.expected,
    _secret,
    shown="masked",
)
TWILIO_2_FROM = Variable(
    "DISPATCHER_TWILIO_2_FROM",
    "sender of the second account's SMS where the creditor has no name of its own (numbers are the first account's)",
    TWILIO_FROM.expected,
    TWILIO_FROM.parse,
)
TWILIO_2_BASE_URL = Variable(
    "DISPATCHER_TWILIO_2_BASE_URL",
    "where the second account's interface is (a stand-in for tests)",
    TWILIO_BASE_URL.expected,
    parsing.web_url,
    TWILIO_BASE_URL.default,
)
TWILIO_2_PER_SECOND = Variable(
    "DISPATCHER_TWILIO_2_PER_SECOND",
    "segments of texts that the second account takes in a second, from all workers together",
    _RATE_EXPECTED,
    _rate,
)
TWILIO_2_WEIGHT = Variable(
    "DISPATCHER_TWILIO_2_WEIGHT", "the second account's part of the texts", _WEIGHT_EXPECTED, _weight, "50"
)
SMTP_URL = Variable(
    "DISPATCHER_SMTP_URL", "mail server", smtp.EXPECTED, parsing.optional(smtp.parse_smtp_url), shown="masked"
)
SMTP_PER_SECOND = Variable(
    "DISPATCHER_SMTP_PER_SECOND",
    "mails that the mail server takes in a second, from all workers together",
    _RATE_EXPECTED,
    _rate,
)
SMTP_WEIGHT = Variable(
    "DISPATCHER_SMTP_WEIGHT", "its part of the mails, beside that of a second server", _WEIGHT_EXPECTED, _weight, "50"
)
SMTP_2_URL = Variable(
    "DISPATCHER_SMTP_2_URL",
    "a second mail server",
    smtp.EXPECTED,
    parsing.optional(smtp.parse_smtp_url),
    shown="masked",
)
SMTP_2_PER_SECOND = Variable(
    "DISPATCHER_SMTP_2_PER_SECOND",
    "mails that the second mail server takes in a second, from all workers together",
    _RATE_EXPECTED,
    _rate,
)
SMTP_2_WEIGHT = Variable(
    "DISPATCHER_SMTP_2_WEIGHT", "the second mail server's part of the mails", _WEIGHT_EXPECTED, _weight, "50"
)
EMAIL_FROM = Variable(
    "DISPATCHER_EMAIL_FROM",
    "sender of e-mail where the creditor has none of its own",
    "expected an e-mail address",
    parsing.optional(parsing.address),
)
CLOCK = Variable(
    "DISPATCHER_CLOCK",
    "instant at which the wall clock starts; only against stand-ins",
    "expected an ISO 8601 instant with its offset, such as 2026-03-02T09:00:00+01:00",
    parsing.optional(parsing.instant),
)
CLOCK_RATE = Variable(
    "DISPATCHER_CLOCK_RATE",
    "how many seconds of the wall clock pass in a second; only against stand-ins",
    "expected a number from 0.001 to 1000000",
    parsing.between(0.001, 1_000_000),
    "1",
)

VARIABLES: Final[tuple[Variable[object], ...]] = (
    BOOTSTRAP_SERVERS,
    APP_ID,
    TOPIC_PREFIX,
    PARTITIONS,
    REPLICATION,
    SESSION_TIMEOUT,
    KAFKA_SECURITY_PROTOCOL,
    KAFKA_SASL_MECHANISM,
    KAFKA_SASL_USERNAME,
    KAFKA_SASL_PASSWORD,
    KAFKA_CA_FILE,
    KAFKA_CERT_FILE,
    KAFKA_KEY_FILE,
    KAFKA_KEY_PASSWORD,
    POLICY,
    TEMPLATES,
    DATA_DIR,
    DATABASE_URL,
    ARCHIVE_TEXT_DAYS,
    ARCHIVE_DAYS,
    ARCHIVE_KEEP,
    ARCHIVE_METRICS_PORT,
    REPORT_ZONE,
    BAD_DEBT_DAYS,
    CONTACT_PRICES,
    SECRET,
    MASTER_KEY,
    PUBLIC_URL,
    GATEWAY_HOST,
    GATEWAY_PORT,
    GATEWAY_PROXIES,
    STAFF_PAGES,
    STAFF_URL,
    STAFF_PROXY_SECRET,
    STAFF_SIGN_OUT_URL,
    STAFF_AUDIT_DAYS,
    GATEWAY_CALLER_RATE,
    GATEWAY_STRANGER_RATE,
    API_KEYS_FILE,
    DESK_SECRET,
    DESK_URL,
    BOUNCES,
    HELP_TEXT,
    METRICS_HOST,
    METRICS_PORT,
    LOG_LEVEL,
    SENDING,
    ALLOWLIST,
    ADAPTERS,
    WEBHOOK_URL,
    WEBHOOK_SECRET,
    APPRISE_URLS,
    TWILIO_ACCOUNT_SID,
    TWILIO_AUTH_TOKEN,
    TWILIO_AUTH_TOKEN_OLD,
    TWILIO_FROM,
    TWILIO_BASE_URL,
    TWILIO_PER_SECOND,
    TWILIO_WEIGHT,
    TWILIO_2_ACCOUNT_SID,
    TWILIO_2_AUTH_TOKEN,
    TWILIO_2_AUTH_TOKEN_OLD,
    TWILIO_2_FROM,
    TWILIO_2_BASE_URL,
    TWILIO_2_PER_SECOND,
    TWILIO_2_WEIGHT,
    SMTP_URL,
    SMTP_PER_SECOND,
    SMTP_WEIGHT,
    SMTP_2_URL,
    SMTP_2_PER_SECOND,
    SMTP_2_WEIGHT,
    EMAIL_FROM,
    CLOCK,
    CLOCK_RATE,
)
