"""Requests of the adapter and answers of the stand-in, against Twilio's published OpenAPI document.

The document is not part of the project: DISPATCHER_TEST_TWILIO_SPEC names it (the Messages paths of
`twilio_api_v2010.json` of the project twilio-oai are enough).
"""

import json
import os
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from channels.accounts import TwilioConfig
from channels.protocol import Accepted, Lookup, Message
from channels.sms_twilio import TwilioSms
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from dispatcher.local.twilio_magic import MAGIC_COURSES

SPEC = os.environ.get("DISPATCHER_TEST_TWILIO_SPEC", "")
HOST = "https://api.twilio.com"

pytestmark = pytest.mark.skipif(
    not (SPEC and Path(SPEC).is_file()), reason="DISPATCHER_TEST_TWILIO_SPEC names no OpenAPI document of Twilio"
)


class Recorded(TwilioStandIn):
    """A stand-in on a time of its own that remembers each request with its answer."""

    def __init__(self):
        super().__init__(rate=None)
        self.exchanges = []

    def _application(self):
        app = super()._application()
        app.middlewares.append(self._remember)
        return app

    @web.middleware
    async def _remember(self, request, handler):
        body = await request.read()
        answer = await handler(request)
        self.exchanges.append((request, body, answer))
        return answer


@pytest.fixture(scope="module")
def twilio_openapi():
    return OpenAPI.from_dict(json.loads(Path(SPEC).read_text(encoding="utf-8")))


@pytest_asyncio.fixture
async def provider():
    async with Recorded() as standing_in:
        yield standing_in


@pytest_asyncio.fixture
async def adapter(provider):
    config = TwilioConfig(
        ACCOUNT_SID,
        AUTH_TOKEN,
        "+15005550006",
        base_url=provider.base_url,
        status_callback="https://remind.example/hooks/twilio/status/",
    )
    made = TwilioSms(config)
    yield made
    await made.close()


async def send(adapter, message):
    outcome = await adapter.send(adapter.prepare(message), permit=lambda: True, deadline_s=5.0)
    assert isinstance(outcome, Accepted)
    return outcome.reference


async def look(adapter, recipient):
    return await adapter.reconcile(Lookup("a-1", recipient, 0), deadline_s=5.0)


async def fetch(provider, sid):
    url = f"{provider.base_url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}.json"
    headers = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT_SID, AUTH_TOKEN)}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return await answer.json()


def as_checked(exchange):
    request, body, answer = exchange
    asked = MockRequest(
        HOST,
        request.method.lower(),
        request.path,
        headers=dict(request.headers),
        args=dict(request.query),
        data=body,
        content_type="application/x-www-form-urlencoded",
    )
    return asked, MockResponse(answer.body, status_code=answer.status, content_type="application/json")


def text_to(recipient, **others):
    return Message("a-1", "sms", recipient, "Hello", "en", **others)


SERVICE = "MG" + "a" * 32
MESSAGES = {
    "plain": text_to("+12025550123"),
    "with a validity period": text_to("+12025550123", validity_s=90),
    "from a service": Message("a-1", "sms", "+12025550123", "逾期", "zh-CN", sender=SERVICE),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_the_adapters_request_is_what_twilio_documents(twilio_openapi, provider, adapter, message):
    await send(adapter, message)
    asked, _ = as_checked(provider.exchanges[0])
    twilio_openapi.validate_request(asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_the_stand_ins_answer_is_what_twilio_documents(twilio_openapi, provider, adapter, message):
    await send(adapter, message)
    asked, answered = as_checked(provider.exchanges[0])
    twilio_openapi.validate_response(asked, answered)


@pytest.mark.asyncio
async def test_the_adapters_question_is_what_twilio_documents(twilio_openapi, provider, adapter):
    await look(adapter, "+12025550123")
    asked, _ = as_checked(provider.exchanges[0])
    twilio_openapi.validate_request(asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("sender", [None, SERVICE])
@pytest.mark.parametrize("recipient", MAGIC_COURSES)
async def test_wherever_a_message_stands_it_is_listed_as_twilio_documents(
    twilio_openapi, provider, adapter, recipient, sender
):
    await send(adapter, text_to(recipient, sender=sender))
    for _ in range(8):
        await look(adapter, recipient)
        await provider.advance(1.0)
    for exchange in provider.exchanges[1:]:
        twilio_openapi.validate_response(*as_checked(exchange))


@pytest.mark.asyncio
@pytest.mark.parametrize("elapsed_s", [0, 2, 10])
async def test_a_fetched_message_is_what_twilio_documents(twilio_openapi, provider, adapter, elapsed_s):
    sid = await send(adapter, text_to("+12065550103"))
    await provider.advance(elapsed_s)
    await fetch(provider, sid)
    twilio_openapi.validate_response(*as_checked(provider.exchanges[-1]))


@pytest.mark.asyncio
async def test_the_document_would_notice_a_wrong_request(twilio_openapi, provider, adapter):
    await send(adapter, MESSAGES["plain"])
    request, body, answer = provider.exchanges[0]
    asked, _ = as_checked((request, body.replace(b"To=", b"Too="), answer))
    with pytest.raises(OpenAPIError):
        twilio_openapi.validate_request(asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("wrong", [(b'"queued"', b'"bogus"'), (b'"AC0', b'"AX0'), (b'"sid": "SM', b'"sid": "')])
async def test_the_document_would_notice_a_wrong_answer(twilio_openapi, provider, adapter, wrong):
    await send(adapter, MESSAGES["plain"])
    asked, answered = as_checked(provider.exchanges[0])
    changed = MockResponse(answered.data.replace(*wrong), status_code=201, content_type="application/json")
    with pytest.raises(OpenAPIError):
        twilio_openapi.validate_response(asked, changed)
