"""A Twilio that texts nobody: a stateful stand-in on loopback, for demonstrations and tests.

It takes form-encoded POSTs of messages from the official client, checks the account's password, keeps what it accepted,
shows and lists it as it comes along, tells each message's callback address, posts what recipients answer, and refuses every
recipient outside the ranges reserved for tests. Faults are staged, one a request, or strike by chance; who is texted
decides what becomes of the message (`twilio_magic`).
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from dispatcher.local.twilio_answers import knows, refused
from dispatcher.local.twilio_callbacks import Posted, inbound_form
from dispatcher.local.twilio_chances import CallbackPlan, InOrder, RequestFaults
from dispatcher.local.twilio_faults import Cut, Fault, Garbage, Hangs, Refused
from dispatcher.local.twilio_ledger import Ledger
from dispatcher.local.twilio_opt_outs import OPTED_OUT, OptOuts
from dispatcher.local.twilio_pages import page
from dispatcher.local.twilio_resources import API_VERSION, PICKED_SENDER, SentSms, refusal, resource
from schemas.trace import HEADER

ACCOUNT_SID: Final = "AC" + "0" * 32
AUTH_TOKEN: Final = "stand-in"  # noqa: S105 - opens nothing but this stand-in
"""The account of every stand-in that is not given another."""

_DRAIN_S: Final = 0.1


class TwilioStandIn:
    """Serves while entered.

    `requests` counts the message POSTs read whole, `by_recipient` stages a lasting fault for a number, `silent_about` holds
    recipients whose messages the list does not tell: it answers 503. `opt_outs` are numbers that are texted no more.
    `courses` says what becomes of messages to a number, `inbound_url` hears what recipients answer. `traces` are the trace
    contexts (`traceparent`) of requests that had one, by recipient.
    `journal` gets one line of JSON a message, on the disk before the answer. `port` 0 takes a free one.
    `clock` gives the milliseconds since the epoch that messages are stamped with. `rate` is how fast they come along:
    seconds of theirs a second; None: only as `advance` says.
    """

    def __init__(
        self,
        *,
        account_sid: str = ACCOUNT_SID,
        auth_token: str = AUTH_TOKEN,
        journal: Path | None = None,
        port: int = 0,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        rate: float | None = 1.0,
        inbound_url: str | None = None,
    ) -> None:
        self._ledger = Ledger(account_sid)
        self.courses = self._ledger.courses
        self.requests = 0
        self.by_recipient: dict[str, Fault] = {}
        self.silent_about: set[str] = set()
        self.traces: dict[str, str] = {}
        self.opt_outs = OptOuts()
        self.inbound_url = inbound_url
        self._by_chance: RequestFaults | None = None
        self._account_sid, self._auth_token = account_sid, auth_token
        self._journal_path, self._port, self._clock, self._rate = journal, port, clock, rate
        self._staged: deque[Fault] = deque()
        self._inbound = count(1)
        self._answering = 0
        self._arrived = asyncio.Condition()

    def stage(self, faults: Iterable[Fault]) -> None:
        """Let the next requests that are otherwise in order meet these faults, one each."""
        self._staged.extend(faults)

    def strike(self, *, requests: RequestFaults | None = None, callbacks: CallbackPlan | None = None) -> None:
        """Let faults meet further requests, and the callbacks of further messages, by chance."""
        self._by_chance = requests
        self._ledger.callback_plan = callbacks or InOrder()

    def heal(self) -> None:
        """Forget what is staged and has met nobody yet, and let nothing more strike by chance."""
        self._staged.clear()
        self.strike()

    async def arrival(self, requests: int) -> None:
        """Wait until this many message POSTs have been read whole."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: self.requests >= requests)

    async def advance(self, seconds: float) -> None:
        """Let messages come along by so many seconds, and make the callbacks that fall due in them, one by one."""
        await self._ledger.schedule.advance(seconds)

    async def all_told(self) -> None:
        """Wait until every callback of the messages so far has been made; only where they come along by themselves."""
        await self._ledger.schedule.idle()

    async def inbound(
        self, sender: str, body: str, *, to: str = PICKED_SENDER, service: str | None = None
    ) -> int | None:
        """A text that somebody sent to a number of the account; the HTTP status of the answer to it, None without one.

        `service` is the Messaging Service of the number, whose own opt-out service names the keywords that it understood.
        """
        if self.inbound_url is None:
            raise ValueError("nobody hears inbound messages: set `inbound_url`")
        word = self.opt_outs.hear(sender, body)
        form = inbound_form(next(self._inbound), sender, body, to, self._account_sid)
        if service is not None:
            form |= {"MessagingServiceSid": service} | ({} if word is None else {"OptOutType": word})
        return await self._ledger.callbacks.post(self.inbound_url, form)

    @property
    def messages(self) -> list[SentSms]:
        """Those it accepted, oldest first."""
        return self._ledger.messages

    @property
    def posted(self) -> list[Posted]:
        """Every callback and inbound message that was posted, in the order of their answers."""
        return self._ledger.callbacks.posted

    @property
    def base_url(self) -> str:
        """What replaces `https://api.twilio.com`."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._ledger.open(self._journal_path, self._rate, self._auth_token)
        # Without cancellation a hanging answer would outlive its client.
        self._runner = web.AppRunner(
            self._application(), access_log=None, handler_cancellation=True, shutdown_timeout=_DRAIN_S
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    def _application(self) -> web.Application:
        app = web.Application()
        messages = f"/{API_VERSION}/Accounts/{{account}}/Messages"
        app.router.add_post(f"{messages}.json", self._create)
        app.router.add_get(f"{messages}.json", self._list)
        app.router.add_get(f"{messages}/{{sid}}.json", self._fetch)
        return app

    async def __aexit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, where: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Break all connections, forget the callbacks that are still to come, and stop listening."""
        await self._runner.cleanup()
        await self._ledger.close()

    async def _create(self, request: web.Request) -> web.StreamResponse:
        at = self._clock()
        self._answering += 1
        try:
            form = {name: str(value) for name, value in (await request.post()).items()}
            if HEADER in request.headers:
                self.traces[form.get("To", "")] = request.headers[HEADER]
            async with self._arrived:
                self.requests += 1
                self._arrived.notify_all()
            answer = await self._answer(request, form, at)
            answer.headers["Twilio-Concurrent-Requests"] = str(self._answering)
            return answer
        finally:
            self._answering -= 1

    async def _answer(self, request: web.Request, form: Mapping[str, str], at: int) -> web.StreamResponse:
        if not knows(request, self._account_sid, self._auth_token):
            return refused(Refused(401, 20003, "Authenticate"))
        fault = refusal(form) or self._fault(form["To"])
        if isinstance(fault, Refused):
            return refused(fault)
        if fault is None:
            return web.json_response(resource(await self._ledger.accept(form, at), self._account_sid), status=201)
        if not isinstance(fault, Hangs | Cut) or fault.created:
            await self._ledger.accept(form, at)
        match fault:
            case Garbage(body):
                return web.Response(text=body, status=201, content_type="text/html")
            case Hangs():
                await asyncio.Event().wait()
            case Cut():
                pass
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _fault(self, recipient: str) -> Fault | None:
        if recipient in self.by_recipient:
            return self.by_recipient[recipient]
        if recipient in self.opt_outs:
            return OPTED_OUT
        if self._staged:
            return self._staged.popleft()
        return None if self._by_chance is None else self._by_chance.next()

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if not knows(request, self._account_sid, self._auth_token):
            return refused(Refused(401, 20003, "Authenticate"))
        to = request.query.get("To")
        if to in self.silent_about:
            return refused(Refused(503, 20503, "Service Unavailable"))
        found = self._ledger.to(to)
        number, size = int(request.query.get("Page", "0")), int(request.query.get("PageSize", "50"))
        shown = [self._ledger.shown(message) for message in found[number * size : (number + 1) * size]]
        return web.json_response(page(shown, len(found), self._account_sid, to=to, number=number, size=size))

    async def _fetch(self, request: web.Request) -> web.StreamResponse:
        if not knows(request, self._account_sid, self._auth_token):
            return refused(Refused(401, 20003, "Authenticate"))
        found = self._ledger.named(request.match_info["sid"])
        if found is None:
            return refused(Refused(404, 20404, "The requested resource was not found"))
        return web.json_response(self._ledger.shown(found))
