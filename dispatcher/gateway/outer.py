"""Around every request, whoever answers it: an id, headers that protect, and a measure of it."""

import re
import time
from collections.abc import Callable
from typing import Final

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from dispatcher.gateway.metrics import GatewayMetrics, route_of
from dispatcher.gateway.tracing import trace_of_request
from dispatcher.ops.labels import Route
from dispatcher.ops.logs import traced

_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROTECTING: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
)
_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")
_FAULT: Final = b'{"type":"urn:dispatcher:problem:fault","title":"Internal Server Error","status":500}'
_SERVER_FAULTS: Final = 500

_log = structlog.get_logger(__name__)


class Outer:
    """Wraps an ASGI application. `https`: browsers are told to stay with it. A handler's own headers go first."""

    def __init__(self, app: ASGIApp, metrics: GatewayMetrics, random_id: Callable[[], str], *, https: bool) -> None:
        self._app = app
        self._metrics = metrics
        self._random_id = random_id
        self._headers = (*_PROTECTING, _HTTPS) if https else _PROTECTING

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or pass on what is none."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        request_id = self._id_of(scope)
        began = time.perf_counter()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                added = [each for each in self._headers if each[0] not in present]
                message["headers"] = [*message["headers"], *added, (b"x-request-id", request_id)]
            await send(message)

        route = route_of(scope["path"])
        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()), traced(trace_of_request(scope)):
            try:
                await self._app(scope, receive, sending)
            except Exception as fault:  # noqa: BLE001 - the last line: a fault must not end the process
                _log.error("gateway_fault", exc_info=fault)
                if not status:
                    await _tell_fault(sending)
            self._note(route, int(status) or _SERVER_FAULTS, time.perf_counter() - began)

    def _id_of(self, scope: Scope) -> bytes:
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"")
        return given if _ID.fullmatch(given) else self._random_id().encode()

    def _note(self, route: Route, status: int, seconds: float) -> None:
        self._metrics.answered(route, status, seconds)
        if status >= _SERVER_FAULTS:
            _log.warning("answered_with_fault", route=route, status=status)


async def _tell_fault(send: Send) -> None:
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(_FAULT)).encode())]
    await send({"type": "http.response.start", "status": _SERVER_FAULTS, "headers": headers})
    await send({"type": "http.response.body", "body": _FAULT, "more_body": False})
