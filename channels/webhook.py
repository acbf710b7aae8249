"""A channel that hands messages to a receiver of one's own, signed as Standard Webhooks (www.standardwebhooks.com) say.

The receiver checks id, time and signature, and takes a repeated id for the same message. It answers 2xx once it is
responsible for the message, with `{"reference": ...}` if it has a name for it. A refusal may say whose fault it is:
`{"refusal": "recipient" | "content" | "config" | "suppressed", "code": ...}`; without that, the status speaks.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final, get_args

from aiohttp import ClientError

from channels.accounts import WebhookConfig
from channels.http_exchange import (
    ANSWERED_NOT_READ,
    Exchange,
    NotPermitted,
    Watched,
    cause,
    lost,
    retry_after,
    trace_header,
)
from channels.http_session import HttpSession
from channels.protocol import (
    Accepted,
    CannotTell,
    Capabilities,
    Deferred,
    Finding,
    Health,
    Lookup,
    Message,
    Outcome,
    Permit,
    Prepared,
    Refusal,
    Rejected,
    Unknown,
)
from channels.webhook_signing import Signer
from schemas.values import Channel

_ANSWER_LIMIT: Final = 65_536
_RATE_LIMITED: Final = 429
_RATE_LIMIT_S: Final = 5.0
_CONTENT: Final = frozenset({400, 413, 422})
_REFERENCE: Final = re.compile(r"[!-~]{1,200}")
_CODE: Final = re.compile(r"[A-Za-z0-9_.:-]{1,60}")
_REFUSALS: Final[dict[str, Refusal]] = {refusal: refusal for refusal in get_args(Refusal)}


class Webhook:
    """One receiver; `clock` (seconds since the epoch) dates the signatures."""

    name: Final = "webhook"

    def __init__(self, channel: Channel, config: WebhookConfig, *, clock: Callable[[], float] = time.time) -> None:
        self.capabilities: Final = Capabilities(channel, "native_key", max_text=None, expires=True, receipts=True)
        self._config = config
        self._clock = clock
        self._signer = Signer((config.secret,))
        self._session = HttpSession(config.connections, config.connect_s)

    def __repr__(self) -> str:
        return f"Webhook({self.capabilities.channel}, {self._config!r})"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Encode the message; a text that JSON cannot hold (a lone surrogate) is refused."""
        told = {
            name: value for name, value in asdict(message).items() if name != "trace" and value not in (None, "", ())
        }
        try:
            return Prepared(message, json.dumps({"type": "message.due", "data": told}, ensure_ascii=False).encode())
        except UnicodeEncodeError:
            return Rejected("content", "unencodable")

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:
        """Post the message once; a redirect is not followed."""
        watched = Exchange(permit)
        try:
            async with (
                asyncio.timeout(min(deadline_s, self._config.timeout_s)),
                self._session.opened().post(
                    self._config.url,
                    data=Watched(prepared.payload, watched, "application/json"),
                    headers=self._headers(prepared),
                    allow_redirects=False,
                ) as answer,
            ):
                watched.status, watched.headers = answer.status, answer.headers
                return _meaning(watched, _told(await answer.content.read(_ANSWER_LIMIT)), prepared.message)
        except (ClientError, OSError, NotPermitted) as broken:
            return lost(watched, cause(broken))

    def _headers(self, prepared: Prepared) -> dict[str, str]:
        signed = self._signer.headers(prepared.message.attempt_id, self._clock(), prepared.payload)
        return {**signed, **trace_header(prepared.message.trace)}

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """There is no standard way to ask."""
        return CannotTell()

    async def health(self, *, deadline_s: float) -> Health:  # noqa: ARG002
        """Nor to look without a message."""
        return CannotTell()

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()


def _told(body: bytes) -> dict[str, object]:
    try:
        told: object = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _meaning(watched: Exchange, told: dict[str, object], message: Message) -> Outcome:
    status = watched.status
    shown = f"http-{status}"
    match status // 100:
        case 2:
            reference = told.get("reference")
            is_name = isinstance(reference, str) and _REFERENCE.fullmatch(reference) is not None
            return Accepted(str(reference) if is_name else message.attempt_id)
        case 4 if status == _RATE_LIMITED:
            return Deferred(retry_after(watched, _RATE_LIMIT_S), "provider", shown)
        case 4 if status not in ANSWERED_NOT_READ:
            refusal, code = told.get("refusal"), told.get("code")
            blamed = _REFUSALS.get(refusal) if isinstance(refusal, str) else None
            is_code = isinstance(code, str) and _CODE.fullmatch(code) is not None
            return Rejected(blamed or ("content" if status in _CONTENT else "config"), str(code) if is_code else shown)
        case _:
            return Unknown(shown)
