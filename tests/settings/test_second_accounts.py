"""A second account or mail server: what it needs, how much it gets, and what is refused."""

import pytest

from dispatcher.wiring import supplies
from tests.settings.test_loading import given, problems

SECOND = {
    "TWILIO_2_ACCOUNT_SID": "AC" + "2" * 32,
    "TWILIO_2_AUTH_TOKEN": "t2",
    "TWILIO_2_FROM": "+447700900002",
}
FIRST = {"TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "t1", "TWILIO_FROM": "+447700900001"}
MAILS = {"SMTP_URL": "smtp://127.0.0.1:2525", "SMTP_2_URL": "smtp://127.0.0.1:2526", "EMAIL_FROM": "a@example.com"}


def supplied(**changes):
    return supplies(given(SENDING="on", **FIRST, **SECOND, **MAILS, **changes))


def test_each_account_has_a_name_of_its_own():
    assert [each.name for each in supplied()] == ["twilio", "smtp", "twilio_2", "smtp_2"]


def test_weights_and_limits_are_each_ones_own():
    terms = {each.name: (each.weight, each.per_second) for each in supplied(TWILIO_WEIGHT="80", SMTP_2_PER_SECOND="3")}
    assert terms == {"twilio": (80, None), "twilio_2": (50, None), "smtp": (50, None), "smtp_2": (50, 3.0)}


def test_nobody_is_called_in_shadow_mode():
    assert supplies(given(SENDING="shadow", **FIRST, **SECOND)) == ()


def test_half_a_second_account_is_refused_by_what_is_missing():
    assert list(problems(**FIRST, TWILIO_2_FROM="+447700900002")) == ["TWILIO_2_ACCOUNT_SID", "TWILIO_2_AUTH_TOKEN"]


def test_a_second_account_needs_a_first():
    assert list(problems(**SECOND)) == ["TWILIO_2_ACCOUNT_SID"]


def test_a_second_mail_server_needs_a_first():
    assert list(problems(SMTP_2_URL="smtp://127.0.0.1:2526")) == ["SMTP_2_URL"]


@pytest.mark.parametrize("weight", ["0", "101", "half"])
def test_a_weight_is_a_whole_number_to_a_hundred(weight):
    assert "expected a whole number from 1 to 100" in problems(TWILIO_WEIGHT=weight)["TWILIO_WEIGHT"]


def test_a_clock_of_its_own_is_refused_where_the_second_account_is_real():
    moved = {"CLOCK": "2026-03-02T09:00:00+01:00", "TWILIO_BASE_URL": "http://127.0.0.1:1"}
    assert list(problems(**FIRST, **SECOND, **moved)) == ["TWILIO_2_BASE_URL"]
