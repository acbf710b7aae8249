"""The OpenAPI document of the gateway: Litestar's own of the handlers, with the bodies and answers that they declare."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Server

from dispatcher import __version__
from dispatcher.gateway.bounces import ReportTaken
from dispatcher.gateway.customers import StatementAccepted
from dispatcher.gateway.events import EventsAccepted
from dispatcher.gateway.idempotency import HEADER
from dispatcher.gateway.openapi_bodies import body, components, reference
from dispatcher.gateway.problems import MEDIA_TYPE, Problem
from schemas.json_schema import Document

_KEY: Final = "key"
_DESCRIPTION: Final = (
    "Events and statements are accepted when Kafka has them, and judged as intake would judge them. What is wrong is "
    "answered with problem details (RFC 9457). 503: send the same again; `source` and `id` keep events from counting twice."
)
_PROBLEMS: Final[dict[str, tuple[int, ...]]] = {
    "events": (400, 401, 403, 413, 415, 422, 429, 503),
    "customers": (400, 401, 403, 413, 422, 429, 503),
    "hooks": (400, 401, 403, 404, 413, 422, 429, 503),
    "reports": (400, 401, 403, 404, 413, 422, 429, 503),
}
_SIGNED: Final = frozenset(
    {
        "takeTwilioStatus",
        "takeTwilioMessage",
        "takeDeskResult",
        "takeMailReportByAddress",
        "takeReceipt",
        "takeReceiptOfMessage",
    }
)


def document(handlers: Sequence[HTTPRouteHandler], public_url: str | None) -> Document:
    """The whole document, as plain JSON values."""
    config = OpenAPIConfig(
        title="dispatcher gateway",
        version=__version__,
        description=_DESCRIPTION,
        servers=[Server(url=public_url or "/")],
        use_handler_docstrings=True,
        components=Components(security_schemes={_KEY: SecurityScheme(type="http", scheme="bearer")}),
    )
    # An application of its own, which nobody calls: Litestar describes handlers only together with pages of its own.
    described: Document = Litestar(
        list(handlers), openapi_config=config, logging_config=None
    ).openapi_schema.to_schema()
    schemas = components()
    declared = {str(each.operation_id): each for each in handlers}
    for methods in described["paths"].values():
        for operation in methods.values():
            handler = declared.get(operation["operationId"])
            if handler is not None and "body" in handler.opt:
                _declare(operation, handler, schemas)
    described["components"]["schemas"] = schemas
    return described


def _declare(operation: dict[str, Any], handler: HTTPRouteHandler, schemas: Document) -> None:
    kind = operation["tags"][0]
    operation["requestBody"] = body(handler.opt["body"], schemas)
    answer = "reports" if handler.opt["body"] == "mail" else kind
    operation["responses"] = _responses(answer, HTTPStatus(handler.opt.get("status", handler.status_code)))
    if kind != "hooks":
        operation.setdefault("parameters", []).append(_IDEMPOTENCY)
    if operation["operationId"] not in _SIGNED:
        operation["security"] = [{_KEY: []}]


def _responses(kind: str, success: HTTPStatus) -> Document:
    problem: Document = {"content": {MEDIA_TYPE: {"schema": reference(Problem)}}}
    told: Document = {str(status): {"description": HTTPStatus(status).phrase} | problem for status in _PROBLEMS[kind]}
    return {str(success.value): _success(kind, success)} | told


def _success(kind: str, success: HTTPStatus) -> Document:
    answer: Document = {"description": success.phrase}
    match kind, success:
        case "events", _:
            return answer | {"content": {"application/json": {"schema": reference(EventsAccepted)}}}
        case "customers", _:
            return answer | {"content": {"application/json": {"schema": reference(StatementAccepted)}}}
        case "reports", _:
            return answer | {"content": {"application/json": {"schema": reference(ReportTaken)}}}
        case _, HTTPStatus.OK:
            return answer | {"content": {"text/xml": {"schema": {"type": "string"}}}}
        case _:
            return answer


_IDEMPOTENCY: Final[Document] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "gives ids to what comes without; the same key and content always get the same",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
