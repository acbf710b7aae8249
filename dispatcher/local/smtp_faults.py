"""What a mail server can do to a mail, to be staged at the sink."""

from dataclasses import dataclass
from typing import Final, Literal

At = Literal["CONNECT", "MAIL", "RCPT", "DATA COMMAND", "DATA"]
"""Where a reply can be scripted: at the greeting, at MAIL, at RCPT, instead of the 354, at the end of the mail's data."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer with this line there; the mail is not taken. A line that begins with 421 also ends the connection."""

    line: str
    at: At = "RCPT"


@dataclass(frozen=True, slots=True)
class DropAfterData:
    """Read the whole mail, keep it if `taken`, and close the connection without a reply."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Stalls:
    """Read the whole mail, keep it if `taken`, and never reply."""

    taken: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """Read the whole mail, take it, and reply only so many seconds later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Greylists:
    """Refuse at RCPT until so many seconds of the sink's clock have passed since the first try of sender and recipient."""

    wait_s: float
    line: str = "451 4.7.1 Greylisted, please try again later"


@dataclass(frozen=True, slots=True)
class Bounces:
    """Take the mail, and send a report back that it could not be delivered (RFC 3464)."""

    status: str = "5.1.1"
    says: str = "550 5.1.1 User unknown in virtual mailbox table"


@dataclass(frozen=True, slots=True)
class Complains:
    """Take the mail, and send the recipient's complaint back (RFC 5965)."""

    kind: Literal["abuse", "not-spam"] = "abuse"


@dataclass(frozen=True, slots=True)
class IsAway:
    """Take the mail, and send back that the recipient is on holiday: an answer that is no bounce."""


SmtpFault = Reply | DropAfterData | Stalls | Slow | Greylists | Bounces | Complains | IsAway

FULL: Final = Reply("452 4.2.2 Mailbox full")
UNKNOWN_USER: Final = Reply("550 5.1.1 User unknown")
POLICY: Final = Reply("550 5.7.1 Message refused by policy", at="DATA")
TOO_MANY: Final = Reply("421 4.7.0 Too many messages, slow down", at="MAIL")
SHUTTING_DOWN: Final = Reply("421 4.3.2 Service shutting down", at="CONNECT")
"""Frequent ones, each at the place where servers give it."""
