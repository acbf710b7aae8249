"""What Twilio's error codes mean for a reminder: a table, because Twilio adds codes and changes words.

The meaning of each code is that of its page in Twilio's error dictionary (`SOURCE`). Codes of 30000 and above
are mostly told after the message was created, in receipts; they stand here so that both readers share one
table.
"""

from typing import Final

from channels.protocol import Deferred, Refusal, Rejected, Scope

SOURCE: Final = "https://www.twilio.com/docs/api/errors/{code}"
"""The page that a row rests on."""

_REFUSALS: Final[dict[Refusal, dict[int, str]]] = {
    "recipient": {
        21211: "'To' is no valid phone number",
        21217: "the phone number does not appear to be valid",
        21265: "'To' cannot be a short code",
        21266: "'To' is the sender's own number",
        21604: "'To' is missing",
        21612: "'To' cannot be reached from this sender",
        21614: "'To' is no mobile number",
        21635: "'To' is a landline",
        30005: "unknown or inactive handset",
        30006: "landline or unreachable carrier; not to be retried",
    },
    "suppressed": {
        21610: "the recipient has replied STOP to this sender",
    },
    "content": {
        21602: "the body is missing",
        21617: "the concatenated body is longer than 1600 characters",
        21619: "neither a body nor media is given",
        21658: "a parameter is longer than allowed",
        30004: "blocked by the recipient or the carrier; the same text is never sent again",
        30007: "filtered by a carrier; the same text is never sent again",
    },
    "config": {
        20003: "the account cannot be authenticated",
        20404: "the account or resource does not exist",
        21212: "'From' is no valid phone number",
        21408: "the account has no permission for the recipient's region",
        21603: "'From' is missing",
        21606: "'From' is not owned by the account or cannot send SMS",
        21608: "a trial account sends to verified numbers only",
        21659: "'From' is not a Twilio number or short code of this country",
        21660: "'From' belongs to another account",
        21701: "the Messaging Service does not exist",
        21703: "the Messaging Service has no sender for this message",
        21704: "the Messaging Service has no senders",
        21705: "the Messaging Service is invalid",
        30002: "the account is suspended",
        30032: "the toll-free sender is not verified",
        30034: "the sender is not registered with the carriers",
    },
}

_DELAYS: Final[dict[int, tuple[float, Scope, str]]] = {
    14107: (30.0, "message", "more than 30 messages in 30 seconds between two numbers"),
    20429: (2.0, "provider", "too many requests; this one was not processed"),
    21611: (60.0, "sender", "the sender's queue is full"),
    30001: (600.0, "sender", "the sender's queue overflowed"),
    30003: (3600.0, "message", "the handset is switched off or out of reach"),
    30008: (3600.0, "message", "failed for a reason the carrier did not tell"),
    30022: (60.0, "sender", "the carrier's rate for this sender is exceeded"),
    30036: (600.0, "message", "the validity period ended in the queue"),
    30450: (1800.0, "message", "blocked for 15 to 30 minutes on suspicion of fraud at the recipient's number"),
    63017: (60.0, "sender", "the channel's rate limit is exceeded"),
    63038: (86_400.0, "provider", "the account's daily limit is reached"),
}

_TABLE: Final[dict[int, Rejected | Deferred]] = {
    code: Rejected(refusal, str(code)) for refusal, rows in _REFUSALS.items() for code in rows
} | {code: Deferred(wait, scope, str(code)) for code, (wait, scope, _) in _DELAYS.items()}

ACCOUNT_STATUSES: Final = frozenset({401, 402, 403, 404, 405, 406, 407, 410, 411, 415})
"""HTTP answers that say our account, address or client is wrong, whatever the message (RFC 9110, 15.5)."""


def meaning(code: int) -> Rejected | Deferred | None:
    """What a Twilio error code says of the message; None for one that the table does not know."""
    return _TABLE.get(code)


def sentence(code: int) -> str | None:
    """The code in a few words for people, None if the table does not know it."""
    if code in _DELAYS:
        return _DELAYS[code][2]
    return next((rows[code] for rows in _REFUSALS.values() if code in rows), None)


def refusal_by_status(status: int, code: int | None) -> Rejected:
    """What an unlisted 4xx answer means: the account's fault by its status, else this one message's fault.

    A code nobody has listed is laid to the message: the opposite would let one odd message halt the whole
    account.
    """
    shown = f"http-{status}" if code is None else str(code)
    blames_account = status in ACCOUNT_STATUSES or code is None
    return Rejected("config" if blames_account else "content", shown)
