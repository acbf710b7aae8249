"""Which adapter serves which channel."""

import pytest

from channels.accounts import SmtpConfig, TwilioConfig
from channels.registry import Accounts, RegistryProblems, build

ACCOUNTS = Accounts(
    twilio=TwilioConfig("AC" + "0" * 32, "token-of-a-test", "+15005550006"),
    smtp=SmtpConfig("127.0.0.1", 25, "none", "bills@creditor.example"),
)


@pytest.mark.asyncio
async def test_each_channel_gets_the_adapter_it_names():
    adapters = build({"sms": "twilio", "email": "smtp"}, ACCOUNTS)
    assert {channel: adapter.name for channel, adapter in adapters.items()} == {"sms": "twilio", "email": "smtp"}


@pytest.mark.asyncio
async def test_no_channel_needs_no_account():
    assert build({}, Accounts()) == {}


def test_an_unknown_name_is_told_with_what_was_expected():
    assert build({"sms": "pigeon"}, ACCOUNTS) == RegistryProblems(
        ("channel sms: no adapter is called 'pigeon', expected smtp or twilio",)
    )


def test_an_adapter_of_another_channel_is_told():
    assert build({"email": "twilio"}, ACCOUNTS) == RegistryProblems(
        ("channel email: adapter twilio serves sms, name it there",)
    )


def test_all_that_is_missing_is_told_at_once():
    assert build({"sms": "twilio", "email": "smtp"}, Accounts()) == RegistryProblems(
        (
            "adapter twilio: no account is configured, expected DISPATCHER_TWILIO_ACCOUNT_SID",
            "adapter smtp: no server is configured, expected DISPATCHER_SMTP_URL",
        )
    )
