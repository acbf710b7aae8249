"""Messages, their receipts and the answers to them, all the way: worker, provider, gateway, Kafka, worker."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio

from dispatcher.local.ports import free_ports
from tests.broker.gateways import SECRET, gateway
from tests.broker.installation import (
    Installation,
    codes,
    due,
    each_of,
    installation,
    new_prefix,
    profile,
)
from tests.broker.operations import gates_open, ready
from tests.broker.providers import Providers, number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")
OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
PARTITIONS = 4
SHARED = number(700)
SHARERS = ("sharer-1", "sharer-2", "sharer-3")


@dataclass(frozen=True)
class House:
    """A worker that sends to a provider whose callbacks come to a gateway."""

    installed: Installation
    providers: Providers


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(broker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("house")
    (port,) = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    async with providers() as reachable:
        reachable.twilio.inbound_url = f"{origin}/hooks/twilio/inbound"
        shared = reachable.settings | {"DISPATCHER_PUBLIC_URL": origin, "DISPATCHER_SECRET": SECRET}
        async with installation(broker, new_prefix(), folder, partitions=PARTITIONS, settings=shared) as installed:
            at = await gateway(installed, **shared, **starting_at(OPENED), DISPATCHER_GATEWAY_PORT=str(port))
            worker = installed.worker("sending", **starting_at(OPENED))
            await ready(worker)
            await gates_open(worker, PARTITIONS)
            yield House(installed, reachable)
            await at.client.aclose()


def owing(customer: str, point: str) -> list[tuple[str, bytes, bytes]]:
    known = {"phones": [{"number": point, "kind": "mobile"}], "emails": []}
    return [profile(customer, at=OPENED, **known), due(customer, "I-1", at=OPENED)]


async def test_a_text_that_arrived_is_known_to_have_arrived(house: House):
    await house.installed.publish(owing("texted", number(701)))

    journal = await house.installed.until(each_of(["texted"], lambda each: each.result == "delivered"))

    results = [each.result for each in journal if each.customer_id == "texted" and each.attempt_id]
    assert results[-1] == "delivered"


async def test_one_stop_silences_everybody_who_shares_the_number(house: House):
    assert await house.providers.twilio.inbound(SHARED, "STOP") == 200

    await house.installed.publish([each for customer in SHARERS for each in owing(customer, SHARED)])
    await house.installed.until(each_of(SHARERS, lambda each: "opted_out" in codes(each)))

    assert house.providers.messages_to(SHARED) == 0


async def test_a_start_afterwards_lets_texts_through_again(house: House):
    point = number(702)
    await house.providers.twilio.inbound(point, "STOP")

    assert await house.providers.twilio.inbound(point, "START") == 200
    await house.installed.publish(owing("returned", point))
    await house.installed.until(each_of(["returned"], lambda each: each.result == "accepted"))

    assert house.providers.messages_to(point) == 1


def mailed(customer: str, address: str) -> list[tuple[str, bytes, bytes]]:
    known = {"phones": [], "emails": [{"address": address, "kind": "private"}]}
    return [profile(customer, at=OPENED, **known), due(customer, "I-1", at=OPENED)]


async def page_of(house: House, customer: str, address: str) -> str:
    """The address of the customer's own page, as the customer's mail shows it."""
    await house.installed.publish(mailed(customer, address))
    await house.installed.until(each_of([customer], lambda each: each.result == "accepted"))
    (mail,) = [each for each in house.providers.smtp.messages if each.recipient == address]
    text = mail.parsed().get_body(("plain",)).get_content()
    return re.search(r"http://127\.0\.0\.1:\d+/u/[\w-]+", text)[0]


async def test_a_mails_link_leads_to_the_page_and_one_click_there_silences_the_address(house: House):
    page = await page_of(house, "mailed", "shared@example.com")

    async with httpx.AsyncClient(trust_env=False) as reader:
        opened = await reader.get(page)
        stopped = await reader.post(page, data={"List-Unsubscribe": "One-Click"})
    assert (opened.status_code, "I-1" in opened.text, stopped.status_code) == (200, True, 200)

    await house.installed.publish(mailed("housemate", "shared@example.com"))
    await house.installed.until(each_of(["housemate"], lambda each: "opted_out" in codes(each)))
    assert house.providers.messages_to("shared@example.com") == 1


async def test_what_a_customer_answers_on_the_page_holds_reminders(house: House):
    """S44"""
    page = await page_of(house, "disputing", "disputing@example.com")

    async with httpx.AsyncClient(trust_env=False) as reader:
        answer = await reader.post(page, data={"answer": "dispute", "note": "not my meter"})
    assert answer.status_code == 200
    await house.installed.until(each_of(["disputing"], lambda each: each.reasons[0].rule == "hold.placed"))

    await house.installed.publish([due("disputing", "I-1", at=OPENED + timedelta(minutes=1), in_days=-2)])
    await house.installed.until(each_of(["disputing"], lambda each: "hold" in codes(each)))
    assert house.providers.messages_to("disputing@example.com") == 1
