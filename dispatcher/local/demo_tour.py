"""A walk through the gateway's pages at the end of the demonstration: what desk, why and reports say of what happened."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatcher.local import demo_copies
from dispatcher.local.demo_copies import Shown
from dispatcher.local.demo_office import Office
from dispatcher.local.demo_visitor import Visitor, visiting

_STORIES: Final = (
    ("C-118", "contacted: a notice, and a task to call"),
    ("C-124", "held back: a dispute"),
    ("C-114", "paid after the first contact"),
)
"""Customers of the portfolio whose pages are copied, and what each shows."""

_TOUR_S: Final = 60.0
_LOOK_S: Final = 0.2
_A_TASK: Final = 'name="task_id"'
_REPORT: Final = re.compile(r' href="(/reports/([a-z_]+))"')


@dataclass(frozen=True, slots=True)
class Stop:
    """A page to name: what it is, and the page."""

    what: str
    page: Shown


async def toured(office: Office, folder: Path) -> Sequence[Stop]:
    """Copy the pages into the folder; returns those that a reader begins with.

    The agent's task is taken by that: it is what the desk shows.

    Raises:
        CommandFailed: the gateway ended, or does not show one of them.
    """
    tour = _walked(office, folder)
    return await office.while_open(tour, what="the pages of desk, why and reports", timeout_s=_TOUR_S)


def told_copies(stops: Sequence[Stop], folder: Path) -> tuple[str, ...]:
    """The addresses of the copies, for whoever has no gateway."""
    width = max(len(stop.what) for stop in stops)
    return (
        "",
        "What the pages of the gateway show of it, as copies; `make run` serves the same live:",
        *(f"  {stop.what:<{width}}  {(folder / stop.page.name).resolve().as_uri()}" for stop in stops),
    )


async def _walked(office: Office, folder: Path) -> Sequence[Stop]:
    logins = {login.role: login for login in office.logins}
    async with visiting(office.url, logins["agent"]) as agent:
        desk = await _next_task(agent)
    async with visiting(office.url, logins["supervisor"]) as supervisor:
        stops = [Stop("desk: the next task", desk), *await _stops(supervisor)]
        pages = [*(stop.page for stop in stops), *await _reports(supervisor, stops[-1].page)]
        addresses = demo_copies.static_files(pages)
        statics = {name: await supervisor.file(address) for name, address in addresses.items()}
    demo_copies.write(folder, pages, statics)
    return stops


async def _next_task(agent: Visitor) -> Shown:
    """Ask until there is one: the desk may still be reading its topics."""
    while _A_TASK not in (html := await agent.send("/desk", {"act": "next"})):  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_S)
    return Shown("/desk", "desk.html", html)


async def _stops(supervisor: Visitor) -> list[Stop]:
    async def seen(what: str, path: str, name: str) -> Stop:
        return Stop(what, Shown(path, name, await supervisor.page(path)))

    return [
        await seen("desk: the supervisor's overview", "/desk/overview", "overview.html"),
        *[await seen(f"why: {each} ({told})", f"/why/{each}", f"why-{each}.html") for each, told in _STORIES],
        await seen("reports", "/reports", "reports.html"),
    ]


async def _reports(supervisor: Visitor, overview: Shown) -> list[Shown]:
    """The figures that the first page of the reports leads to."""
    found = dict(_REPORT.findall(overview.html))
    return [Shown(path, f"report-{name}.html", await supervisor.page(path)) for path, name in found.items()]
