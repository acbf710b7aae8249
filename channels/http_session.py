"""The connections of an adapter that speaks HTTP: opened with its first request, shared by all, gone once it is closed."""

from typing import Final

from aiohttp import ClientSession, ClientTimeout, TCPConnector

_KEEP_IDLE_S: Final = 15.0
"""Shorter than servers keep a connection: a POST on one that the server has just closed ends in doubt."""


class HttpSession:
    """At most `connections` at a time; each is made within `connect_s` seconds."""

    def __init__(self, connections: int, connect_s: float) -> None:
        """Nothing is opened yet."""
        self._connections = connections
        self._connect_s = connect_s
        self._session: ClientSession | None = None
        self._closed = False

    def opened(self) -> ClientSession:
        """The session that requests go through.

        Raises:
            ConnectionError: it was closed; nothing was written.
        """
        if self._closed:
            raise ConnectionError("the adapter is closed")
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(limit=self._connections, keepalive_timeout=_KEEP_IDLE_S),
                timeout=ClientTimeout(total=None, connect=self._connect_s),
                trust_env=False,
            )
        return self._session

    async def close(self) -> None:
        """Close every connection; a later request fails before it is written."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
