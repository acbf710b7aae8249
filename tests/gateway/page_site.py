"""The customer's page without Kafka, its links, and a reader of HTML that accepts no slip."""

import html
import re
from html.parser import HTMLParser

import httpx
from msgspec.structs import replace

from dispatcher.gateway.app import gateway
from dispatcher.gateway.page import page_routes
from schemas.codec import Accepted, read
from schemas.links import CustomerLink, LinkedInvoice, Seal
from schemas.points import PointStated, decode
from schemas.topics import POINTS
from schemas.values import to_millis
from tests.gateway.site import NOW, Site, site

SEAL = Seal("a secret of the tests")
ONE = LinkedInvoice("I-1", "2026-1103", 124_900, "EUR")
TWO = LinkedInvoice("I-2", "2026-1104", 5_000, "EUR")
LINK = CustomerLink(
    "C-1", "ct-1", "email", "ada@example.com", "Northwind", "en-GB", to_millis(NOW) - 86_400_000, (ONE, TWO)
)


class Customer:
    """Somebody with a link, in a browser."""

    def __init__(self, parts: dict[str, object] | None = None, **changes: object) -> None:
        self.site: Site = site(**(parts or {}))
        self.link = replace(LINK, **changes)
        transport = httpx.ASGITransport(gateway(self.site.parts, more=page_routes(self.site.parts, SEAL)))
        self.client = httpx.AsyncClient(transport=transport, base_url="https://gateway.example")

    @property
    def path(self) -> str:
        return f"/u/{SEAL.token(self.link)}"

    async def opens(self, query: str = "") -> httpx.Response:
        return await self.client.get(self.path + query)

    async def answers(self, answer: str, /, **fields: object) -> httpx.Response:
        return await self.client.post(self.path, data={"answer": answer, "shown": "1"} | fields)

    @property
    def stated(self) -> list[Accepted]:
        """The events that were written, as intake reads them: every one of them is accepted."""
        found = [read(each.topic, each.value) for each in self.site.writer.entries if each.topic != POINTS]
        assert all(isinstance(each, Accepted) for each in found), found
        return found

    @property
    def facts(self) -> list[object]:
        return [each.fact for each in self.stated]

    @property
    def points(self) -> list[tuple[bytes, PointStated]]:
        return [(each.key, decode(each.value)) for each in self.site.writer.entries if each.topic == POINTS]


VOID = frozenset({"meta", "input", "br"})
KNOWN = VOID | {
    *(
        "html",
        "head",
        "title",
        "style",
        "body",
        "div",
        "header",
        "main",
        "footer",
        "nav",
        "section",
        "form",
        "fieldset",
    ),
    *("legend", "label", "span", "button", "textarea", "h1", "h2", "p", "ul", "li", "a"),
}


class Page(HTMLParser):
    """A page that is read strictly: every tag known and closed in order, every attribute quoted, every id once."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"
        ids = [attributes["id"] for _, attributes in self.elements if "id" in attributes]
        assert len(ids) == len(set(ids)), f"an id stands twice: {ids}"
        self.ids = set(ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KNOWN, f"<{tag}>"
        written = self.get_starttag_text() or ""
        assert re.fullmatch(r'<[a-z0-9]+(?:\s+[a-z-]+(?:="[^"<]*")?)*\s*>', written), written
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs), written
        assert len({name for name, _ in attrs}) == len(attrs), written
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}>"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def page_of(answer: httpx.Response) -> Page:
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not re.search(r"&(?!#?\w+;)", answer.text), "a bare ampersand"
    assert html.unescape(answer.text)
    return Page(answer.text)
