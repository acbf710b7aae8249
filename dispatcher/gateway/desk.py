"""`/hooks/desk/result`: what came of a call task, signed by the desk (Standard Webhooks)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from standardwebhooks import Webhook, WebhookVerificationError

from dispatcher.gateway.access import AnyRequest, forged
from dispatcher.gateway.appending import Away, Entry
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import TurnedAway, finding, kafka_away, not_set_up, problem
from dispatcher.gateway.tracing import trace_of_request
from dispatcher.settings import Secret
from schemas.codec import Accepted, read
from schemas.rejected import Rejected
from schemas.topics import CUSTOMERS_FEEDBACK

LARGEST_BODY: Final = 64 * 1024
TYPE: Final = "contact.reported"
SOURCE: Final = "dispatcher/desk"
"""The `source` of a desk's results; their id is the call's `webhook-id`, so that a repetition counts once."""

_LONGEST_ID: Final = 200


def desk_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handler of this address."""

    @post(
        "/hooks/desk/result",
        status_code=HTTPStatus.OK,  # 204 in fact: declared, Litestar would allow no problem beside it
        request_max_body_size=LARGEST_BODY,
        operation_id="takeDeskResult",
        summary="What came of a call task",
        tags=["hooks"],
        opt={"body": "desk", "status": HTTPStatus.NO_CONTENT},
    )
    async def result(request: AnyRequest) -> Response[bytes]:
        """`type` (contact.reported), `timestamp` and `data` (of that event), signed by Standard Webhooks within 5 minutes.

        204: Kafka has it. A repetition under the same `webhook-id` counts once.
        """
        if not parts.desk:
            return not_set_up("A call desk")
        body = await request.body()
        webhook_id = request.headers.get("webhook-id", "")
        if len(webhook_id) > _LONGEST_ID or not signed(parts.desk, body, request.headers):
            forged(parts, request)
        told = report(webhook_id, body)
        if isinstance(told, Rejected):
            parts.metrics.refused(told.reason)
            detail = "the result cannot be accepted; nothing was written"
            problems = (finding(told),)
            raise TurnedAway(problem("result-refused", HTTPStatus.UNPROCESSABLE_ENTITY, detail, problems))
        if isinstance(await parts.append([replace(told, trace=trace_of_request(request.scope))]), Away):
            return kafka_away()
        return Response(b"", status_code=HTTPStatus.NO_CONTENT)

    return (result,)


def signed(secrets: Sequence[Secret], body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether one of the secrets signed this body within the last five minutes."""
    return any(_verified(secret, body, headers) for secret in secrets)


def _verified(secret: Secret, body: bytes, headers: Mapping[str, str]) -> bool:
    try:
        Webhook(secret.reveal()).verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # the library trips over headers and bodies that it would not write
        return False
    return True


def report(webhook_id: str, body: bytes) -> Entry | Rejected:
    """The event that a signed result means; places in a refusal are those of the body."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Rejected("malformed_json", "", "expected one JSON object with type, timestamp and data")
    if not isinstance(told, dict) or told.get("type") != TYPE:
        return Rejected("unknown_type", "type", f"expected {TYPE}")
    data = told.get("data")
    customer_id = data.get("customer_id") if isinstance(data, dict) else None
    event = {
        "specversion": "1.0",
        "type": TYPE,
        "id": webhook_id,
        "source": SOURCE,
        "subject": customer_id,
        "time": told.get("timestamp"),
        "data": data,
    }
    value = msgspec.json.encode(event)
    match read(CUSTOMERS_FEEDBACK, value):
        case Accepted(customer_id=customer):
            return Entry(CUSTOMERS_FEEDBACK, customer.encode(), value)
        case Rejected() as refused:
            return msgspec.structs.replace(refused, path="timestamp" if refused.path == "time" else refused.path)
