"""Staff pages in Chromium: a gateway with a store of its own, and tabs in which somebody is signed in.

A test is `async def` under `pytest.mark.asyncio(loop_scope="session")`: browser and gateway live in one loop. A module whose
pages need more parts of the gateway overrides `more_parts`. A tab in which anything went wrong fails its test.
"""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from dispatcher.gateway.staff import sessions
from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.store.database import store_at
from tests.gateway.staff.front import Front
from tests.pages.served import free_port, served
from tests.pages.tab import Tab, new_tab

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")

SignedIn = Callable[..., Awaitable[Tab]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser of the run."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium: none of {', '.join(_PROGRAMS)} is installed")
    async with async_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
        browser = await playwright.chromium.launch(executable_path=program, args=sandbox)
        yield browser
        await browser.close()


@pytest.fixture
def more_parts() -> dict[str, object]:
    """Further parts of the gateway, by their names in `Parts`."""
    return {}


@pytest_asyncio.fixture(loop_scope="session")
async def front(tmp_path: Path, more_parts: dict[str, object]) -> AsyncIterator[Front]:
    """A gateway that is served; `front.url` is its address, `front.hours` its clock."""
    store = store_at(f"sqlite:///{tmp_path / 'desk.sqlite'}")
    listening, url = free_port()
    made = Front(store, url=url, more=more_parts)
    async with served(made.site.app, listening):
        yield made
    store.close()


@pytest_asyncio.fixture(loop_scope="session")
async def tab_of(front: Front, chromium: Browser) -> AsyncIterator[SignedIn]:
    """Makes tabs in which nobody is signed in: `await tab_of(phone=True)`."""
    tabs: list[Tab] = []

    async def made(**how: object) -> Tab:
        tabs.append(await new_tab(chromium, front.url, **how))
        return tabs[-1]

    yield made
    for tab in tabs:
        await tab.context.close()
    assert [trouble for tab in tabs for trouble in tab.troubles] == []


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(front: Front, tab_of: SignedIn) -> SignedIn:
    """Makes tabs of somebody who is signed in: `await signed_in("agent", name="ann", language="zh-CN", phone=True)`."""

    async def made(role: Role, *, name: str | None = None, **how: object) -> Tab:
        tab, token, who = await tab_of(**how), secrets.token_urlsafe(), name or role
        front.employs(who, role)
        with front.store.engine.begin() as connection:
            sessions.begin(connection, token, who, front.hours())
        cookie = front.staff.front_desk.cookies.name("session")
        await tab.context.add_cookies([{"name": cookie, "value": token, "url": tab.url}])
        return tab

    return made
