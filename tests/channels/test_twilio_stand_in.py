"""The Twilio stand-in, asked by Twilio's own client."""

import json
from contextlib import asynccontextmanager

import aiohttp
import pytest
import pytest_asyncio
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from dispatcher.local.twilio_faults import SERVER_FAILED, Refused

SENDER = "+15005550006"


class BareHttp(AsyncTwilioHttpClient):
    """Twilio's own HTTP client with the login in a header: its way of giving it is deprecated by aiohttp."""

    async def request(self, method, url, *, headers=None, auth=None, **others):
        login = {"Authorization": aiohttp.encode_basic_auth(*auth)}
        return await super().request(method, url, headers={**(headers or {}), **login}, **others)


@asynccontextmanager
async def client_of(twilio):
    """The messages of the stand-in's account, as the official client has them."""
    async with BareHttp() as http:
        client = Client(ACCOUNT_SID, AUTH_TOKEN, http_client=http)
        client.api.base_url = twilio.base_url
        yield client.messages


@pytest_asyncio.fixture
async def messages(twilio):
    async with client_of(twilio) as made:
        yield made


async def create(messages, to="+12025550123", body="Hello", **others):
    return await messages.create_async(to=to, body=body, **{"from_": SENDER, **others})


@pytest.mark.asyncio
async def test_a_created_message_can_be_fetched(messages):
    created = await create(messages)
    assert (await messages(created.sid).fetch_async()).body == "Hello"


@pytest.mark.asyncio
async def test_messages_are_listed_by_recipient(messages):
    await create(messages, to="+12025550123")
    wanted = await create(messages, to="+12025550124")
    assert [each.sid for each in await messages.list_async(to="+12025550124")] == [wanted.sid]


@pytest.mark.asyncio
async def test_a_list_is_read_page_by_page_newest_first(messages):
    sids = [(await create(messages)).sid for _ in range(5)]
    assert [each.sid for each in await messages.list_async(to="+12025550123", page_size=2)] == sids[::-1]


@pytest.mark.asyncio
async def test_a_message_that_was_never_created_is_not_found(messages):
    with pytest.raises(TwilioRestException) as refused:
        await messages("SM" + "f" * 32).fetch_async()
    assert refused.value.code == 20404


@pytest.mark.asyncio
async def test_a_number_that_may_be_somebodys_is_never_texted(messages, twilio):
    with pytest.raises(TwilioRestException, match="texts nobody"):
        await create(messages, to="+14155551234")
    assert twilio.messages == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"ValidityPeriod": "0"}, 20001),
        ({"ValidityPeriod": "soon"}, 20001),
    ],
)
async def test_a_malformed_message_is_refused(twilio, form, code):
    right = {"To": "+12025550123", "From": SENDER, "Body": "Hello"}
    assert (await post(twilio, right | form))["code"] == code


@pytest.mark.asyncio
@pytest.mark.parametrize("login", [None, (ACCOUNT_SID, "wrong"), ("AC" + "1" * 32, AUTH_TOKEN)])
async def test_nobody_else_can_send(twilio, login):
    answer = await post(twilio, {"To": "+12025550123", "From": SENDER, "Body": "Hello"}, login)
    assert (answer["status"], answer["code"]) == (401, 20003)


async def post(twilio, form, login=(ACCOUNT_SID, AUTH_TOKEN)):
    headers = {} if login is None else {"Authorization": aiohttp.encode_basic_auth(*login)}
    url = f"{twilio.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    async with aiohttp.ClientSession() as session, session.post(url, data=form, headers=headers) as answer:
        return await answer.json()


@pytest.mark.asyncio
async def test_a_staged_fault_meets_one_request(messages, twilio):
    twilio.stage([SERVER_FAILED])
    with pytest.raises(TwilioRestException):
        await create(messages)
    assert (await create(messages)).status == "queued"


@pytest.mark.asyncio
async def test_a_lasting_fault_meets_one_recipient(messages, twilio):
    twilio.by_recipient["+12025550124"] = Refused(400, 21610, "unsubscribed")
    await create(messages, to="+12025550123")
    for _ in range(2):
        with pytest.raises(TwilioRestException):
            await create(messages, to="+12025550124")


@pytest.mark.asyncio
async def test_a_list_may_be_silent_about_one_recipient(messages, twilio):
    twilio.silent_about.add("+12025550124")
    for to in ("+12025550123", "+12025550124"):
        await create(messages, to=to)
    assert len(await messages.list_async(to="+12025550123")) == 1
    with pytest.raises(TwilioException):
        await messages.list_async(to="+12025550124")


@pytest.mark.asyncio
async def test_each_accepted_message_is_a_line_on_the_disk_before_its_answer(tmp_path):
    journal = tmp_path / "sms.jsonl"
    async with TwilioStandIn(journal=journal, clock=lambda: 1_700_000_000_000) as twilio:
        await post(twilio, {"To": "+12025550123", "From": SENDER, "Body": "Hello"})
        lines = journal.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {
            "at": 1_700_000_000_000,
            "to": "+12025550123",
            "body": "Hello",
            "sid": "SM" + "0" * 31 + "1",
            "from": SENDER,
            "validity_s": None,
        }
    ]


@pytest.mark.asyncio
async def test_a_journal_is_continued(tmp_path):
    journal = tmp_path / "sms.jsonl"
    for _ in range(2):
        async with TwilioStandIn(journal=journal) as twilio:
            await post(twilio, {"To": "+12025550123", "From": SENDER, "Body": "Hello"})
    assert len(journal.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.asyncio
async def test_segments_are_counted_as_they_are_billed(messages):
    created = await create(messages, body="逾" * 71)
    assert created.num_segments == "2"
