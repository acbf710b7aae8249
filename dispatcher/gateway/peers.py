"""From whom a request comes: the client that a listed proxy names, and the peer that the connection itself has."""

from collections.abc import Sequence
from typing import Any, cast

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from dispatcher.gateway.staff.reception import PEER


def behind(proxies: Sequence[str], app: ASGIApp) -> ASGIApp:
    """The application behind these proxies, by their networks: X-Forwarded-For of others is not believed."""
    forwarded = ProxyHeadersMiddleware(cast("Any", app), trusted_hosts=list(proxies)) if proxies else app

    async def received(scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] == ScopeType.HTTP and client is not None:
            cast("dict[str, Any]", scope)[PEER] = client[0]
        await forwarded(cast("Any", scope), cast("Any", receive), cast("Any", send))

    return received
