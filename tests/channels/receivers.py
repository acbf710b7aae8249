"""A receiver of posts on loopback that does as it is told, for the adapters that post."""

import asyncio

from aiohttp import web

from channels.conformance import Situation

REFUSALS = {
    "refuses_recipient": lambda: web.json_response({"refusal": "recipient", "code": "unknown"}, status=422),
    "limits_rate": lambda: web.Response(status=429, headers={"Retry-After": "7"}),
}


class Receiver:
    """Serves while entered; `taken` are the bodies it answered 2xx, `requests` all with their headers."""

    def __init__(self, answer=None):
        self.taken, self.requests = [], []
        self._answer = answer or (lambda: web.json_response({"reference": f"ref-{len(self.taken)}"}))
        self._staged: Situation | None = None
        self._arrived = asyncio.Event()

    async def __aenter__(self):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_):
        await self.close()

    async def close(self):
        await self._runner.cleanup()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def stage(self, situation):
        self._staged = situation

    async def read_one(self):
        await self._arrived.wait()

    async def _take(self, request):
        body = await request.read()
        self.requests.append((request.path, dict(request.headers), body))
        self._arrived.set()
        situation, self._staged = self._staged, None
        if situation in REFUSALS:
            return REFUSALS[situation]()
        if situation == "never_answers":
            await asyncio.Event().wait()
        if situation == "cuts_after_request":
            request.transport.abort()
            return web.Response()
        self.taken.append(body)
        return self._answer()
