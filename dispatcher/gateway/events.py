"""`POST /v1/events`: for billing systems without a Kafka client. Accepted means: Kafka has all of it."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler

from dispatcher.gateway.access import AnyRequest, admit
from dispatcher.gateway.appending import Away, Entry
from dispatcher.gateway.event_reading import (
    MEDIA_TYPES,
    Bad,
    Good,
    NameOf,
    Unreadable,
    judge,
    media_type,
    naming,
    split,
)
from dispatcher.gateway.idempotency import echoed, idempotency_key
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import Problem, TurnedAway, answer, finding, kafka_away, problem
from dispatcher.gateway.tracing import trace_of_request
from schemas.rejected import Headers, Rejected

LARGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes of one request."""

_AT_A_TIME: Final = 50
"""Events judged before others get a turn: about a millisecond."""

_MALFORMED: Final = frozenset({"malformed_json", "too_deep", "empty", "binary_mode"})


class EventAccepted(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event that stands: its place in the request (from 0), its identity, and how many fields nobody knows."""

    index: int
    source: str
    id: str
    unknown_fields: int = 0


class EventsAccepted(msgspec.Struct, frozen=True):
    """All events of a request stand in Kafka."""

    accepted: int
    events: tuple[EventAccepted, ...]


def events_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handlers of this address."""

    @post(
        "/v1/events",
        status_code=HTTPStatus.ACCEPTED,
        request_max_body_size=LARGEST_BODY,
        operation_id="publishEvents",
        summary="Publish one event or a batch",
        tags=["events"],
        opt={"body": "events"},
    )
    async def publish_events(request: AnyRequest) -> Response[bytes]:
        """CloudEvents 1.0 in structured mode, judged exactly as intake would. 202: Kafka has all of them.

        All or nothing: with one event that is wrong, none is accepted (422, and every wrong one is named with its index).
        503: Kafka did not confirm in time; send the same again. What keeps events from counting twice is their `source` and
        `id`. `Idempotency-Key` gives an id to events without one: the same key and event always give the same id.
        `traceparent` (W3C) goes along with the events, up to the requests to providers; one that is malformed is left out.
        """
        caller = admit(parts, request, "events:write")
        key = idempotency_key(request)
        kind = media_type(request.headers.get("content-type", ""))
        if kind is None:
            raise TurnedAway(_unsupported())
        values = split(await request.body(), kind)
        if isinstance(values, Unreadable):
            raise TurnedAway(problem("unreadable", HTTPStatus.BAD_REQUEST, values.expected))
        name = None if key is None else naming(caller.name, key)
        judged = await _judged(values, _headers(request), name)
        bad = [each for each in judged if isinstance(each, Bad)]
        for each in bad:
            parts.metrics.refused(each.refusal.reason)
        if bad:
            return _refused(bad, len(judged))
        good = [each for each in judged if isinstance(each, Good)]
        trace = trace_of_request(request.scope)
        entries = [Entry(each.topic, each.event.customer_id.encode(), each.value, trace=trace) for each in good]
        if entries and isinstance(await parts.append(entries), Away):
            return kafka_away()
        told = EventsAccepted(len(good), tuple(map(_accepted, good)))
        return Response(
            msgspec.json.encode(told),
            status_code=HTTPStatus.ACCEPTED,
            media_type="application/json",
            headers=echoed(key),
        )

    return (publish_events,)


async def _judged(values: Sequence[bytes], headers: Headers, name: NameOf | None) -> list[Good | Bad]:
    judged: list[Good | Bad] = []
    for start in range(0, len(values), _AT_A_TIME):
        judged += judge(values[start : start + _AT_A_TIME], headers, name, start)
        await asyncio.sleep(0)
    return judged


def _headers(request: AnyRequest) -> Headers:
    """What tells binary mode: the attributes, and the content type that structured mode has."""
    return [
        (name, value.encode())
        for name, value in request.headers.items()
        if name.startswith("ce-") or name == "content-type"
    ]


def _accepted(good: Good) -> EventAccepted:
    return EventAccepted(good.index, good.event.source, good.event.id, good.event.unknown_fields)


def _refused(bad: Sequence[Bad], of: int) -> Response[bytes]:
    malformed = of == 1 and _is_malformed(bad[0].refusal)
    status = HTTPStatus.BAD_REQUEST if malformed else HTTPStatus.UNPROCESSABLE_ENTITY
    detail = f"{len(bad)} of {of} events cannot be accepted, and none was: mend or leave out those named"
    findings = tuple(finding(each.refusal, each.index) for each in bad)
    return answer(problem("events-refused", status, detail, findings))


def _is_malformed(refusal: Rejected) -> bool:
    return refusal.reason in _MALFORMED


def _unsupported() -> Problem:
    detail = f"expected a body of one of the types {', '.join(MEDIA_TYPES)}"
    return problem("unsupported-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail)
