"""What the Twilio stand-in tells of its messages: to whoever fetches them, and to their callback addresses."""

import socket

import pytest
import pytest_asyncio

from dispatcher.local.twilio import ACCOUNT_SID, TwilioStandIn
from dispatcher.local.twilio_chances import CallbackFaults
from dispatcher.local.twilio_courses import failed
from dispatcher.local.twilio_faults import Cut
from dispatcher.local.twilio_magic import MAGIC_COURSES
from tests.channels.receiver import Receiver
from tests.channels.test_twilio_stand_in import client_of, create

pytestmark = pytest.mark.asyncio

SERVICE = "MG" + "a" * 32


@pytest_asyncio.fixture
async def receiver():
    async with Receiver() as made:
        yield made


@pytest_asyncio.fixture
async def twilio():
    async with TwilioStandIn(rate=None, clock=lambda: 1_700_000_000_000) as standing_in:
        yield standing_in


@pytest_asyncio.fixture
async def messages(twilio):
    async with client_of(twilio) as made:
        yield made


async def told(twilio, messages, receiver, to, seconds=10.0, **others):
    """The statuses that the callback address of a message to this number hears."""
    await create(messages, to=to, status_callback=receiver.url(), **others)
    await twilio.advance(seconds)
    return receiver.statuses()


async def test_a_message_comes_along(twilio, messages):
    created = await create(messages)
    seen = [created.status]
    for _ in range(3):
        await twilio.advance(1.5)
        seen.append((await messages(created.sid).fetch_async()).status)
    assert seen == ["queued", "sent", "delivered", "delivered"]


async def test_a_message_of_a_service_has_sender_and_segments_once_it_is_queued(twilio, messages):
    created = await messages.create_async(to="+12025550123", body="Hello", messaging_service_sid=SERVICE)
    await twilio.advance(0.5)
    queued = await messages(created.sid).fetch_async()
    assert [(each.status, each.from_, each.num_segments) for each in (created, queued)] == [
        ("accepted", None, "0"),
        ("queued", "+15005550006", "1"),
    ]


async def test_what_a_message_costs_is_known_once_it_is_sent(twilio, messages):
    created = await create(messages, body="x" * 161)
    await twilio.advance(1.5)
    assert (created.price, (await messages(created.sid).fetch_async()).price) == (None, "-0.01580")


async def test_why_a_message_did_not_arrive_is_shown(twilio, messages):
    created = await create(messages, to="+12065550105")
    await twilio.advance(10.0)
    shown = await messages(created.sid).fetch_async()
    assert (shown.status, shown.error_code) == ("undelivered", 30005)


async def test_the_first_status_is_not_told(twilio, messages, receiver):
    assert await told(twilio, messages, receiver, "+12025550123") == ["sent", "delivered"]


async def test_a_service_tells_that_a_message_is_queued(twilio, messages, receiver):
    statuses = await told(twilio, messages, receiver, "+12025550123", from_=None, messaging_service_sid=SERVICE)
    assert statuses == ["queued", "sent", "delivered"]


async def test_nothing_is_told_before_its_time(twilio, messages, receiver):
    assert await told(twilio, messages, receiver, "+12025550123", seconds=2.0) == ["sent"]


async def test_a_message_without_an_address_tells_nobody(twilio, messages):
    await create(messages)
    await twilio.advance(10.0)
    assert twilio.posted == []


async def test_a_callback_says_which_message_of_whom(twilio, messages, receiver):
    created = await create(messages, to="+12065550103", status_callback=receiver.url())
    await twilio.advance(10.0)
    assert receiver.forms[-1] == {
        "MessageSid": created.sid,
        "SmsSid": created.sid,
        "MessageStatus": "undelivered",
        "SmsStatus": "undelivered",
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "From": "+15005550006",
        "To": "+12065550103",
        "ErrorCode": "30003",
        "RawDlrDoneDate": "2311142213",
    }


@pytest.mark.parametrize("path", ["/status/a-b_c", "/status/x?attempt=a%2Fb&z=1&a=2", "/status/x#rc=5&rp=all"])
async def test_a_callback_is_signed_for_the_very_address(twilio, messages, receiver, path):
    await create(messages, status_callback=receiver.url(path))
    await twilio.advance(10.0)
    assert receiver.genuine == [True, True]


@pytest.mark.parametrize(
    ("to", "statuses"),
    {
        "+12065550100": ["sent", "delivered"],
        "+12065550101": ["failed"],
        "+12065550103": ["sent", "undelivered"],
        "+12065550120": ["sent"],
        "+12065550121": [],
        "+12065550122": ["sent"],
        "+12065550123": ["sent", "sent", "delivered", "delivered"],
        "+12065550124": ["delivered", "sent"],
        "+12065550125": ["sent", "undelivered", "delivered"],
        "+12065550136": ["failed"],
    }.items(),
)
async def test_who_is_texted_decides_what_is_told(twilio, messages, receiver, to, statuses):
    assert await told(twilio, messages, receiver, to) == statuses


async def test_what_becomes_of_messages_to_a_number_can_be_chosen(twilio, messages, receiver):
    twilio.courses["+12025550123"] = failed(30002)
    assert await told(twilio, messages, receiver, "+12025550123") == ["failed"]


async def test_what_is_told_late_is_told_in_the_end(twilio, messages, receiver):
    assert await told(twilio, messages, receiver, "+12065550122", seconds=3601.0) == ["sent", "delivered"]


@pytest.mark.parametrize("code", range(30003, 30009))
async def test_the_number_names_the_error(twilio, messages, receiver, code):
    await told(twilio, messages, receiver, f"+120655501{code - 30000:02d}")
    assert receiver.forms[-1]["ErrorCode"] == str(code)


async def test_a_message_whose_answer_was_lost_tells_its_address(twilio, messages, receiver):
    twilio.stage([Cut(created=True)])
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the client makes of it
        await create(messages, status_callback=receiver.url())
    await twilio.advance(10.0)
    assert receiver.statuses() == ["sent", "delivered"]


@pytest.mark.parametrize("answer", [400, 403, 500, 503])
async def test_an_error_is_taken_for_an_answer(twilio, messages, receiver, answer):
    receiver.answers = [answer]
    await told(twilio, messages, receiver, "+12025550123")
    assert [(each.answered, each.tries) for each in twilio.posted] == [(answer, 1), (204, 1)]


async def test_where_nobody_listens_each_callback_is_tried_once_more(twilio, messages):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        await create(messages, status_callback=f"http://127.0.0.1:{nobody.getsockname()[1]}/")
        await twilio.advance(10.0)
    assert [(each.answered, each.tries) for each in twilio.posted] == [(None, 2), (None, 2)]


async def test_callbacks_of_one_status_have_one_token(twilio, messages, receiver):
    await told(twilio, messages, receiver, "+12065550123")
    assert len(receiver.tokens) == 4
    assert len(set(receiver.tokens)) == 2


async def test_by_chance_callbacks_come_twice_or_never_or_in_any_order(twilio, messages, receiver):
    twilio.strike(callbacks=CallbackFaults(7, duplicate=0.5, reorder=0.5, drop=0.3))
    for _ in range(30):
        await create(messages, status_callback=receiver.url())
    await twilio.advance(60.0)
    heard = {}
    for form in receiver.forms:
        heard.setdefault(form["MessageSid"], []).append(form["MessageStatus"])
    kinds = {tuple(statuses) for statuses in heard.values()}
    assert {("sent", "delivered"), ("delivered", "sent"), ("delivered",), ("sent",)} <= kinds
    assert any(len(statuses) > 2 for statuses in kinds)


async def test_the_same_seed_makes_the_same_callbacks():
    callbacks = MAGIC_COURSES["+12065550125"].callbacks
    plan = CallbackFaults(7, duplicate=0.5, reorder=0.5, drop=0.3, late=0.2)
    assert plan.arranged("SM1", callbacks) == plan.arranged("SM1", callbacks)
    assert len({plan.arranged(f"SM{n}", callbacks) for n in range(20)}) > 10


async def test_time_may_pass_by_itself(receiver):
    async with TwilioStandIn(rate=100.0) as twilio, client_of(twilio) as messages:
        await create(messages, status_callback=receiver.url())
        await twilio.all_told()
    assert receiver.statuses() == ["sent", "delivered"]


async def test_a_stand_in_that_closes_forgets_its_callbacks(receiver):
    async with TwilioStandIn(rate=1.0) as twilio, client_of(twilio) as messages:
        await create(messages, status_callback=receiver.url())
    assert twilio.posted == []


async def test_time_that_passes_by_itself_is_not_advanced():
    async with TwilioStandIn() as twilio:
        with pytest.raises(ValueError, match="passes by itself"):
            await twilio.advance(1.0)
