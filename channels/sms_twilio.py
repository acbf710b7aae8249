"""SMS through Twilio: the official client, one POST a message, and an honest word on what became of it.

Twilio's message resource has no idempotency key, so a lost answer can only be resolved by asking. What
answers mean: 400-499 was not processed (RFC 9110, 15.5); 500 and above, a time-out, a cut and an unreadable
answer prove nothing.
"""

import asyncio
import re
from email.utils import parsedate_to_datetime
from typing import Final, Protocol, cast

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientError,
    ClientSSLError,
)
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client

from channels import callback_token
from channels.accounts import TwilioConfig
from channels.protocol import (
    Absent,
    Accepted,
    Capabilities,
    Deferred,
    Finding,
    Lookup,
    Message,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
    Rejected,
    Unknown,
)
from channels.sms_twilio_errors import meaning, refusal_by_status
from channels.sms_twilio_http import Exchange, OneShotHttpClient, exchange

_MAX_BODY: Final = 1600
"""Characters (https://www.twilio.com/docs/api/errors/21617)."""

_VALIDITY: Final = (1, 36_000)
"""Seconds that `ValidityPeriod` may have (https://www.twilio.com/docs/messaging/api/message-resource)."""

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

_RATE_LIMITED: Final = 429
_ANSWERED_NOT_READ: Final = frozenset({408, 425})
"""4xx answers that do not say whether the request was processed (408), or that ask to send it again (425)."""

_LONGEST_WAIT_S: Final = 86_400.0


class _Created(Protocol):
    """The answer's fields as they came: Twilio's client checks no types."""

    sid: object
    num_segments: object


class TwilioSms:
    """One Twilio account as a channel adapter."""

    name: Final = "twilio"
    capabilities: Final = Capabilities("sms", idempotency="list_only", max_text=_MAX_BODY, expires=True)

    def __init__(self, config: TwilioConfig) -> None:
        self._config = config
        self._http = OneShotHttpClient(config)
        # A non-empty environment of its own: else the client obeys TWILIO_EDGE and TWILIO_REGION of the
        # process.
        self._client = Client(
            config.account_sid, config.auth_token, http_client=self._http, environment={"TWILIO_EDGE": ""}
        )
        if config.base_url is not None:
            self._client.api.base_url = config.base_url
        # Here, not at the first send: Twilio's client imports half a second of modules when its API is first asked for, and
        # the loop that sends must not stand still so long.
        self._messages = self._client.messages

    def __repr__(self) -> str:
        return f"TwilioSms({self._config!r})"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Check what Twilio would refuse anyway."""
        if _E164.fullmatch(message.recipient) is None:
            return Rejected("recipient", "not-e164")
        if not message.text.strip():
            return Rejected("content", "empty")
        if len(message.text) > _MAX_BODY:
            return Rejected("content", "too-long")
        return Prepared(message)

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Create the message; the permit is read when the request's first byte is about to be written."""
        watched = Exchange(permit)
        token = exchange.set(watched)
        try:
            async with asyncio.timeout(min(deadline_s, self._config.timeout_s)):
                created = cast("_Created", await self._messages.create_async(**self._fields(prepared.message)))
        except TimeoutError:
            return _lost(watched, "timeout")
        except TwilioException as refused:
            return _answered(watched, refused)
        except (ClientError, OSError) as broken:
            return _lost(watched, _cause(broken))
        except (ValueError, TypeError, AttributeError, KeyError):
            # Twilio's client trips over an answer that is no message resource.
            return _lost(watched, "unreadable")
        finally:
            exchange.reset(token)
        if not isinstance(created.sid, str) or _MESSAGE_SID.fullmatch(created.sid) is None:
            return Unknown("unreadable")
        return Accepted(created.sid, _count(created.num_segments))

    def _fields(self, message: Message) -> dict[str, str | int]:
        sender = message.sender or self._config.sender
        fields: dict[str, str | int] = {"to": message.recipient, "body": message.text}
        fields["messaging_service_sid" if _is_service(sender) else "from_"] = sender
        if self._config.status_callback is not None and message.customer_id:
            callback = callback_token.token(message.customer_id, message.attempt_id)
            fields["status_callback"] = self._config.status_callback + callback
        if message.validity_s is not None:
            shortest, longest = _VALIDITY
            fields["validity_period"] = max(shortest, min(longest, message.validity_s))
        return fields

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:
        """Look for the message in the account's list, newest first, by recipient and creation time.

        Never by DateSent: a message that waits has none. A message that somebody else sent to the number from the same
        account in this time is taken for ours: rather a reminder less than one twice.
        """
        token = exchange.set(Exchange(lambda: True))
        try:
            async with asyncio.timeout(min(deadline_s, self._config.timeout_s)):
                listed = await self._messages.list_async(to=lookup.recipient, limit=_LOOKED_AT, page_size=50)
            since = (lookup.since - _CLOCKS_DIFFER_MS) // 1000
            for each in listed:
                if each.direction == "outbound-api" and each.date_created.timestamp() >= since:
                    return Accepted(each.sid, _count(each.num_segments))
        except (
            TimeoutError,
            TwilioException,
            ClientError,
            OSError,
            ValueError,
            TypeError,
            AttributeError,
            KeyError,
        ) as no:
            return Deferred(_ASK_AGAIN_S, "provider", type(no).__name__)
        finally:
            exchange.reset(token)
        return Absent()

    async def close(self) -> None:
        """Close all connections."""
        await self._http.close()


_LOOKED_AT: Final = 200
"""The newest messages to a number that are looked at: more than any policy allows in the time of a doubt."""

_CLOCKS_DIFFER_MS: Final = 60_000
"""What the provider's clock and ours may differ."""

_ASK_AGAIN_S: Final = 30.0


def _is_service(sender: str) -> bool:
    return re.fullmatch(r"MG[0-9a-fA-F]{32}", sender) is not None


def _count(segments: object) -> int:
    return int(segments) if isinstance(segments, str) and re.fullmatch(r"[0-9]{1,3}", segments) else 0


def _lost(watched: Exchange, cause: str) -> Outcome:
    """What a send without a whole answer came to."""
    if watched.forbidden:
        return NotStarted()
    if watched.started:
        return Unknown(cause)
    return Deferred(_UNREACHABLE_S.get(cause, 1.0), "provider", cause)


_UNREACHABLE_S: Final = {"dns": 5.0, "tls": 60.0}
"""Seconds after which another connection is worth a try; 1 for all other causes."""


def _cause(broken: Exception) -> str:
    match broken:
        case ClientConnectorDNSError():
            return "dns"
        case ClientConnectorCertificateError() | ClientSSLError():
            return "tls"
        case TimeoutError():
            return "timeout"
        case _:
            return "connection"


def _answered(watched: Exchange, refused: TwilioException) -> Outcome:
    """What an answer other than 2xx means."""
    status = watched.status
    if not _HTTP_REFUSED <= status < _HTTP_SERVER_FAILED or status in _ANSWERED_NOT_READ:
        return Unknown(f"http-{status}")
    code = _code(refused)
    known = None if code is None else meaning(code)
    if status == _RATE_LIMITED and not isinstance(known, Deferred):
        known = Deferred(_RATE_LIMIT_S, "provider", str(code or status))
    match known:
        case None:
            return refusal_by_status(status, code)
        case Rejected():
            return known
        case Deferred(wait, scope, shown):
            return Deferred(_retry_after(watched, wait), scope, shown)


_HTTP_REFUSED: Final = 400
_HTTP_SERVER_FAILED: Final = 500
_RATE_LIMIT_S: Final = 2.0


def _code(refused: TwilioException) -> int | None:
    """Twilio's own code; its client repeats the HTTP status where the answer holds none."""
    if not isinstance(refused, TwilioRestException | TwilioServiceException):
        return None
    code: object = refused.code
    return code if isinstance(code, int) and code != refused.status else None


def _retry_after(watched: Exchange, otherwise: float) -> float:
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
