"""A task is handed to a desk once, signed; what the desk answers is told honestly."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import standardwebhooks
from aiohttp import web

from channels.accounts import DeskConfig
from channels.desk_webhook import DeskWebhook, NotTaken, Taken, body
from tests.channels.receivers import Receiver

pytestmark = pytest.mark.asyncio
NEW, OLD = "whsec_" + "bmV3bmV3" * 4, "whsec_" + "b2xkb2xk" * 4
TASK = b'{"task_id":"ct-1.1","contact_point":"+447700900123","added_later":1}'
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BODY = body(TASK, 1_772_618_400_000)


@pytest_asyncio.fixture
async def receiver():
    async with Receiver() as receiving:
        yield receiving


async def posted(receiver, *, secrets=(NEW,), trace="", **others):
    desk = DeskWebhook(DeskConfig(receiver.url + "/tasks", secrets, timeout_s=0.5), **others)
    try:
        return await desk.hand_over("ct-1.1", BODY, trace)
    finally:
        await desk.close()


def answering(status, **headers):
    return Receiver(lambda: web.Response(status=status, headers=headers))


async def test_what_is_posted_is_the_task_as_it_stands_with_its_date():
    assert json.loads(BODY) == {
        "type": "task.created",
        "timestamp": "2026-03-04T10:00:00+00:00",
        "data": json.loads(TASK),
    }


async def test_a_task_that_was_answered_for_is_taken(receiver):
    assert (await posted(receiver), receiver.taken) == (Taken(), [BODY])


async def test_the_desk_can_check_who_sent_it_and_when(receiver):
    await posted(receiver)

    (_, headers, content) = receiver.requests[0]
    assert standardwebhooks.Webhook(NEW).verify(content, headers) == json.loads(BODY)


@pytest.mark.parametrize(("trace", "sent"), [("", None), (TRACE, TRACE)])
async def test_the_desk_may_join_the_trace_of_a_task(receiver, trace, sent):
    await posted(receiver, trace=trace)

    (_, headers, _) = receiver.requests[0]
    assert headers.get("traceparent") == sent


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_while_secrets_change_the_desk_may_know_either(receiver, secret):
    await posted(receiver, secrets=(NEW, OLD))

    (_, headers, content) = receiver.requests[0]
    assert standardwebhooks.Webhook(secret).verify(content, headers) == json.loads(BODY)


async def test_a_signature_is_dated_when_it_is_made(receiver):
    late = datetime.now(UTC) - timedelta(minutes=6)
    await posted(receiver, clock=late.timestamp)

    (_, headers, content) = receiver.requests[0]
    with pytest.raises(standardwebhooks.WebhookVerificationError, match="too old"):
        standardwebhooks.Webhook(NEW).verify(content, headers)


async def test_the_task_is_known_by_its_id(receiver):
    await posted(receiver)

    assert receiver.requests[0][1]["webhook-id"] == "ct-1.1"


@pytest.mark.parametrize(
    ("status", "why"),
    [
        *((status, "content") for status in (400, 409, 413, 422)),
        *((status, "config") for status in (301, 307, 401, 403, 404, 405, 410)),
        *((status, "fault") for status in (500, 502, 504)),
        (429, "busy"),
        (503, "busy"),
    ],
)
async def test_any_other_answer_takes_nothing(status, why):
    async with answering(status, Location="/elsewhere") as receiver:
        assert await posted(receiver) == NotTaken(why, f"http-{status}")


async def test_a_wait_that_the_desk_asks_for_is_told():
    async with answering(429, **{"Retry-After": "30"}) as receiver:
        assert await posted(receiver) == NotTaken("busy", "http-429", 30.0)


async def test_a_desk_that_is_not_there_is_unreachable(receiver):
    await receiver.close()

    assert await posted(receiver) == NotTaken("unreachable", "connection")


@pytest.mark.parametrize(("situation", "code"), [("cuts_after_request", "connection"), ("never_answers", "timeout")])
async def test_an_answer_that_never_came_is_lost(receiver, situation, code):
    receiver.stage(situation)

    assert await posted(receiver) == NotTaken("lost", code)


async def test_no_secret_is_shown():
    desk = DeskWebhook(DeskConfig("https://desk.example/tasks?who=me", (NEW,)))

    assert repr(desk) == "DeskWebhook(DeskConfig(desk.example, secrets=********))"
