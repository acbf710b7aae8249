"""One HTTP request that may cause a message: has a byte of it left, and what does its failure mean?

For every adapter that posts a message once: `Watched` reads the permit at the last moment, `lost` says what is certain
when no whole answer came.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import BytesPayload, ClientConnectorCertificateError, ClientConnectorDNSError, ClientSSLError
from aiohttp.abc import AbstractStreamWriter

from channels.protocol import Deferred, NotStarted, Outcome, Permit, Unknown
from schemas.trace import HEADER

ANSWERED_NOT_READ: Final = frozenset({408, 409, 425})
"""4xx answers that do not say that nothing was done: too slow (408); there already (409); to be sent again (425)."""

_LONGEST_WAIT_S: Final = 86_400.0

_UNREACHABLE_S: Final = {"dns": 5.0, "tls": 60.0}
"""Seconds after which another connection is worth a try; 1 for all other causes."""


@dataclass(slots=True)
class Exchange:
    """One request: `started` once its first byte may have left, `forbidden` if the permit was refused.

    `beside` are headers to be sent beside those that a client makes itself, where it leaves no other way to say so.
    """

    permit: Permit
    beside: Mapping[str, str] = field(default_factory=dict)
    started: bool = False
    forbidden: bool = False
    status: int = 0
    headers: Mapping[str, str] | None = None


class NotPermitted(Exception):
    """The permit was refused; nothing was written."""


class Watched(BytesPayload):
    """A request body that asks for the permit at the moment it is written.

    aiohttp keeps the headers back until the body's first bytes, so nothing leaves before; and even if it did
    not, a request without its body creates no message.
    """

    def __init__(self, value: bytes, watched: Exchange, content_type: str) -> None:
        super().__init__(value, content_type=content_type)
        self._watched = watched

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the body, once.

        Raises:
            NotPermitted: the permit was refused, or the body was written before.
        """
        if self._watched.started:
            raise NotPermitted("a request is written once")
        if not self._watched.permit():
            self._watched.forbidden = True
            raise NotPermitted
        self._watched.started = True
        await super().write_with_length(writer, content_length)


def trace_header(trace: str) -> dict[str, str]:
    """The request header by which a provider joins the trace of a message; none without a trace context (W3C)."""
    return {HEADER: trace} if trace else {}


def lost(watched: Exchange, cause: str) -> Outcome:
    """What a send without a whole answer came to."""
    if watched.forbidden:
        return NotStarted()
    if watched.started:
        return Unknown(cause)
    return Deferred(_UNREACHABLE_S.get(cause, 1.0), "provider", cause)


def cause(broken: Exception) -> str:
    """What broke, in a word."""
    match broken:
        case ClientConnectorDNSError():
            return "dns"
        case ClientConnectorCertificateError() | ClientSSLError():
            return "tls"
        case TimeoutError():
            return "timeout"
        case _:
            return "connection"


def retry_after(watched: Exchange, otherwise: float) -> float:
    """Seconds of the Retry-After header (RFC 9110, 10.2.3; a date is measured from the answer's own)."""
    headers = watched.headers or {}
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        try:
            until, since = parsedate_to_datetime(value), parsedate_to_datetime(headers["Date"])
            seconds = (until - since).total_seconds()
        except (KeyError, ValueError, TypeError):
            return otherwise
    return min(max(seconds, 0.0), _LONGEST_WAIT_S)
