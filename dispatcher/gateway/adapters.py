"""`/hooks/adapters/{name}`: what providers of named adapters tell of messages, each read by its adapter's reader."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, assert_never

import structlog
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from channels.receipts import Callback, Forged, Receipt, Unreadable
from dispatcher.gateway.access import AnyRequest, forged
from dispatcher.gateway.appending import Away
from dispatcher.gateway.parts import Parts
from dispatcher.gateway.problems import answer, kafka_away, not_set_up, problem
from dispatcher.gateway.word_of_adapter import received

LARGEST_BODY: Final = 64 * 1024
PATH: Final = "/hooks/adapters"

_log = structlog.get_logger(__name__)


def adapters_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handlers of an adapter's address, and of those below it, where a provider has one for each message."""

    async def take(request: AnyRequest, name: str) -> Response[bytes]:
        reader = parts.readers.get(name)
        if reader is None:
            return not_set_up("This adapter, or a reader of what its provider tells,")
        told = reader.read(await _callback(request), parts.now() // 1000)
        match told:
            case Forged():
                forged(parts, request)
            case Unreadable():
                return _not_understood(name, told)
            case Receipt():
                entry = received(name, told, parts.here_and_now())
            case _:
                assert_never(told)
        if isinstance(entry, Unreadable):
            return _not_understood(name, entry)
        if isinstance(await parts.append([entry]), Away):
            return kafka_away()
        parts.metrics.receipt(told.status)
        return Response(b"", status_code=HTTPStatus.NO_CONTENT)

    @post(
        f"{PATH}/{{name:str}}",
        status_code=HTTPStatus.OK,  # 204 in fact: declared, Litestar would allow no problem beside it
        request_max_body_size=LARGEST_BODY,
        operation_id="takeReceipt",
        summary="What became of a message",
        tags=["hooks"],
        opt={"body": "any", "status": HTTPStatus.NO_CONTENT},
    )
    async def receipt(request: AnyRequest, name: FromPath[str]) -> Response[bytes]:
        """What the provider of a named adapter tells, proved as that adapter's reader asks. 204: Kafka has it."""
        return await take(request, name)

    @post(
        f"{PATH}/{{name:str}}/{{message:str}}",
        status_code=HTTPStatus.OK,
        request_max_body_size=LARGEST_BODY,
        operation_id="takeReceiptOfMessage",
        summary="The same, at an address of the message's own",
        tags=["hooks"],
        opt={"body": "any", "status": HTTPStatus.NO_CONTENT},
    )
    async def receipt_of_message(
        request: AnyRequest,
        name: FromPath[str],
        message: FromPath[str],  # noqa: ARG001 - the reader looks at the whole address
    ) -> Response[bytes]:
        """For providers that are told another address for each message."""
        return await take(request, name)

    return receipt, receipt_of_message


async def _callback(request: AnyRequest) -> Callback:
    path = request.scope["raw_path"].decode("latin-1")
    query = request.scope["query_string"].decode("latin-1")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Callback(f"{path}?{query}" if query else path, await request.body(), headers)


def _not_understood(name: str, told: Unreadable) -> Response[bytes]:
    _log.warning("receipt_not_understood", adapter=name, why=told.why)
    return answer(problem("not-understood", HTTPStatus.BAD_REQUEST, told.why))
