"""Variables of an installation: what it is called, where it keeps things, how it shows itself, by which clock it works."""

from pathlib import Path
from typing import Final, get_args

from dispatcher.settings import parsing
from dispatcher.settings.model import LogLevel
from dispatcher.settings.variables.variable import FILE_EXPECTED, PORT_EXPECTED, Variable, file, port

_NAME: Final = r"[A-Za-z0-9._-]"

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
POLICY = Variable(
    "DISPATCHER_POLICY",
    "policy file of the first start; afterwards `policy apply` is what changes it",
    FILE_EXPECTED,
    file,
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
METRICS_HOST = Variable(
    "DISPATCHER_METRICS_HOST",
    "interface of /metrics, /livez and /readyz (in a container the probe comes from outside)",
    "expected an IP address or host name",
    parsing.matching(r"[A-Za-z0-9.:_-]+"),
    "0.0.0.0",  # noqa: S104 - nothing personal is served there, and probes must reach it
)
METRICS_PORT = Variable("DISPATCHER_METRICS_PORT", "port of /metrics, /livez and /readyz", PORT_EXPECTED, port, "9464")
LOG_LEVEL: Variable[LogLevel] = Variable(
    "DISPATCHER_LOG_LEVEL",
    "least severe level that is logged",
    "expected debug, info, warning or error",
    parsing.one_of(get_args(LogLevel)),
    "info",
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
