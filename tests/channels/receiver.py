"""Somebody who is called back: keeps each form with the signature that came with it, and answers as told."""

import asyncio

from aiohttp import web
from twilio.request_validator import RequestValidator

from dispatcher.local.twilio import AUTH_TOKEN


class Receiver:
    """Serves while entered; `answers` are the statuses of the next answers, 204 after them."""

    def __init__(self):
        self.forms = []
        self.genuine = []
        self.tokens = []
        self.answers = []
        self._arrived = asyncio.Condition()

    def url(self, path="/status/token"):
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{path}"

    async def arrival(self, count):
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.forms) >= count)

    def statuses(self):
        return [form["MessageStatus"] for form in self.forms]

    async def __aenter__(self):
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return self

    async def __aexit__(self, *_):
        await self._runner.cleanup()

    async def _take(self, request):
        form = dict(await request.post())
        signature = request.headers["X-Twilio-Signature"]
        self.genuine.append(RequestValidator(AUTH_TOKEN).validate(self.url(request.raw_path), form, signature))
        self.tokens.append(request.headers["I-Twilio-Idempotency-Token"])
        async with self._arrived:
            self.forms.append(form)
            self._arrived.notify_all()
        return web.Response(status=self.answers.pop(0) if self.answers else 204)
