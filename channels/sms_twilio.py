"""SMS through Twilio: the official client, one POST a message, and an honest word on what became of it.

Twilio's message resource has no idempotency key, so a lost answer can only be resolved by asking. What
answers mean: 400-499 was not processed (RFC 9110, 15.5); 500 and above, a time-out, a cut and an unreadable
answer prove nothing.
"""

import asyncio
import re
from typing import Final, Protocol, cast

from aiohttp import ClientError
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.rest import Client

from channels import callback_token
from channels.accounts import TwilioConfig
from channels.http_exchange import ANSWERED_NOT_READ, Exchange, cause, lost, retry_after, trace_header
from channels.protocol import (
    Absent,
    Accepted,
    Capabilities,
    Deferred,
    Finding,
    Health,
    Lookup,
    Message,
    Outcome,
    Permit,
    Prepared,
    Rejected,
    Unknown,
    Unwell,
    Well,
)
from channels.sms_twilio_errors import ACCOUNT_STATUSES, meaning, refusal_by_status
from channels.sms_twilio_http import OneShotHttpClient, exchange

_MAX_BODY: Final = 1600
"""Characters (https://www.twilio.com/docs/api/errors/21617)."""

_VALIDITY: Final = (1, 36_000)
"""Seconds that `ValidityPeriod` may have (https://www.twilio.com/docs/messaging/api/message-resource)."""

_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_MESSAGE_SID: Final = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

_RATE_LIMITED: Final = 429


class _Created(Protocol):
    """The answer's fields as they came: Twilio's client checks no types."""

    sid: object
    num_segments: object


class TwilioSms:
    """One Twilio account as a channel adapter."""

    name: Final = "twilio"
    capabilities: Final = Capabilities("sms", idempotency="list_only", max_text=_MAX_BODY, expires=True, receipts=True)

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
        watched = Exchange(permit, trace_header(prepared.message.trace))  # Twilio ignores headers that it does not know
        token = exchange.set(watched)
        try:
            async with asyncio.timeout(min(deadline_s, self._config.timeout_s)):
                created = cast("_Created", await self._messages.create_async(**self._fields(prepared.message)))
        except TimeoutError:
            return lost(watched, "timeout")
        except TwilioException as refused:
            return _answered(watched, refused)
        except (ClientError, OSError) as broken:
            return lost(watched, cause(broken))
        except (ValueError, TypeError, AttributeError, KeyError):
            # Twilio's client trips over an answer that is no message resource.
            return lost(watched, "unreadable")
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

    async def health(self, *, deadline_s: float) -> Health:
        """Read one line of the account's list of messages."""
        watched = Exchange(lambda: True)
        token = exchange.set(watched)
        try:
            async with asyncio.timeout(min(deadline_s, self._config.timeout_s)):
                await self._messages.list_async(limit=1, page_size=1)
        except TwilioException:
            return Unwell(f"http-{watched.status}", ours=watched.status in ACCOUNT_STATUSES)
        except (ClientError, OSError, ValueError, TypeError, AttributeError, KeyError) as away:
            return Unwell(type(away).__name__)
        finally:
            exchange.reset(token)
        return Well()

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


def _answered(watched: Exchange, refused: TwilioException) -> Outcome:
    """What an answer other than 2xx means."""
    status = watched.status
    if not _HTTP_REFUSED <= status < _HTTP_SERVER_FAILED or status in ANSWERED_NOT_READ:
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
            return Deferred(retry_after(watched, wait), scope, shown)


_HTTP_REFUSED: Final = 400
_HTTP_SERVER_FAILED: Final = 500
_RATE_LIMIT_S: Final = 2.0


def _code(refused: TwilioException) -> int | None:
    """Twilio's own code; its client repeats the HTTP status where the answer holds none."""
    if not isinstance(refused, TwilioRestException | TwilioServiceException):
        return None
    code: object = refused.code
    return code if isinstance(code, int) and code != refused.status else None
