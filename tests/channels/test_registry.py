"""Which adapter serves which channel."""

import subprocess
import sys

import pytest

from channels.accounts import FileConfig, SmtpConfig, TwilioConfig, WebhookConfig
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
    (told,) = build({"sms": "pigeon"}, ACCOUNTS, found=lambda: ()).sentences
    expected = "apprise or console or file or smtp or twilio or webhook, or one that an installed package offers"
    assert told == f"channel sms: no adapter is called 'pigeon', expected {expected}"


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["webhook", "console", "file"])
@pytest.mark.parametrize("channel", ["sms", "email", "call_task"])
async def test_some_serve_any_channel(channel, name, tmp_path):
    accounts = Accounts(
        webhook=WebhookConfig("http://127.0.0.1:9", "whsec_" + "A" * 32), file=FileConfig(tmp_path / "messages")
    )
    assert build({channel: name}, accounts)[channel].capabilities.channel == channel


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "messages").write_text("a file")
    (sentence,) = build({"sms": "file"}, Accounts(file=FileConfig(tmp_path / "messages"))).sentences
    assert sentence.startswith(f"adapter file: {tmp_path}/messages cannot be made (File exists)")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
def test_apprise_serves_where_it_is_named():
    accounts = Accounts(apprise=("json://127.0.0.1:9/{to}",))
    assert build({"sms": "apprise"}, accounts)["sms"].name == "apprise"


def test_apprise_is_not_imported_unless_it_is_named():
    script = "import sys, channels.registry; print('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == b"False\n"


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


@pytest.mark.parametrize(
    ("name", "expected"),
    [("webhook", "DISPATCHER_WEBHOOK_URL"), ("file", "DISPATCHER_DATA_DIR"), ("apprise", "DISPATCHER_APPRISE_URLS")],
)
def test_what_an_adapter_lacks_is_told_by_its_variable(name, expected):
    (sentence,) = build({"sms": name}, Accounts()).sentences
    assert expected in sentence
