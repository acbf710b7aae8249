"""SIGTERM in the middle of a call: the call ends, and what came of it stands before the process ends."""

import signal
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import pytest_asyncio

from schemas.inbox import AttemptAccepted, decode_arrival
from tests.broker.installation import Process, due, installation, new_prefix, profile
from tests.broker.operations import ended, eventually, in_time, metric
from tests.broker.providers import SlowLine, number, providers, sending_to, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
CUSTOMER = "last"


@dataclass(frozen=True)
class LastCall:
    """How the worker ended, how many messages the customer got, and how many outcomes the inbox holds."""

    code: int
    messages: int
    outcomes: int


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def last_call(broker: str, tmp_path_factory: pytest.TempPathFactory) -> LastCall:
    """The provider's answer is held back until the worker has noticed that it is to end."""
    folder = tmp_path_factory.mktemp("last-call")
    async with (
        providers() as reachable,
        SlowLine(urlsplit(reachable.twilio.base_url).port or 0) as line,
        installation(
            broker, new_prefix(), folder, partitions=2, settings=sending_to(line.url, reachable.smtp.url)
        ) as installed,
    ):
        worker = installed.worker("stopped", **starting_at(OPENED))
        known = {"phones": [{"number": number(603), "kind": "mobile"}], "emails": []}
        await installed.publish([profile(CUSTOMER, at=OPENED, **known), due(CUSTOMER, "I-1", at=OPENED)])
        await in_time(line.answered(), "a text is under way", worker)
        worker.tell(signal.SIGTERM)
        await eventually(lambda: has_closed(worker), "the worker has closed its gates", worker=worker)
        line.release()
        code = await ended(worker)
        facts = [
            decode_arrival(each.value or b"").fact
            for each in await installed.records("reminders.inbox")
            if each.key == CUSTOMER.encode()
        ]
        outcomes = sum(isinstance(each, AttemptAccepted) for each in facts)
        return LastCall(code, reachable.messages_to(number(603)), outcomes)


async def has_closed(worker: Process) -> bool:
    return await metric(worker, "dispatcher_gate_open") == 0


async def test_the_worker_ends_in_order(last_call: LastCall):
    assert last_call.code == 0


async def test_the_message_is_sent_once(last_call: LastCall):
    assert last_call.messages == 1


async def test_what_came_of_the_call_stands(last_call: LastCall):
    assert last_call.outcomes == 1
