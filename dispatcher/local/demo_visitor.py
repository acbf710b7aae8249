"""Somebody at the demonstration's gateway: signs in, reads pages and sends forms, as a browser without script does."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Final

from aiohttp import ClientResponse, ClientSession, CookieJar

from dispatcher.local.demo_accounts import Login
from dispatcher.local.demo_command import CommandFailed

_SIGN_IN: Final = "/desk/sign-in"
_FORM_TOKEN: Final = re.compile(r'name="form_token" value="([^"]+)"')


class Visitor:
    """One person's browser."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def page(self, path: str) -> str:
        """What stands at an address.

        Raises:
            CommandFailed: it is not shown.
        """
        async with self._session.get(path) as answer:
            return (await _shown(answer)).decode()

    async def file(self, path: str) -> bytes:
        """The bytes at an address.

        Raises:
            CommandFailed: it is not shown.
        """
        async with self._session.get(path) as answer:
            return await _shown(answer)

    async def send(self, path: str, fields: dict[str, str]) -> str:
        """Send a form of the page at an address to that address; returns the page that follows.

        Raises:
            CommandFailed: the page has no form, or the form was not taken.
        """
        token = _FORM_TOKEN.search(await self.page(path))
        if token is None:
            raise CommandFailed(f"the gateway's page {path} has no form")
        async with self._session.post(path, data={**fields, "form_token": token[1]}) as answer:
            return (await _shown(answer)).decode()


@asynccontextmanager
async def visiting(url: str, login: Login) -> AsyncIterator[Visitor]:
    """Somebody who is signed in, while entered.

    Raises:
        CommandFailed: the gateway let nobody in.
    """
    # An origin, as browsers send it; and cookies of an address that is a number, which aiohttp else drops.
    headers = {"Origin": url, "Accept": "text/html", "Accept-Language": "en"}
    async with ClientSession(url, headers=headers, cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(session)
        await visitor.send(_SIGN_IN, {"name": login.role, "password": login.password})
        yield visitor


async def _shown(answer: ClientResponse) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise CommandFailed(f"the gateway answered {answer.status} to {answer.method} {answer.url.path}")
    return await answer.read()
