"""A desk with its pages: the real service on a store, a lane that answers as it is told, and people at their browsers."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx

from dispatcher.gateway.staff.people import Role
from dispatcher.gateway.store.database import Store
from schemas.journal import TaskRecord
from tests.gateway.calls.house import House, task
from tests.gateway.staff.front import Browser, Front

__all__ = ["Agent", "Office", "Shown", "office", "shown", "task"]


@dataclass
class Office:
    """The house has the desk, the front its pages."""

    front: Front
    house: House

    def pass_by(self, *, seconds: int) -> None:
        """Time goes by, for pages and desk alike."""
        self.house.now += seconds * 1000
        self.front.hours.now += seconds * 1000

    async def agent(self, name: str = "ann", role: Role = "agent") -> "Agent":
        """Somebody at a browser, signed in."""
        self.front.employs(name, role)
        browser = self.front.browser()
        await browser.signs_in(name)
        return Agent(browser)


class Agent:
    """Sends the forms of the page as the page has them."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.task: dict[str, str] = {}

    async def opens(self, path: str = "/desk") -> httpx.Response:
        return self._seen(await self.browser.opens(path))

    async def does(self, act: str, /, path: str = "/desk", **fields: str) -> httpx.Response:
        if not self.browser.token:
            await self.opens()
        return self._seen(await self.browser.sends(path, act=act, **(self.task | fields)))

    async def calls(self) -> httpx.Response:
        """Take the next task and dial it."""
        await self.opens()
        await self.does("next")
        return await self.does("dial")

    async def reports(self, outcome: str, **fields: str) -> httpx.Response:
        return await self.does("report", outcome=outcome, **fields)

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        """Remember the hidden fields of the task that is shown."""
        found = {name: _hidden(answer.text, name) for name in ("task_id", "fence", "submit_id")}
        self.task = {name: value for name, value in found.items() if value} or self.task
        return answer


def _hidden(html: str, name: str) -> str:
    _, _, rest = html.partition(f'name="{name}" value="')
    return rest.partition('"')[0]


async def office(store: Store, *tasks: TaskRecord, **more: Any) -> Office:
    """An office in which these tasks wait."""
    house = House(store)
    front = Front(store, more={"calls": house.desk} | more)
    await house.put(*tasks)
    return Office(front, house)


_VOID = frozenset({"meta", "link", "input", "br"})


class Shown(HTMLParser):
    """A page as it is read: every tag closed in order, every id once, and no script or style in it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"not closed: {self.open}"
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), f"an id stands twice: {sorted(ids)}"
        self.ids = set(ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        assert not any(name.startswith("on") or name == "style" for name in attributes), tag
        assert tag not in {"style", "script"} or "nonce" in attributes, tag
        self.elements.append((tag, attributes))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}>"

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def values(self, name: str) -> list[str]:
        """The values that the boxes and buttons of one name have."""
        return [each["value"] for each in self.all("input") if each.get("name") == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split()).replace("\u202f", " ")


def shown(answer: httpx.Response) -> Shown:
    """The page of an answer."""
    return Shown(answer.text)
