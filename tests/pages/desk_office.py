"""The desk in a browser: a desk with tasks behind the pages, and what people do there with their keyboards."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.gateway.store.database import store_at
from schemas.journal import TaskRecord
from tests.gateway.calls.house import NOW, House, task
from tests.pages.tab import Tab

__all__ = ["SCRIPT", "call", "house", "keeps", "more_parts", "works_by_keyboard"]

SCRIPT = """Northwind calls Ada Example (reference C-1)

1. IDENTIFY FIRST
   [identity] Say: "Good day, my name is [your name], I am calling from Northwind Ltd. May I speak with Ada Example?"
   [check] Check who is speaking with a detail that only the customer knows, such as the postal code.
   Voicemail: your name, 020 7946 0000 and "please call back". Nothing about the account.

2. SAY WHY WE CALL
   "I am calling about 2 invoices, the oldest of them 31 days overdue."

3. LISTEN, AND ASK
   - Reason: "May I ask what has kept the payment from reaching us?"
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The desk, without tasks yet."""
    store = store_at(f"sqlite:///{tmp_path / 'calls.sqlite'}")
    yield House(store)
    store.close()


@pytest.fixture
def more_parts(house: House) -> dict[str, object]:
    return {"calls": house.desk}


def call(task_id: str = "ct-0001.1", **other: object) -> TaskRecord:
    """A call with a script as the templates write it."""
    return task(task_id, script=SCRIPT, **other)


async def keeps(tab: Tab, what: str) -> None:
    """Wait until the page says so: an answer has arrived and taken its place."""
    await tab.page.get_by_text(what).first.wait_for()


async def works_by_keyboard(tab: Tab) -> None:
    """From the button of the next task to a promise that is recorded, without a mouse."""
    press, typed = tab.page.keyboard.press, tab.page.keyboard.type
    await tab.opens("/desk")
    await press("n")
    await keeps(tab, "Dial")
    await press("t")
    await keeps(tab, "Call +447700900123")
    await press("5")
    await typed("100.00")
    await press("Tab")
    await tab.page.locator("#f-day").fill((NOW + timedelta(days=7)).date().isoformat())
    await tab.page.locator("[data-submits]").focus()
    await press("Enter")
    await keeps(tab, "Recorded.")
