"""The page about adapters tells the truth: its code is run."""

import re
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

import channels
from channels import registry
from channels.conformance import CASES, EVERY
from channels.protocol import Message
from tests.channels.receivers import Receiver

PAGE = (Path(channels.__file__).parent / "README.md").read_text(encoding="utf-8")
ADAPTER, RUNNING = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
TOKEN = "token-of-a-test"


def executed(block):
    names = {}
    exec(compile(block, "channels/README.md", "exec"), names)  # noqa: S102 - the page is ours
    return names


class AcmeHarness:
    situations = EVERY
    secrets = ("+12025550123", "Invoice 4711 is due.", TOKEN)

    def __init__(self, receiver):
        self.receiver = receiver
        self.adapter = executed(ADAPTER)["OFFER"].make("sms", {"url": receiver.url + "/messages", "token": TOKEN})

    def message(self, attempt_id):
        return Message(attempt_id, "sms", "+12025550123", "Invoice 4711 is due.", "en")

    def stage(self, situation):
        self.receiver.stage(situation)

    async def request_read(self):
        await self.receiver.read_one()

    async def disappear(self):
        await self.receiver.close()

    def taken(self):
        return len(self.receiver.taken)


@asynccontextmanager
async def fresh_harness():
    async with Receiver() as receiver:
        harness = AcmeHarness(receiver)
        try:
            yield harness
        finally:
            await harness.adapter.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("case", CASES)
async def test_the_adapter_on_the_page_conforms(case):
    async with fresh_harness() as harness:
        await CASES[case](harness)


@pytest.mark.asyncio
async def test_the_way_to_run_the_cases_on_the_page_runs_them():
    await executed(RUNNING)["conforms"](fresh_harness)


def test_the_offer_on_the_page_says_what_it_lacks():
    with pytest.raises(ValueError, match="expected DISPATCHER_ADAPTER_ACME_URL"):
        executed(ADAPTER)["OFFER"].make("sms", {})


def test_the_page_lists_every_built_in_adapter():
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == set(registry._BUILT_IN)
