"""Which adapter a channel uses."""

import pytest

from dispatcher.settings import Settings, SettingsProblems, load
from dispatcher.wiring.providers import _accounts, _names, configured, supplies

TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "token", "TWILIO_FROM": "+15005550006"}
MAIL = {"SMTP_URL": "smtp://127.0.0.1:25", "EMAIL_FROM": "billing@example.com"}
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def loaded(**variables):
    return load({f"DISPATCHER_{name}": value for name, value in variables.items()})


def given(**variables):
    found = loaded(**variables)
    assert isinstance(found, Settings), found
    return found


def problems(**variables):
    found = loaded(**variables)
    assert isinstance(found, SettingsProblems), found
    return {problem.variable.removeprefix("DISPATCHER_"): str(problem) for problem in found.problems}


def test_without_a_word_what_is_configured_is_used():
    assert _names(given(**TWILIO, **MAIL)) == {"sms": "twilio", "email": "smtp"}


def test_an_adapter_that_is_named_takes_its_channel():
    assert _names(given(**TWILIO, **MAIL, ADAPTERS="sms=acme")) == {"sms": "acme", "email": "smtp"}


def test_several_are_named_at_once():
    assert _names(given(ADAPTERS=" sms=webhook, email=file ")) == {"sms": "webhook", "email": "file"}


SECOND = {"TWILIO_2_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_2_AUTH_TOKEN": "token", "TWILIO_2_FROM": "+15005550006"}


@pytest.mark.asyncio
async def test_a_second_account_stands_beside_the_first():
    assert list(configured(given(**TWILIO, **SECOND))) == ["twilio", "twilio_2"]


@pytest.mark.asyncio
async def test_a_second_account_does_not_stand_beside_another_adapter():
    assert list(configured(given(**TWILIO, **SECOND, ADAPTERS="sms=console"))) == ["console_sms"]


def test_one_adapter_on_two_channels_is_two_accounts():
    assert list(configured(given(ADAPTERS="sms=console,email=console"))) == ["console_sms", "console_email"]


def test_an_account_without_terms_of_its_own_is_given_the_usual():
    (supply,) = supplies(given(SENDING="on", ADAPTERS="sms=console"))
    assert (supply.name, supply.channel, supply.per_second) == ("console_sms", "sms", None)


@pytest.mark.parametrize("text", ["sms", "sms=", "pigeon=acme", "sms=a,sms=b", "sms=Acme", "sms=a b", "=acme"])
def test_what_names_no_adapter_is_refused(text):
    assert "expected channel=adapter, such as sms=acme,email=smtp" in problems(ADAPTERS=text)["ADAPTERS"]


def test_call_tasks_are_told_where_they_go():
    assert "reminders.tasks" in problems(ADAPTERS="call_task=webhook")["ADAPTERS"]


def test_an_adapter_gets_its_own_options_and_no_others():
    settings = given(ADAPTERS="sms=acme-sms", ADAPTER_ACME_SMS_TOKEN="hush", ADAPTER_OTHER_TOKEN="x")
    assert _accounts(settings, settings.twilio, settings.smtp).options == {"acme-sms": {"token": "hush"}}


def test_an_option_of_no_named_adapter_is_mentioned():
    assert "DISPATCHER_ADAPTER_OTHER_TOKEN is an option of no adapter" in given(ADAPTER_OTHER_TOKEN="x").warnings[0]


def test_options_are_never_shown():
    assert "hush" not in repr(given(ADAPTERS="sms=acme", ADAPTER_ACME_TOKEN="hush"))


def test_a_webhook_has_its_secret():
    settings = given(WEBHOOK_URL="https://desk.example/tasks", WEBHOOK_SECRET=SECRET)
    webhook = _accounts(settings, None, None).webhook
    assert (webhook.url, webhook.secret) == ("https://desk.example/tasks", SECRET)


def test_a_webhook_without_a_secret_is_refused():
    assert "WEBHOOK_SECRET" in problems(WEBHOOK_URL="https://desk.example/tasks")


@pytest.mark.parametrize("secret", ["whsec_short", "whsec_äöü", "no base64!" * 9])
def test_a_secret_that_is_no_key_is_refused_and_not_repeated(secret):
    told = problems(WEBHOOK_URL="https://desk.example/tasks", WEBHOOK_SECRET=secret)["WEBHOOK_SECRET"]
    assert "expected whsec_" in told
    assert secret not in told


def test_an_apprise_address_without_a_place_for_the_recipient_is_refused():
    assert (
        "expected {to} in each address"
        in problems(APPRISE_URLS="json://one.example/{to} json://two.example")["APPRISE_URLS"]
    )


def test_apprise_addresses_are_never_shown():
    assert "hush" not in repr(given(APPRISE_URLS="json://user:hush@one.example/{to}"))


# --- a clock that was moved meets nobody

CLOCK = {"CLOCK": "2026-03-02T09:00:00Z"}


@pytest.mark.parametrize("name", ["acme", "apprise"])
def test_an_adapter_that_might_reach_somebody_is_refused_beside_a_moved_clock(name):
    assert "ADAPTERS" in problems(**CLOCK, ADAPTERS=f"sms={name}")


@pytest.mark.parametrize("name", ["console", "file"])
def test_an_adapter_that_reaches_nobody_is_not(name):
    assert isinstance(loaded(**CLOCK, ADAPTERS=f"sms={name}"), Settings)


def test_a_webhook_elsewhere_is_refused_beside_a_moved_clock():
    assert "WEBHOOK_URL" in problems(**CLOCK, WEBHOOK_URL="https://desk.example", WEBHOOK_SECRET=SECRET)


def test_a_webhook_on_this_machine_is_not():
    assert isinstance(loaded(**CLOCK, WEBHOOK_URL="http://127.0.0.1:9", WEBHOOK_SECRET=SECRET), Settings)
