"""One story of texts, all the way round: while contacts fall due a shared number says STOP, later START; receipts come in.

The provider of this story keeps no list of opt-outs of its own: whatever is requested after the STOP arrives, and is seen.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio

from channels import callback_token
from dispatcher.local.ports import free_ports
from dispatcher.local.smtp import SmtpSink
from dispatcher.local.twilio import TwilioStandIn
from dispatcher.local.twilio_courses import undelivered
from dispatcher.local.twilio_opt_outs import Keyword, OptOuts
from dispatcher.local.twilio_resources import SentSms
from schemas import points
from schemas.journal import JournalRecord
from schemas.topics import POINTS
from tests.broker.gateways import SECRET, gateway
from tests.broker.installation import (
    POLICY,
    Installation,
    Published,
    codes,
    due,
    each_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import eventually, gates_open, ready
from tests.broker.providers import Providers, number, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 4
SHARED, OWN, LANDLINE = number(710), number(711), number(712)
SHARING = ("anna", "ben", "chris")
ALONE, WIRED, WIRED_TOO = "dora", "eve", "frank"
SOON_MS = 1000
EVERY_S = 0.05
HEARD_OUT_MS = 2500
"""How long contacts go on falling due after the STOP was answered."""


class Forgetful(OptOuts):
    """Understands what is said, and keeps nothing of it."""

    def hear(self, number: str, body: str) -> Keyword | None:
        word = super().hear(number, body)
        self._numbers.clear()
        return word


@dataclass
class Billing:
    """Publishes one more invoice of each of these customers again and again, while entered."""

    installed: Installation
    customers: tuple[str, ...]
    _numbers: count = field(default_factory=lambda: count(1))
    _over: bool = False

    async def _publish(self) -> None:
        while not self._over:
            n = next(self._numbers)
            made = [due(customer, f"I-{n}", at=OPENED, event_id=f"{customer}-{n}") for customer in self.customers]
            await self.installed.publish(made)
            await asyncio.sleep(EVERY_S)

    async def __aenter__(self) -> None:
        self._going = asyncio.create_task(self._publish())

    async def __aexit__(self, *_: object) -> None:
        self._over = True
        await self._going


Request = tuple[int, str]
"""When a text was requested (milliseconds), and which customer it was about."""


@dataclass(frozen=True)
class Round:
    """Requests by number, and when STOP and START were answered (milliseconds)."""

    requests: dict[str, list[Request]]
    stopped: int
    said_start: int
    started: int
    journal: list[JournalRecord]
    mails: list[str]
    standings: list[tuple[str, str]]


def uncapped(folder: Path) -> Path:
    """The example's policy without any limit of frequency; a text that does not arrive is followed by a mail."""
    text = re.sub(r"\[\[(?:caps|cooldowns)\]\]\n(?:.+\n)+", "", POLICY.read_text("utf-8"))
    text = text.replace("min_gap_hours = 20", "min_gap_hours = 0")
    text = text.replace('message = "due_day"', 'message = "due_day"\nfallback_hours = 4')
    file = folder / "policy.toml"
    file.write_text(text, "utf-8")
    return file


@asynccontextmanager
async def house(broker: str, folder: Path) -> AsyncIterator[tuple[Installation, Providers]]:
    """A worker that sends, a gateway that hears, and a provider between them whose messages come along quickly."""
    (port,) = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    async with TwilioStandIn(rate=10.0, inbound_url=f"{origin}/hooks/twilio/inbound") as twilio, SmtpSink() as smtp:
        twilio.opt_outs = Forgetful()
        twilio.courses[LANDLINE] = undelivered(30006)
        reachable = Providers(twilio, smtp)
        shared = reachable.settings | {
            "DISPATCHER_PUBLIC_URL": origin,
            "DISPATCHER_SECRET": SECRET,
            "DISPATCHER_POLICY": str(uncapped(folder)),
        }
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=shared) as installed:
            at = await gateway(installed, **shared, **starting_at(OPENED), DISPATCHER_GATEWAY_PORT=str(port))
            async with at.client:
                worker = installed.worker("texting", **starting_at(OPENED))
                await ready(worker)
                await gates_open(worker, PARTITIONS)
                yield installed, reachable


def known(customer: str, point: str, *addresses: str) -> Published:
    mails = [{"address": each, "kind": "private"} for each in addresses]
    return profile(customer, at=OPENED, phones=[{"number": point, "kind": "mobile"}], emails=mails)


def mailed(customer: str) -> Callable[[list[JournalRecord]], bool]:
    return each_of([customer], lambda each: each.channel == "email" and each.result == "accepted")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Round:
    async with house(broker, tmp_path_factory.mktemp("round")) as (installed, reachable):
        twilio = reachable.twilio

        def requests(point: str) -> list[Request]:
            return [(each.at, _customer(each)) for each in twilio.messages if each.to == point]

        def are_all_texted_since(at: int) -> bool:
            return {customer for asked, customer in requests(SHARED) if asked > at} == set(SHARING)

        await installed.publish([*(known(each, SHARED) for each in SHARING), known(ALONE, OWN)])
        async with Billing(installed, (*SHARING, ALONE)):
            await eventually(lambda: are_all_texted_since(0), "all who share the number are texted")
            assert await twilio.inbound(SHARED, "STOP") == 200
            stopped = _now_ms()
            await eventually(lambda: _now_ms() > stopped + HEARD_OUT_MS, "contacts went on falling due")
            said_start = _now_ms()
            assert await twilio.inbound(SHARED, "START") == 200
            started = _now_ms()
            await eventually(lambda: are_all_texted_since(started), "all are texted again")

        await installed.publish([known(WIRED, LANDLINE, "eve@example.com"), due(WIRED, "I-1", at=OPENED)])
        await installed.until(mailed(WIRED))
        await installed.publish([known(WIRED_TOO, LANDLINE, "frank@example.com"), due(WIRED_TOO, "I-1", at=OPENED)])
        await installed.until(mailed(WIRED_TOO))
        await installed.until(each_of([ALONE], lambda each: each.result == "delivered"))
        digest = points.digest(LANDLINE, points.point_key(SECRET))
        stated = [points.decode(each.value or b"") for each in await installed.records(POINTS) if each.key == digest]
        return Round(
            requests={point: requests(point) for point in (SHARED, OWN, LANDLINE)},
            stopped=stopped,
            said_start=said_start,
            started=started,
            journal=await installed.journal(),
            mails=[each.recipient for each in reachable.smtp.messages],
            standings=[(each.standing, each.why) for each in stated],
        )


def _customer(text: SentSms) -> str:
    """Whom a text is about, as the address of its callback says."""
    names = callback_token.read((text.callback or "").rpartition("/")[2])
    assert names is not None
    return names[0]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def test_contacts_go_on_falling_due_while_the_number_is_silent(story: Round):
    """Another customer's texts show that nothing but the STOP kept these from being sent."""
    assert [at for at, _ in story.requests[OWN] if story.stopped + SOON_MS < at < story.said_start]


async def test_no_text_is_requested_later_than_a_second_after_the_stop_was_answered(story: Round):
    """S15"""
    late = [at - story.stopped for at, _ in story.requests[SHARED] if story.stopped + SOON_MS < at < story.said_start]

    assert late == []


@pytest.mark.parametrize("customer", SHARING)
async def test_the_journal_says_why_each_of_them_was_silent(story: Round, customer: str):
    assert "opted_out" in {code for each in story.journal if each.customer_id == customer for code in codes(each)}


async def test_after_the_start_each_of_them_is_texted_again(story: Round):
    assert {customer for at, customer in story.requests[SHARED] if at > story.started} == set(SHARING)


async def test_a_text_that_arrived_is_known_to_have_arrived(story: Round):
    told = {each.attempt_id: each.result for each in story.journal if each.customer_id == ALONE and each.attempt_id}

    assert "delivered" in told.values()


async def test_a_text_to_a_landline_is_known_not_to_have_arrived_and_why(story: Round):
    told = [each for each in story.journal if each.customer_id == WIRED and each.channel == "sms"]

    assert "undelivered" in [each.result for each in told]


async def test_it_is_followed_by_the_next_channel(story: Round):
    """S11"""
    results = [(each.channel, each.result) for each in story.journal if each.customer_id == WIRED and each.attempt_id]

    assert results.index(("sms", "undelivered")) < results.index(("email", "accepted"))
    assert story.mails.count("eve@example.com") == 1


async def test_the_number_is_known_to_be_unreachable(story: Round):
    assert story.standings == [("unreachable", "twilio 30006")]


async def test_nobody_else_is_texted_there_and_the_next_channel_is_used_at_once(story: Round):
    assert [customer for _, customer in story.requests[LANDLINE]] == [WIRED]
    assert story.mails.count("frank@example.com") == 1
