"""Variables of accounts at providers: two for texts, two for mails, and what each of them takes."""

from typing import Final

from dispatcher.settings import parsing, smtp
from dispatcher.settings.variables.variable import Variable, secret_text

_weight = parsing.whole(1, 100)
_rate = parsing.optional(parsing.between(0.1, 10_000))
_RATE_EXPECTED: Final = "expected a number from 0.1 to 10000; empty: no limit of ours"
_WEIGHT_EXPECTED: Final = "expected a whole number from 1 to 100"

TWILIO_ACCOUNT_SID = Variable(
    "DISPATCHER_TWILIO_ACCOUNT_SID",
    "account at Twilio",
    "expected AC and 32 hexadecimal digits",
    parsing.optional(parsing.matching(r"AC[0-9a-fA-F]{32}")),
)
TWILIO_AUTH_TOKEN = Variable(
    "DISPATCHER_TWILIO_AUTH_TOKEN", "its token", "expected the account's token", secret_text, shown="masked"
)
TWILIO_AUTH_TOKEN_OLD = Variable(
    "DISPATCHER_TWILIO_AUTH_TOKEN_OLD",
    "the token before it, whose signatures are still believed while a new one comes into use",
    "expected the account's former token",
    secret_text,
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
    "DISPATCHER_TWILIO_2_AUTH_TOKEN", "its token", TWILIO_AUTH_TOKEN.expected, secret_text, shown="masked"
)
TWILIO_2_AUTH_TOKEN_OLD = Variable(
    "DISPATCHER_TWILIO_2_AUTH_TOKEN_OLD",
    "the second account's token before it, believed while a new one comes into use",
    TWILIO_AUTH_TOKEN_OLD.expected,
    secret_text,
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
