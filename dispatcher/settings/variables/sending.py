"""Variables that say who is really contacted, and by which adapter."""

from typing import get_args

from dispatcher.settings import parsing
from dispatcher.settings.model import Sending
from dispatcher.settings.variables.variable import Variable

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
