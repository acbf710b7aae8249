"""What can go wrong with a message request, to be staged at the Twilio stand-in."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Refused:
    """Answer with this status and Twilio error code, and `Retry-After` where it is set; create nothing."""

    status: int
    code: int
    message: str
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Hangs:
    """Read the request, create the message if `created`, and never answer."""

    created: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Read the request, create the message if `created`, and close the connection without an answer."""

    created: bool = False


@dataclass(frozen=True, slots=True)
class Garbage:
    """Create the message and answer 201 with something that is no message resource."""

    body: str = "<html>Bad Gateway</html>"


Fault = Refused | Hangs | Cut | Garbage

TOO_MANY_REQUESTS: Final = Refused(429, 20429, "Too Many Requests", retry_after_s=1)
SERVER_FAILED: Final = Refused(500, 20500, "Internal Server Error")

MAGIC_RECIPIENTS: Final[dict[str, Fault]] = {
    "+15005550001": Refused(400, 21211, "Invalid 'To' Phone Number"),
    "+15005550002": Refused(400, 21612, "The 'To' number cannot be reached"),
    "+15005550003": Refused(400, 21408, "Permission to send to this region has not been enabled"),
    "+15005550004": Refused(400, 21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": Refused(400, 21614, "'To' number is not a valid mobile number"),
}
"""Twilio's own (https://www.twilio.com/docs/iam/test-credentials)."""

MAGIC_SENDERS: Final[dict[str, Fault]] = {
    "+15005550001": Refused(400, 21212, "Invalid 'From' Phone Number"),
    "+15005550007": Refused(400, 21606, "'From' is not a valid, SMS-capable number of this account"),
    "+15005550008": Refused(400, 21611, "The 'From' number's queue is full"),
}
"""Likewise for `From`; +15005550006 is the valid one."""
