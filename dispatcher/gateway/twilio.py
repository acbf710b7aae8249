"""`/hooks/twilio/...`: receipts and replies by SMS. Twilio does not repeat what is answered with 5xx: once counts."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

import msgspec
import structlog
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from channels.sms_twilio_callbacks import Malformed
from channels.sms_twilio_signature import genuine
from dispatcher.gateway.access import AnyRequest, forged
from dispatcher.gateway.appending import Away
from dispatcher.gateway.parts import Parts, TwilioHooks
from dispatcher.gateway.problems import answer, kafka_away, not_set_up, problem
from dispatcher.gateway.word_of_twilio import heard, reply_of, reported

LARGEST_BODY: Final = 64 * 1024
"""Bytes of one call: Twilio's are below 4 KiB."""

_JSON: Final = "application/json"
"""What some of Twilio's products send instead of a form; its signature covers a hash of it."""

_log = structlog.get_logger(__name__)


def twilio_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handlers of both addresses."""

    @post(
        "/hooks/twilio/status/{token:str}",
        status_code=HTTPStatus.OK,  # 204 in fact: declared, Litestar would allow no problem beside it
        request_max_body_size=LARGEST_BODY,
        operation_id="takeTwilioStatus",
        summary="What became of a text",
        tags=["hooks"],
        opt={"body": "form", "status": HTTPStatus.NO_CONTENT},
    )
    async def status(request: AnyRequest, token: FromPath[str]) -> Response[bytes]:
        """Twilio's StatusCallback, signed by it. 204: Kafka has the receipt. 503: it has not."""
        if parts.twilio is None:
            return not_set_up("Twilio")
        told = reported(token, await _form(parts, parts.twilio, request), parts.here_and_now())
        if isinstance(told, Malformed):
            return _malformed(told)
        if isinstance(await parts.append(told.entries), Away):
            return kafka_away()
        parts.metrics.receipt(told.status)
        return Response(b"", status_code=HTTPStatus.NO_CONTENT)

    @post(
        "/hooks/twilio/inbound",
        status_code=HTTPStatus.OK,
        request_max_body_size=LARGEST_BODY,
        operation_id="takeTwilioMessage",
        summary="A reply by SMS",
        tags=["hooks"],
        opt={"body": "form"},
    )
    async def inbound(request: AnyRequest) -> Response[bytes]:
        """A message to one of our numbers, signed by Twilio. What it means for the number is kept; its text is not."""
        if parts.twilio is None:
            return not_set_up("Twilio")
        told = heard(await _form(parts, parts.twilio, request), parts.here_and_now())
        if isinstance(told, Malformed):
            return _malformed(told)
        if told.entries and isinstance(await parts.append(told.entries), Away):
            return kafka_away()
        parts.metrics.inbound(told.word)
        return Response(reply_of(told.word, parts.twilio.help_text), media_type="text/xml")

    return status, inbound


async def _form(parts: Parts, hooks: TwilioHooks, request: AnyRequest) -> dict[str, str]:
    """The fields of a call that Twilio signed; anything else is turned away."""
    body, content_type = await request.body(), request.headers.get("content-type", "")
    raw = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    signed = genuine(
        hooks.origin,
        f"{raw}?{query}" if query else raw,
        body,
        content_type,
        request.headers.get("x-twilio-signature", ""),
        [token.reveal() for token in hooks.tokens],
    )
    if not signed:
        forged(parts, request)
    if content_type.partition(";")[0].strip().lower() == _JSON:
        return _texts(body)
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _texts(body: bytes) -> dict[str, str]:
    """The texts of a JSON object; nothing of what is none."""
    try:
        told = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return {name: value for name, value in told.items() if isinstance(value, str)}


def _malformed(told: Malformed) -> Response[bytes]:
    _log.warning("twilio_not_understood", why=told.why)
    return answer(problem("not-understood", HTTPStatus.BAD_REQUEST, told.why))
