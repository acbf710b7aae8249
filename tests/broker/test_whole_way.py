"""The whole way, on a real Kafka and in a browser: an overdue invoice, a call, a promise, its breach, the timeline."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from playwright.async_api import Browser

from dispatcher.gateway.staff.accounts import Accounts
from dispatcher.gateway.staff.audit import Audit
from dispatcher.gateway.staff.passwords import Passwords
from dispatcher.gateway.store.database import FILE, store_at
from schemas.journal import JournalRecord
from schemas.values import to_millis
from tests.broker.gateways import SECRET, Gateway, gateway
from tests.broker.installation import Installation, codes, due, each_of, installation, new_prefix, profile
from tests.broker.operations import eventually, gates_open, ready
from tests.broker.providers import Providers, number, providers, starting_at
from tests.pages.conftest import chromium
from tests.pages.tab import Tab, new_tab

__all__ = ["chromium"]

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
NOTICE = OPENED + timedelta(days=11)
PROMISED = OPENED + timedelta(days=12)
BROKEN = PROMISED + timedelta(days=4)
"""The written notice is due before the promised day, so that it waits; days of grace follow, then it is sent."""

PARTITIONS = 4
CALLED = "called"
PASSWORD = "a long password of this test"


@dataclass
class Story:
    """What the pages showed at each step, the journal in the end, and what reached the customer."""

    shown: dict[str, str] = field(default_factory=dict)
    journal: list[JournalRecord] = field(default_factory=list)
    texts: int = 0
    troubles: list[str] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(broker: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("way")
    told = Story()
    async with providers() as reachable:
        shared = reachable.settings | {"DISPATCHER_SECRET": SECRET}
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=shared) as installed:
            await archived(installed)
            async with served(installed, reachable) as at:
                await the_call(installed, chromium, at, told)
                await the_breach(installed, told)
                told.texts = reachable.messages_to(number(700))
                await the_timeline(chromium, at, told)
    return told


async def archived(installed: Installation) -> None:
    """An archive beside the gateway, which finds its file."""
    installed.worker(
        "archive",
        program=("dispatcher", "archive"),
        DISPATCHER_ARCHIVE_METRICS_PORT="0",
        DISPATCHER_DATA_DIR=str(installed.folder),
    )
    await eventually((installed.folder / "archive.sqlite").exists, "the archive has a file")


@asynccontextmanager
async def served(installed: Installation, reachable: Providers) -> AsyncIterator[Gateway]:
    """A gateway with an agent and a supervisor."""
    port = free_port()
    at = await gateway(
        installed,
        **starting_at(OPENED),
        DISPATCHER_TWILIO_BASE_URL=reachable.twilio.base_url,
        DISPATCHER_GATEWAY_PORT=str(port),
        DISPATCHER_STAFF_URL=f"http://127.0.0.1:{port}",
        DISPATCHER_DATA_DIR=str(installed.folder),
    )
    employ(installed.folder, ann="agent", eve="supervisor")
    async with at.client:
        yield at


def free_port() -> int:
    """A port that nobody listens at: the address of the pages has to be known before they are served."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def employ(folder: Path, **roles: str) -> None:
    """Local accounts, as the command makes them."""
    store = store_at(f"sqlite:///{folder / FILE}")
    kept = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)).kept(PASSWORD)
    accounts = Accounts(Audit(store, b"k" * 32, lambda: to_millis(OPENED)))
    with store.engine.begin() as connection:
        for name, role in roles.items():
            accounts.add(connection, name, role, kept, to_millis(OPENED))
    store.close()


async def the_call(installed: Installation, chromium: Browser, at: Gateway, told: Story) -> None:
    """Billing says that an invoice is overdue; an agent calls, and the customer promises to pay."""
    await worker_at(installed, "opened", OPENED)
    known = {"tier": "vip", "phones": [{"number": number(700), "kind": "mobile"}], "emails": []}
    await installed.publish([profile(CALLED, at=OPENED, **known), due(CALLED, "I-9", at=OPENED, in_days=-3)])
    await installed.until(each_of([CALLED], lambda each: each.result == "accepted"))
    tab = await signed_in(chromium, at, "ann")
    await tab.opens("/desk")
    await eventually(lambda: offered(tab), "a task is offered")
    told.shown["task"] = await tab.text()
    await tab.page.keyboard.press("t")
    await tab.page.get_by_text("Call +").wait_for()
    told.shown["call"] = await tab.text()
    await tab.shot("way-call")
    await tab.page.keyboard.press("5")
    await tab.page.fill("#f-amount", "125")
    await tab.page.fill("#f-day", PROMISED.date().isoformat())
    await tab.page.check("[name=said][value=identity]")
    await tab.page.check("[name=said][value=check]")
    await tab.page.click("[data-submits]")
    await tab.page.get_by_text("Recorded.").wait_for()
    told.shown["recorded"] = await tab.text()
    await installed.until(each_of([CALLED], is_promise))
    await installed.until(each_of([CALLED], lambda each: each.result == "delivered"))
    told.troubles += tab.troubles
    await tab.context.close()


async def the_breach(installed: Installation, told: Story) -> None:
    """Days go by: while the promise holds nobody is reminded; once it is broken the next stage follows."""
    await installed.started[-1].end()
    await worker_at(installed, "waiting", NOTICE)
    await installed.until(each_of([CALLED], lambda each: "promise" in codes(each)))
    await installed.started[-1].end()
    await worker_at(installed, "broken", BROKEN)
    told.journal = await installed.until(each_of([CALLED], lambda each: each.stage == "notice" and is_sent(each)))


async def the_timeline(chromium: Browser, at: Gateway, told: Story) -> None:
    """A supervisor looks at what happened, and at the desk."""
    tab = await signed_in(chromium, at, "eve")

    async def shows_the_breach() -> bool:
        await tab.opens(f"/why/{CALLED}")
        told.shown["why"] = await tab.text()
        return "notice" in told.shown["why"]

    await eventually(shows_the_breach, "the timeline shows the last step")
    await tab.shot("way-why")
    await tab.opens("/desk/overview")
    told.shown["overview"] = await tab.text()
    told.troubles += tab.troubles
    await tab.context.close()


async def worker_at(installed: Installation, name: str, instant: datetime) -> None:
    """A worker whose clock starts at an instant, and which would send what is due."""
    worker = installed.worker(name, **starting_at(instant))
    await ready(worker)
    await gates_open(worker, PARTITIONS)


async def signed_in(chromium: Browser, at: Gateway, name: str) -> Tab:
    """A tab of somebody who signed in with their password."""
    tab = await new_tab(chromium, str(at.client.base_url))
    await tab.opens("/desk/sign-in")
    await tab.page.fill("[name=name]", name)
    await tab.page.fill("[name=password]", PASSWORD)
    async with tab.page.expect_navigation():
        await tab.page.keyboard.press("Enter")
    return tab


async def offered(tab: Tab) -> bool:
    """Ask for the next task; whether there is one."""
    async with tab.page.expect_response("**/desk"):
        await tab.page.keyboard.press("n")
    await tab.page.wait_for_selector("#next, #dial")
    return await tab.page.locator("#dial").count() == 1


def is_promise(record: JournalRecord) -> bool:
    return record.kind == "fact" and any(each.rule == "promise.made" for each in record.reasons)


def is_sent(record: JournalRecord) -> bool:
    return record.kind == "attempt" and record.result in {"accepted", "delivered"}


def told_of(story: Story, wanted: Callable[[JournalRecord], bool]) -> list[JournalRecord]:
    return [each for each in story.journal if each.customer_id == CALLED and wanted(each)]


async def test_the_number_is_shown_only_once_the_lane_permits_the_call(story: Story):
    assert (number(700) in story.shown["task"], number(700) in story.shown["call"]) == (False, True)


async def test_the_promise_is_in_the_journal_by_the_agents_word(story: Story):
    (promise,) = told_of(story, is_promise)

    assert promise.cause is not None
    assert promise.cause.source == "dispatcher/desk/ann"


async def test_while_the_promise_holds_reminders_wait_for_it(story: Story):
    """S17"""
    (waits,) = told_of(story, lambda each: each.stage == "notice" and "promise" in codes(each))

    assert waits.at < PROMISED


async def test_a_broken_promise_is_told(story: Story):
    """S17"""
    assert told_of(story, lambda each: "promise_broken" in codes(each)) != []


async def test_the_next_stage_follows_the_breach_and_not_before(story: Story):
    (sent,) = told_of(story, lambda each: each.stage == "notice" and each.result == "claimed")

    assert sent.at >= BROKEN
    assert story.texts == 1


async def test_the_timeline_shows_the_whole_way(story: Story):
    """S27"""
    steps = (
        "Billing stated that an invoice is overdue",
        "The call was allowed",
        "A promise to pay was recorded",
        "A promise to pay was judged",
        "SMS as it was sent",
    )
    assert [each for each in steps if each not in story.shown["why"]] == []


async def test_no_page_complained_of_anything(story: Story):
    assert story.troubles == []
