"""A Twilio that texts nobody: a stateful stand-in on loopback, for demonstrations and tests.

It takes form-encoded POSTs of messages from the official client, checks the account's password, keeps what it
accepted, lists it, and refuses every recipient outside the ranges reserved for tests. Faults are staged, one
a request.
"""

import asyncio
import hmac
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import encode_basic_auth, web

from dispatcher.local.durable_lines import DurableLines
from dispatcher.local.twilio_faults import Cut, Fault, Garbage, Hangs, Refused
from dispatcher.local.twilio_resources import (
    API_VERSION,
    SentSms,
    journal_line,
    refusal,
    resource,
    sent_sms,
)

ACCOUNT_SID: Final = "AC" + "0" * 32
AUTH_TOKEN: Final = "stand-in"  # noqa: S105 - opens nothing but this stand-in
"""The account of every stand-in that is not given another."""

_MORE_INFO: Final = "https://www.twilio.com/docs/errors/{code}"
_DRAIN_S: Final = 0.1


class TwilioStandIn:
    """Serves while entered; `messages` are those it accepted, oldest first.

    `requests` counts the message POSTs read whole, `by_recipient` stages a lasting fault for a number.
    `journal` gets one line of JSON a message, on the disk before the answer. `port` 0 takes a free one.
    `clock` gives the milliseconds since the epoch that messages are stamped with.
    """

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        journal: Path | None = None,
        port: int = 0,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        self.messages: list[SentSms] = []
        self.requests = 0
        self.by_recipient: dict[str, Fault] = {}
        self.silent_about: set[str] = set()
        """Recipients whose messages the list does not tell: it answers 503."""
        self._account_sid, self._auth_token = account_sid, auth_token
        self._journal_path, self._port, self._clock = journal, port, clock
        self._staged: deque[Fault] = deque()
        self._arrived = asyncio.Condition()

    def stage(self, faults: Iterable[Fault]) -> None:
        """Let the next requests that are otherwise in order meet these faults, one each."""
        self._staged.extend(faults)

    def heal(self) -> None:
        """Forget what is staged and has met nobody yet."""
        self._staged.clear()

    async def arrival(self, requests: int) -> None:
        """Wait until this many message POSTs have been read whole."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self.requests >= requests)

    @property
    def base_url(self) -> str:
        """What replaces `https://api.twilio.com`."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._journal = DurableLines(self._journal_path)
        app = web.Application()
        messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        app.router.add_post(f"{messages}.json", self._create)
        app.router.add_get(f"{messages}.json", self._list)
        app.router.add_get(f"{messages}/{{sid}}.json", self._fetch)
        # Without cancellation a hanging answer would outlive its client.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_DRAIN_S)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Break all connections and stop listening."""
        await self._runner.cleanup()
        self._journal.close()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        at = self._clock()
        form = {name: str(value) for name, value in (await request.post()).items()}
        async with self._arrived:
            self.requests += 1
            self._arrived.notify_all()
        if not self._knows(request):
            return _refused(Refused(401, 20003, "Authenticate"))
        fault = refusal(form) or self._fault(form["To"])
        if isinstance(fault, Refused):
            return _refused(fault)
        if not isinstance(fault, Hangs | Cut) or fault.created:
            self._accept(sent_sms(form, len(self.messages) + 1, at))
        match fault:
            case None:
                return web.json_response(resource(self.messages[-1], self._account_sid), status=201)
            case Garbage(body):
                return web.Response(text=body, status=201, content_type="text/html")
            case Hangs():
                await asyncio.Event().wait()
            case Cut():
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _accept(self, message: SentSms) -> None:
        self._journal.add(journal_line(message))
        self.messages.append(message)

    def _fault(self, recipient: str) -> Fault | None:
        if recipient in self.by_recipient:
            return self.by_recipient[recipient]
        return self._staged.popleft() if self._staged else None

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if not self._knows(request):
            return _refused(Refused(401, 20003, "Authenticate"))
        to, size = request.query.get("To"), int(request.query.get("PageSize", "50"))
        page = int(request.query.get("Page", "0"))
        if to in self.silent_about:
            return _refused(Refused(503, 20503, "Service Unavailable"))
        found = [message for message in reversed(self.messages) if to is None or message.to == to]
        shown = found[page * size : (page + 1) * size]
        uri = f"/{API_VERSION}/Accounts/{self._account_sid}/Messages.json"
        more = f"{uri}?{'' if to is None else f'To=%2B{to[1:]}&'}PageSize={size}&Page="
        return web.json_response(
            {
                "messages": [resource(message, self._account_sid) for message in shown],
                "page": page,
                "page_size": size,
                "start": page * size,
                "end": page * size + max(len(shown) - 1, 0),
                "uri": f"{more}{page}",
                "first_page_uri": f"{more}0",
                "previous_page_uri": f"{more}{page - 1}" if page else None,
                "next_page_uri": f"{more}{page + 1}" if len(found) > (page + 1) * size else None,
            }
        )

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        if not self._knows(request):
            return _refused(Refused(401, 20003, "Authenticate"))
        sid = request.match_info["sid"]
        found = next((message for message in self.messages if message.sid == sid), None)
        if found is None:
            return _refused(Refused(404, 20404, "The requested resource was not found"))
        return web.json_response(resource(found, self._account_sid))

    def _knows(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization", "")
        right = encode_basic_auth(self._account_sid, self._auth_token)
        return request.match_info["account"] == self._account_sid and hmac.compare_digest(
            given.encode(), right.encode()
        )


def _refused(fault: Refused) -> web.Response:
    headers = {} if fault.retry_after_s is None else {"Retry-After": str(fault.retry_after_s)}
    body = {
        "code": fault.code,
        "message": fault.message,
        "more_info": _MORE_INFO.format(code=fault.code),
        "status": fault.status,
    }
    return web.json_response(body, status=fault.status, headers=headers)
