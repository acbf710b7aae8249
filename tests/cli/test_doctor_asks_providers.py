"""`doctor` looks whether the providers answer and know the account, and sends nothing."""

import asyncio

import pytest
import pytest_asyncio

from channels.registry import RegistryProblems
from dispatcher.cli.provider_examination import _examine, examine_providers
from dispatcher.local.twilio import ACCOUNT_SID, AUTH_TOKEN, TwilioStandIn
from dispatcher.settings import load
from dispatcher.wiring import configured


def settings(sending="on", *, token=AUTH_TOKEN, base_url="http://127.0.0.1:9", **others):
    found = {
        "SENDING": sending,
        "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": token,
        "TWILIO_FROM": "+15005550006",
        "TWILIO_BASE_URL": base_url,
    }
    return load({f"DISPATCHER_{name}": value for name, value in (found | others).items()})


@pytest_asyncio.fixture
async def twilio():
    async with TwilioStandIn() as provider:
        yield provider


async def verdicts(asked):
    async with asyncio.timeout(20.0):
        return [(each.verdict, each.part, each.found) for each in await _examine(asked)]


@pytest.mark.asyncio
async def test_a_provider_that_knows_the_account_is_well(twilio):
    found = await verdicts(settings(base_url=twilio.base_url))
    assert found == [("ok", "sms by twilio", "answers, and knows the account")]
    assert twilio.messages == []


@pytest.mark.asyncio
async def test_a_token_that_is_refused_is_ours_to_correct(twilio):
    found = await verdicts(settings(base_url=twilio.base_url, token="wrong"))
    assert found == [("wrong", "sms by twilio", "refuses us (http-401)")]


@pytest.mark.asyncio
async def test_a_provider_that_is_away_is_told_with_what_broke():
    found = await verdicts(settings())
    assert found == [("wrong", "sms by twilio", "does not answer as it should (ClientConnectorError)")]


@pytest.mark.asyncio
async def test_an_adapter_that_cannot_look_says_so(twilio):
    secret = "whsec_" + "A" * 32
    asked = settings(ADAPTERS="sms=webhook", WEBHOOK_URL="http://127.0.0.1:9", WEBHOOK_SECRET=secret)
    assert await verdicts(asked) == [("note", "sms by webhook", "cannot be asked without a message")]


@pytest.mark.asyncio
async def test_an_adapter_that_nobody_offers_is_told():
    ((verdict, part, found),) = await verdicts(settings(ADAPTERS="sms=pigeon"))
    assert (verdict, part) == ("wrong", "adapters")
    assert "no adapter is called 'pigeon'" in found


@pytest.mark.parametrize("sending", ["off", "shadow"])
def test_where_nobody_is_called_no_provider_is_either(sending):
    assert examine_providers(settings(sending)) == []


def test_a_named_adapter_is_built_even_where_nobody_is_called():
    assert not isinstance(configured(settings("shadow", ADAPTERS="sms=console")), RegistryProblems)
