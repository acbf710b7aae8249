"""What is answered when something is wrong: problem details (RFC 9457), which repeat nothing of what was sent."""

from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException

from schemas.rejected import Rejected

MEDIA_TYPE: Final = "application/problem+json"
RETRY_S: Final = 2
"""Seconds after which it is worth asking again where Kafka was away."""

_log = structlog.get_logger(__name__)


class Finding(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing that is wrong: in which event (from 0) and where in it, why, and what was expected there.

    `id` and `source` are the event's own, where they could be read.
    """

    reason: str
    path: str
    expected: str
    index: int | None = None
    id: str | None = None
    source: str | None = None


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """RFC 9457: `type` names the kind of problem for programs, `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: tuple[Finding, ...] = ()


class TurnedAway(Exception):
    """The request ends here with this answer; raised before anything was done."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.type)
        self.problem = problem
        self.headers = headers or {}


def problem(kind: str, status: HTTPStatus, detail: str, errors: tuple[Finding, ...] = ()) -> Problem:
    """A problem of ours; `kind` is the last part of its `type`."""
    return Problem(f"urn:dispatcher:problem:{kind}", status.phrase, status.value, detail, errors)


def answer(told: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    """The problem as a response."""
    return Response(msgspec.json.encode(told), status_code=told.status, media_type=MEDIA_TYPE, headers=headers)


def finding(refusal: Rejected, index: int | None = None) -> Finding:
    """What intake would say of an event."""
    return Finding(refusal.reason, refusal.path, refusal.message, index, refusal.ce_id, refusal.ce_source)


def kafka_away() -> Response[bytes]:
    """503: what was sent may or may not stand, and is to be sent again as it is."""
    told = problem(
        "kafka-away",
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Kafka did not confirm in time: send the same request again. What did arrive is recognised by its source and id.",
    )
    return answer(told, {"Retry-After": str(RETRY_S)})


def not_set_up(what: str) -> Response[bytes]:
    """404: this gateway is not configured for that."""
    return answer(problem("not-set-up", HTTPStatus.NOT_FOUND, f"{what} is not set up at this gateway."))


_SENTENCES: Final = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address; /docs lists what there is.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address exists, and does not take this method; /docs lists what it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this address takes; send less at a time.",
}


def on_turned_away(_: Request[Any, Any, Any], turned: TurnedAway) -> Response[bytes]:
    """Litestar's hook for `TurnedAway`."""
    return answer(turned.problem, turned.headers)


def on_http_exception(_: Request[Any, Any, Any], refused: HTTPException) -> Response[bytes]:
    """Litestar's own refusals, in our words: its sentences may repeat what was sent."""
    status = HTTPStatus(refused.status_code)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return on_fault(_, refused)
    detail = _SENTENCES.get(status, "The request was refused.")
    return answer(problem(status.name.lower().replace("_", "-"), status, detail), _allow(refused))


def on_fault(_: Request[Any, Any, Any], fault: Exception) -> Response[bytes]:
    """A fault of ours: told to the log alone, without locals."""
    _log.error("gateway_fault", exc_info=fault)
    detail = "Something went wrong here; the log has it under the request's id."
    return answer(problem("fault", HTTPStatus.INTERNAL_SERVER_ERROR, detail))


def _allow(refused: HTTPException) -> dict[str, str]:
    return {name: value for name, value in (refused.headers or {}).items() if name.lower() == "allow"}
