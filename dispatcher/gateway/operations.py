"""`/livez`, `/readyz` and `/metrics`: for probes and Prometheus, without a key and without anybody's data."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from dispatcher.gateway.parts import Parts


def operations_routes(parts: Parts) -> Sequence[HTTPRouteHandler]:
    """The handlers of the three addresses."""

    @get("/livez", include_in_schema=False)
    async def livez() -> Response[bytes]:
        return _told({"alive": True}, HTTPStatus.OK)

    @get("/readyz", include_in_schema=False)
    async def readyz() -> Response[bytes]:
        answers = await parts.kafka_answers()
        return _told({"ready": answers, "kafka": answers}, HTTPStatus.OK if answers else HTTPStatus.SERVICE_UNAVAILABLE)

    @get("/metrics", include_in_schema=False)
    async def metrics() -> Response[bytes]:
        text = await asyncio.to_thread(parts.metrics.exposition)
        return Response(text, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return livez, readyz, metrics


def _told(state: dict[str, bool], status: HTTPStatus) -> Response[bytes]:
    return Response(msgspec.json.encode(state), status_code=status, media_type="application/json")
