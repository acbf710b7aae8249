"""What people answer to the Twilio stand-in's texts, and whom it texts no more."""

import pytest
import pytest_asyncio
from twilio.base.exceptions import TwilioRestException

from dispatcher.local.twilio import TwilioStandIn
from dispatcher.local.twilio_chances import RequestFaults
from tests.channels.receiver import Receiver
from tests.channels.test_twilio_stand_in import client_of, create

pytestmark = pytest.mark.asyncio

KIM = "+12025550123"


@pytest_asyncio.fixture
async def receiver():
    async with Receiver() as made:
        yield made


@pytest_asyncio.fixture
async def twilio(receiver):
    async with TwilioStandIn(rate=None, inbound_url=receiver.url("/hooks/twilio/inbound")) as standing_in:
        yield standing_in


@pytest_asyncio.fixture
async def messages(twilio):
    async with client_of(twilio) as made:
        yield made


async def test_an_inbound_message_is_posted_with_its_text(twilio, receiver):
    await twilio.inbound(KIM, "Please call me — ok?", to="+15005550006")
    [form] = receiver.forms
    wanted = {"From": KIM, "To": "+15005550006", "Body": "Please call me — ok?", "SmsStatus": "received"}
    assert form | wanted == form


async def test_an_inbound_message_is_signed(twilio, receiver):
    await twilio.inbound(KIM, "短信 + & = %")
    assert receiver.genuine == [True]


async def test_every_inbound_message_has_an_id_of_its_own(twilio, receiver):
    for _ in range(2):
        await twilio.inbound(KIM, "Hello")
    assert len({form["MessageSid"] for form in receiver.forms}) == 2


async def test_the_answer_to_an_inbound_message_is_told(twilio, receiver):
    receiver.answers = [403]
    assert await twilio.inbound(KIM, "Hello") == 403


async def test_without_an_address_an_inbound_message_is_a_mistake_of_the_test(messages, twilio):
    twilio.inbound_url = None
    with pytest.raises(ValueError, match="inbound_url"):
        await twilio.inbound(KIM, "Hello")


@pytest.mark.parametrize(("body", "named"), [("stop", "STOP"), ("Start", "START"), ("HELP", "HELP"), ("Hello", None)])
async def test_a_service_names_the_keyword_that_it_understood(twilio, receiver, body, named):
    await twilio.inbound(KIM, body, service="MG" + "a" * 32)
    [form] = receiver.forms
    assert (form["MessagingServiceSid"], form.get("OptOutType")) == ("MG" + "a" * 32, named)


async def test_without_a_service_nobody_names_keywords(twilio, receiver):
    await twilio.inbound(KIM, "STOP")
    assert "OptOutType" not in receiver.forms[0]


async def code_of(messages, to):
    """Twilio's code for a text to this number; None if it is taken."""
    try:
        await create(messages, to=to)
    except TwilioRestException as refused:
        return refused.code
    return None


@pytest.mark.parametrize("word", ["STOP", " stop ", "Unsubscribe", "OPTOUT"])
async def test_who_said_stop_is_not_texted(twilio, messages, word):
    await twilio.inbound(KIM, word)
    assert await code_of(messages, KIM) == 21610


@pytest.mark.parametrize("text", ["Stop please", "I cannot pay", "START"])
async def test_who_said_anything_else_is_texted(twilio, messages, text):
    await twilio.inbound(KIM, text)
    assert await code_of(messages, KIM) is None


async def test_who_said_start_again_is_texted(twilio, messages):
    for word in ("STOP", "START"):
        await twilio.inbound(KIM, word)
    assert await code_of(messages, KIM) is None


async def test_only_who_said_stop_is_not_texted(twilio, messages):
    twilio.opt_outs.add(KIM)
    assert await code_of(messages, "+12025550124") is None


@pytest.mark.parametrize(
    ("to", "code"),
    [("+12065550110", 21610), ("+12065550111", 21211), ("+12065550112", 21612), ("+12065550114", 21614)],
)
async def test_some_numbers_are_refused(messages, to, code):
    assert await code_of(messages, to) == code


async def test_refusals_for_the_rate_come_in_bursts(twilio, messages):
    twilio.strike(requests=RequestFaults(3, limited=0.1, burst=5))
    told = [await code_of(messages, KIM) == 20429 for _ in range(60)]
    bursts = [len(run) for run in "".join("x" if each else " " for each in told).split()]
    assert bursts
    assert all(length % 5 == 0 for length in bursts[:-1])


async def test_by_chance_an_answer_is_lost_after_the_message_was_made(twilio, messages):
    twilio.strike(requests=RequestFaults(3, lost=1.0))
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the client makes of it
        await create(messages)
    assert len(twilio.messages) == 1


async def test_once_healed_nothing_strikes(twilio, messages):
    twilio.strike(requests=RequestFaults(3, limited=1.0))
    twilio.heal()
    assert await code_of(messages, KIM) is None


async def test_each_answer_tells_how_many_requests_were_open(twilio):
    async with client_of(twilio) as messages:
        answer = await messages.create_with_http_info_async(to=KIM, body="Hello", from_="+15005550006")
    assert answer.headers["Twilio-Concurrent-Requests"] == "1"
