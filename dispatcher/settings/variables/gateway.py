"""Variables of the gateway: who may call it, whom it serves, and the desk that it posts tasks to."""

from typing import get_args

from dispatcher.settings import parsing
from dispatcher.settings.model import Bounces, StaffPages
from dispatcher.settings.variables.variable import FILE_EXPECTED, PORT_EXPECTED, Variable, file, port

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
GATEWAY_PORT = Variable("DISPATCHER_GATEWAY_PORT", "port of the gateway", PORT_EXPECTED, port, "8080")
GATEWAY_PROXIES = Variable(
    "DISPATCHER_GATEWAY_PROXIES",
    "proxies before the gateway whose X-Forwarded-For is believed",
    "expected IP addresses or networks, separated by commas",
    parsing.networks,
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
    FILE_EXPECTED,
    file,
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
