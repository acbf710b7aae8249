"""`/metrics`, `/livez` and `/readyz`, answered by threads of their own: a blocked loop is still reported."""

import threading
from collections.abc import Callable
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Protocol, Self

import msgspec
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from dispatcher.ops.health import Health

_SLOWEST_CLIENT_S: Final = 5.0
_POLL_S: Final = 0.05  # how long `close` waits at most
_JSON: Final = "application/json"

Answer = tuple[HTTPStatus, str, bytes]


class Exposing(Protocol):
    """Counts something, and tells it."""

    def exposition(self) -> bytes:
        """The text that Prometheus reads."""


class PortTaken(Exception):
    """The port cannot be listened on; the message names it and the setting."""


class OperationsServer:
    """Serves from the moment it is made until `close()`; `port` is the real one where 0 was asked for.

    Raises:
        PortTaken: host and port cannot be listened on.
    """

    def __init__(self, metrics: Exposing, health: Health, *, host: str, port: int) -> None:
        pages: dict[str, Callable[[], Answer]] = {
            "/metrics": lambda: (HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, metrics.exposition()),
            "/livez": lambda: _livez(health),
            "/readyz": lambda: _readyz(health),
        }
        try:
            self._server = _Server((host, port), _handler(pages))
        except (OSError, OverflowError) as fault:
            raise PortTaken(
                f"cannot listen on {host}:{port} ({fault.strerror if isinstance(fault, OSError) else fault}):"
                " free it, or set DISPATCHER_METRICS_PORT and DISPATCHER_METRICS_HOST"
            ) from None
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="operations", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that reads slowly must not hold up the end of the process


def _livez(health: Health) -> Answer:
    stuck = health.stuck()
    body = msgspec.json.encode({"alive": not stuck, "stuck": stuck})
    return (HTTPStatus.SERVICE_UNAVAILABLE if stuck else HTTPStatus.OK, _JSON, body)


def _readyz(health: Health) -> Answer:
    readiness = health.readiness()
    body = msgspec.json.encode({"ready": readiness.ready} | asdict(readiness))
    return (HTTPStatus.OK if readiness.ready else HTTPStatus.SERVICE_UNAVAILABLE, _JSON, body)


def _handler(pages: dict[str, Callable[[], Answer]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST_CLIENT_S
        server_version = "dispatcher"
        sys_version = ""

        def do_GET(self) -> None:
            page = pages.get(self.path.partition("?")[0])
            status, kind, body = (HTTPStatus.NOT_FOUND, "text/plain", b"") if page is None else page()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Probes come every few seconds and are no news."""

    return Handler
