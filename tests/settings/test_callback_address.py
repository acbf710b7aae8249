"""Where Twilio is asked to tell what became of a message."""

import pytest

from dispatcher.settings import load
from dispatcher.wiring.providers import _accounts

ACCOUNT = {
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN": "token",
    "DISPATCHER_TWILIO_FROM": "+15005550006",
}


def status_callback(**variables):
    settings = load(ACCOUNT | {f"DISPATCHER_{name}": value for name, value in variables.items()})
    return _accounts(settings, settings.twilio, None).twilio.status_callback


def test_without_a_public_address_it_is_not_asked():
    assert status_callback() is None


def test_it_tells_the_gateway_at_the_public_address():
    told = status_callback(PUBLIC_URL="https://remind.example/")
    assert told == "https://remind.example/hooks/twilio/status/"


def test_the_real_one_is_not_asked_to_tell_in_clear_text():
    assert status_callback(PUBLIC_URL="http://remind.example") is None


@pytest.mark.parametrize("stand_in", ["http://127.0.0.1:9999", "http://localhost:9999"])
def test_a_stand_in_on_this_machine_may_tell_in_clear_text(stand_in):
    told = status_callback(PUBLIC_URL="http://127.0.0.1:8080", TWILIO_BASE_URL=stand_in)
    assert told == "http://127.0.0.1:8080/hooks/twilio/status/"


def test_a_stand_in_in_another_container_calls_back_as_it_is_called():
    told = status_callback(PUBLIC_URL="http://gateway:8080", TWILIO_BASE_URL="http://twilio:9000")
    assert told == "http://gateway:8080/hooks/twilio/status/"
