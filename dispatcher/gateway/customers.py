"""`/v1/customers/...`: holds, promises, plans, consents, results and profiles as plain JSON, each made into its event."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, route
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.access import AnyRequest, admit
from dispatcher.gateway.appending import Away, Entry
from dispatcher.gateway.idempotency import echoed, idempotency_key
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import TurnedAway, answer, finding, kafka_away, problem
from dispatcher.gateway.statements import STATEMENTS, Author, NoObject, Statement, state
from dispatcher.gateway.tracing import trace_of_request
from schemas.codec import MAX_EVENT_BYTES
from schemas.rejected import Rejected


class StatementAccepted(msgspec.Struct, frozen=True):
    """The statement stands: the identity of its event, and what it stated, as the next statement about it names it."""

    source: str
    event_id: str
    id: str | None


_NO_OBJECT: Final = "expected one JSON object in UTF-8, with the fields of this statement"


def customers_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """One handler a statement."""
    return tuple(_handler(parts, each) for each in STATEMENTS)


def _handler(parts: Parts, statement: Statement) -> HTTPRouteHandler:
    async def take(request: AnyRequest) -> Response[bytes]:
        customer_id, own_id = _ids(request, statement)
        caller = admit(parts, request, "customers:write")
        key = idempotency_key(request)
        author = Author(caller.name, parts.now(), key, parts.random_id())
        stated = state(statement, customer_id, own_id, await request.body(), author)
        if isinstance(stated, NoObject):
            raise TurnedAway(problem("unreadable", HTTPStatus.BAD_REQUEST, _NO_OBJECT))
        if isinstance(stated, Rejected):
            parts.metrics.refused(stated.reason)
            detail = "the statement cannot be accepted; nothing was written"
            told = problem("statement-refused", HTTPStatus.UNPROCESSABLE_ENTITY, detail, (finding(stated),))
            return answer(told)
        entry = Entry(statement.topic, customer_id.encode(), stated.value, trace=trace_of_request(request.scope))
        if isinstance(await parts.append([entry]), Away):
            return kafka_away()
        return Response(
            msgspec.json.encode(StatementAccepted(stated.event.source, stated.event.id, stated.own_id)),
            status_code=HTTPStatus.ACCEPTED,
            media_type="application/json",
            headers=echoed(key),
        )

    declare = route(
        statement.path,
        http_method=[statement.method],
        status_code=HTTPStatus.ACCEPTED,
        request_max_body_size=MAX_EVENT_BYTES,
        operation_id=statement.operation,
        summary=statement.summary,
        description=_described(statement),
        tags=["customers"],
        opt={"body": statement},
    )
    return declare(take)


def _ids(request: AnyRequest, statement: Statement) -> tuple[str, str | None]:
    """The customer that the address names, and what of the customer's it names, if it does."""
    named = request.path_params
    return named["customer_id"], named[statement.own_id] if statement.in_path and statement.own_id else None


def _described(statement: Statement) -> str:
    topic = statement.topic
    return (
        f"Becomes a `{statement.event_type}` event on `{topic}`. 202: Kafka has it. `time` says when it was stated (now, "
        "where it is left out). `Idempotency-Key` makes repetitions one."
    )
