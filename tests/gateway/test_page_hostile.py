"""Whatever stands in a link or is typed into a form, the page shows it as text and stays the page that it is."""

import pytest
from msgspec.structs import replace

from tests.gateway.page_site import LINK, ONE, TWO, Customer, page_of

pytestmark = pytest.mark.asyncio

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    '" autofocus onfocus="alert(1)',
    "</textarea><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "<!--",
    "-->",
    "<![CDATA[x]]>",
    "{{ 7 * 7 }}{% raw %}",
    "{point.__class__.__mro__} {0} {creditor}",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "&lt;script&gt;&amp;#60;",
    "&#x3c;script&#x3e;",
    "\u202egnp.exe\u202c",
    "\ufeff\u200b\u2066",
    "\x00\x01\x1b[31m",
    "\r\nSet-Cookie: a=b\r\n\r\n<p>",
    "𝔸🏳️‍🌈é",
    "%3Cscript%3E",
    "a" * 400,
    "<",
    "'",
    '"',
    "&",
]
FIELDS = ["creditor", "number", "invoice_id", "point", "locale", "customer_id"]


def shape(page) -> list[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes: what markup there is, whatever the texts."""
    return [(tag, tuple(attributes)) for tag, attributes in page.elements]


def linked(field: str, text: str):
    """The link with a text in one of its fields."""
    if field in {"number", "invoice_id"}:
        return replace(LINK, invoices=(replace(ONE, **{field: text}), TWO))
    return replace(LINK, **{field: text})


@pytest.mark.parametrize("field", FIELDS)
async def test_no_text_of_a_link_changes_the_page(field):
    ada = Customer()
    usual, changed = shape(page_of(await ada.opens("?lang=en"))), []
    for text in HOSTILE:
        ada.link = linked(field, text)
        if shape(page_of(await ada.opens("?lang=en"))) != usual:
            changed.append(text)
    assert changed == []


@pytest.mark.parametrize("field", FIELDS)
async def test_no_text_of_a_link_changes_a_confirmation(field):
    ada = Customer()
    usual, changed = shape(page_of(await ada.answers("stop"))), []
    for text in HOSTILE:
        ada.link = linked(field, text)
        if shape(page_of(await ada.answers("stop"))) != usual:
            changed.append(text)
    assert changed == []


TYPED = {
    "day": ("promise", {"invoice": ["I-1"], "amount": "1"}),
    "amount": ("promise", {"invoice": ["I-1"], "day": "2026-03-05"}),
    "first": ("prefer", {"closed": ["mornings", "afternoons", "evenings"]}),
    "channel": ("prefer", {"closed": ["mornings", "afternoons", "evenings"]}),
    "shown": ("paid", {}),
    "invoice": ("paid", {}),
    "lang": ("paid", {}),
    "answer": ("", {}),
}


@pytest.mark.parametrize("field", TYPED)
async def test_nothing_that_is_typed_changes_the_page_that_comes_back(field):
    ada, (answer, fields) = Customer(), TYPED[field]
    usual = shape(page_of(await ada.answers(answer, **fields | {field: "x"})))
    shown = {text: page_of(await ada.answers(answer, **fields | {field: text})) for text in HOSTILE}
    assert [text for text in HOSTILE if shape(shown[text]) != usual] == []


async def test_no_note_changes_the_page_that_comes_back_where_kafka_is_away():
    ada = Customer()
    ada.site.writer.away = True
    usual = shape(page_of(await ada.answers("instalments", note="x")))
    shown = {text: page_of(await ada.answers("instalments", note=text)) for text in HOSTILE}
    assert [text for text in HOSTILE if shape(shown[text]) != usual] == []


@pytest.mark.parametrize("answer", ["instalments", "dispute"])
async def test_every_note_makes_events_that_intake_accepts(answer):
    ada = Customer()
    codes = {(await ada.answers(answer, note=text, invoice=["I-1"])).status_code for text in HOSTILE}
    assert (codes, len(ada.facts)) == ({200}, len(HOSTILE))


async def test_no_language_is_spoken_that_there_is_not():
    ada = Customer()
    shown = [page_of(await ada.client.get(ada.path, params={"lang": text})) for text in HOSTILE]
    assert {each.all("html")[0]["lang"] for each in shown} == {"en"}
