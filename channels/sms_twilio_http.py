"""The one HTTP request of a send, made under Twilio's client and watched: has a byte left, what came back.

Twilio's own asynchronous HTTP client never times out, ignores its proxy, hides the headers of errors and,
asked to retry, posts a message anew after every failure. This one replaces it.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final
from urllib.parse import urlencode

from aiohttp import encode_basic_auth
from twilio.http import AsyncHttpClient
from twilio.http.response import Response

from channels.accounts import TwilioConfig
from channels.http_exchange import Exchange, Watched
from channels.http_session import HttpSession

_ANSWER_LIMIT: Final = 256 * 1024
"""Bytes of an answer that are read; a message resource takes about 1,200."""

_FORM: Final = "application/x-www-form-urlencoded"


exchange: ContextVar[Exchange] = ContextVar("exchange")
"""The exchange of the send that runs in this context: Twilio's client leaves no other way to hand it down."""


class OneShotHttpClient(AsyncHttpClient):  # type: ignore[misc]  # the package has no types
    """Makes each request once, within real time limits, over one shared session; it writes no logs."""

    def __init__(self, config: TwilioConfig) -> None:
        super().__init__(logger=None, is_async=True, timeout=config.timeout_s)
        self._config = config
        self._session = HttpSession(config.connections, config.connect_s)

    async def request(  # noqa: PLR0917 - Twilio's signature
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the caller's deadline surrounds the whole send
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - Twilio's signature; a redirect is never followed
    ) -> Response:
        """Make the request; the exchange of this context tells what was written and what came back."""
        current = exchange.get()
        sent = {**(headers or {}), **current.beside}
        if auth is not None:
            sent["Authorization"] = encode_basic_auth(*auth)
        async with self._session.opened().request(
            method,
            uri,
            params={name: str(value) for name, value in (params or {}).items()},
            data=Watched(_form(data), current, _FORM),
            headers=sent,
            allow_redirects=False,
            proxy=self._config.proxy,
        ) as response:
            current.status, current.headers = response.status, response.headers
            body = await response.content.read(_ANSWER_LIMIT)
            while len(body) < _ANSWER_LIMIT and (more := await response.content.read(_ANSWER_LIMIT)):
                body += more
            return Response(response.status, body.decode(errors="replace"), response.headers)

    async def close(self) -> None:
        """Close every connection; a later request fails before it is written."""
        await self._session.close()


def _form(data: Mapping[str, object] | None) -> bytes:
    return urlencode({name: str(value) for name, value in (data or {}).items()}).encode()
