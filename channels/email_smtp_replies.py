"""What a mail server's refusal means, by phase, code and enhanced code: a table, the first match wins.

Codes: RFC 5321, 4.2; enhanced codes: RFC 3463 and the IANA registry "SMTP Enhanced Status Codes"; policy
codes of large mailbox providers are theirs. Every reply here is definite: the server says that it did not
take the message.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal

from channels.protocol import Deferred, Refusal, Rejected, Scope

Phase = Literal["connect", "hello", "auth", "mail", "rcpt", "data"]
"""Greeting; EHLO and STARTTLS; login; MAIL FROM; RCPT TO; DATA and the message itself."""

_ANY: Final = frozenset[Phase]({"connect", "hello", "auth", "mail", "rcpt", "data"})
_SESSION: Final = frozenset[Phase]({"connect", "hello"})
_AUTH: Final = frozenset[Phase]({"auth"})
_MAIL: Final = frozenset[Phase]({"mail"})
_RCPT: Final = frozenset[Phase]({"rcpt"})
_DATA: Final = frozenset[Phase]({"data"})
_ENVELOPE: Final = frozenset[Phase]({"mail", "rcpt", "data"})

_GREYLIST_S: Final = 300.0
_MAILBOX_FULL_S: Final = 4 * 3600.0
_SERVER_BUSY_S: Final = 30.0
_SERVER_REFUSES_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float
    scope: Scope


@dataclass(frozen=True, slots=True)
class _Row:
    """`code` and `enhanced` are regular expressions for the whole of each; a missing code reads as empty."""

    phases: frozenset[Phase]
    code: str
    enhanced: str
    verdict: Refusal | _Wait


_EITHER: Final = ".*"

TABLE: Final = (
    # 421: the server closes the channel, whatever the command was (RFC 5321, 3.8).
    _Row(_ANY, "421", _EITHER, _Wait(_SERVER_BUSY_S, "provider")),
    # A greeting or a hello that is refused may be refused by one server of many, or for a time.
    _Row(_SESSION, "[45]..", _EITHER, _Wait(_SERVER_REFUSES_S, "provider")),
    # Credentials (RFC 4954, 6): 454 is the server's own trouble, all else ours.
    _Row(_AUTH, "4..", _EITHER, _Wait(_SERVER_BUSY_S, "provider")),
    _Row(_AUTH, "5..", _EITHER, "config"),
    _Row(_ENVELOPE, "5..", r"5\.7\.(8|9)", "config"),
    _Row(_ENVELOPE, "530|534|535|538", _EITHER, "config"),
    # Full mailboxes empty again. RFC 5321, 4.5.3.1.10: 552 to RCPT is to be read as 452.
    _Row(_RCPT | _DATA, "[45]..", r"[45]\.2\.2", _Wait(_MAILBOX_FULL_S, "message")),
    _Row(_RCPT, "452|552", r"|[45]\.(2|3)\.1|[45]\.5\.3", _Wait(_MAILBOX_FULL_S, "message")),
    # Any other 4xx: greylisting, a server in need of disk, a limit; all before the message was taken.
    _Row(_MAIL, "4..", _EITHER, _Wait(_GREYLIST_S, "sender")),
    _Row(_RCPT | _DATA, "4..", _EITHER, _Wait(_GREYLIST_S, "message")),
    # Policy (5.7.x: Microsoft's 5.7.515, Gmail's 5.7.26 and 5.7.27) is about us; the address stays good.
    _Row(_ENVELOPE, "5..", r"5\.7\..*", "config"),
    # The sender's address (RFC 3463, 3.2; RFC 7505 for 5.1.10 is the recipient's null MX).
    _Row(_ENVELOPE, "5..", r"5\.1\.(7|8)", "config"),
    _Row(_RCPT | _DATA, "5..", r"5\.1\.(1|2|3|6|10)|5\.2\.1", "recipient"),
    # Too large, or not convertible (RFC 3463, 3.4 and 3.7; 552 to MAIL: RFC 1870, 6.1).
    _Row(_ENVELOPE, "5..", r"5\.2\.3|5\.3\.4|5\.6\..*", "content"),
    _Row(_MAIL, "552", _EITHER, "content"),
    # The server's or the network's own trouble, or a command that it does not take (RFC 3463, 3.4 to 3.6); 5.4.1 alone is
    # what Exchange says of addresses that its directory does not hold.
    _Row(_RCPT, "5..", r"5\.3\..*|5\.4\.(?!1$).*|5\.5\..*", "config"),
    # 556: the domain takes no mail (RFC 7504).
    _Row(_RCPT, "550|551|553|556", _EITHER, "recipient"),
    _Row(_RCPT, "5..", _EITHER, "config"),
    _Row(_MAIL, "5..", _EITHER, "config"),
    _Row(_DATA, "5..", _EITHER, "content"),
)
"""Read from top to bottom."""

_ENHANCED: Final = re.compile(r"\s*#?([245]\.\d{1,3}\.\d{1,3})(?!\S)")
_COMPILED: Final = tuple((row.phases, re.compile(row.code), re.compile(row.enhanced), row.verdict) for row in TABLE)


def meaning(phase: Phase, code: int, text: str) -> Rejected | Deferred | None:
    """What the reply `code text` in `phase` means; None if it is no refusal (neither 4xx nor 5xx)."""
    found = _ENHANCED.match(text)
    enhanced = "" if found is None else found[1]
    shown = f"{code} {enhanced}".rstrip()
    for phases, codes, enhanced_codes, verdict in _COMPILED:
        if phase in phases and codes.fullmatch(str(code)) and enhanced_codes.fullmatch(enhanced):
            if isinstance(verdict, _Wait):
                return Deferred(verdict.seconds, verdict.scope, shown)
            return Rejected(verdict, shown)
    return None
