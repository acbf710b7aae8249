"""Requests of the adapter and answers of the stand-in, against Twilio's published OpenAPI document.

The document is not part of the project: DISPATCHER_TEST_TWILIO_SPEC names it (the Messages paths of
`twilio_api_v2010.json` of the project twilio-oai are enough).
"""

import json
import os
from pathlib import Path

import pytest
from openapi_core import OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from channels.accounts import TwilioConfig
from channels.protocol import Accepted, Message
from channels.sms_twilio import TwilioSms
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn

SPEC = os.environ.get("DISPATCHER_TEST_TWILIO_SPEC", "")
HOST = "https://api.twilio.com"

pytestmark = pytest.mark.skipif(
    not (SPEC and Path(SPEC).is_file()), reason="DISPATCHER_TEST_TWILIO_SPEC names no OpenAPI document of Twilio"
)


class Recorded(TwilioStandIn):
    """A stand-in that remembers each request with its answer."""

    def __init__(self):
        super().__init__()
        self.exchanges = []

    async def _create(self, request):
        body = await request.read()
        answer = await super()._create(request)
        self.exchanges.append((request, body, answer))
        return answer


@pytest.fixture(scope="module")
def twilio_openapi():
    return OpenAPI.from_dict(json.loads(Path(SPEC).read_text(encoding="utf-8")))


async def recorded(message):
    async with Recorded() as provider:
        adapter = TwilioSms(
            TwilioConfig(
                ACCOUNT_SID,
                AUTH_TOKEN,
                "+15005550006",
                base_url=provider.base_url,
                status_callback="https://remind.example/hooks/twilio/status/",
            )
        )
        try:
            outcome = await adapter.send(adapter.prepare(message), permit=lambda: True, deadline_s=5.0)
            assert isinstance(outcome, Accepted)
            return provider.exchanges[0]
        finally:
            await adapter.close()


def as_checked(exchange):
    request, body, answer = exchange
    asked = MockRequest(
        HOST,
        request.method.lower(),
        request.path,
        headers=dict(request.headers),
        data=body,
        content_type="application/x-www-form-urlencoded",
    )
    return asked, MockResponse(answer.body, status_code=answer.status, content_type="application/json")


MESSAGES = {
    "plain": Message("a-1", "sms", "+12025550123", "Hello", "en"),
    "with a validity period": Message("a-1", "sms", "+12025550123", "Hello", "en", validity_s=90),
    "with a customer": Message("a-1", "sms", "+12025550123", "Hello", "en", customer_id="C-1"),
    "from a service": Message("a-1", "sms", "+12025550123", "逾期", "zh-CN", sender="MG" + "a" * 32),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_the_adapters_request_is_what_twilio_documents(twilio_openapi, message):
    asked, _ = as_checked(await recorded(message))
    twilio_openapi.validate_request(asked)


@pytest.mark.asyncio
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)
async def test_the_stand_ins_answer_is_what_twilio_documents(twilio_openapi, message):
    asked, answered = as_checked(await recorded(message))
    twilio_openapi.validate_response(asked, answered)


@pytest.mark.asyncio
async def test_the_document_would_notice_a_wrong_request(twilio_openapi):
    request, body, answer = await recorded(MESSAGES["plain"])
    asked, _ = as_checked((request, body.replace(b"To=", b"Too="), answer))
    with pytest.raises(OpenAPIError):
        twilio_openapi.validate_request(asked)


@pytest.mark.asyncio
async def test_the_document_would_notice_a_wrong_answer(twilio_openapi):
    asked, answered = as_checked(await recorded(MESSAGES["plain"]))
    wrong = MockResponse(answered.data.replace(b"queued", b"bogus"), status_code=201, content_type="application/json")
    with pytest.raises(OpenAPIError):
        twilio_openapi.validate_response(asked, wrong)
