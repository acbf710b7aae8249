"""A clock that was moved never meets a real provider: somebody would be called at night."""

import pytest

from dispatcher.settings import Settings, SettingsProblems, load

CLOCK = {"DISPATCHER_CLOCK": "2026-03-02T09:00:00Z"}
SMS = {
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN": "token",
    "DISPATCHER_TWILIO_FROM": "+15005550006",
}
MAIL = {"DISPATCHER_EMAIL_FROM": "billing@example.com"}


def test_with_the_real_twilio():
    found = load({**CLOCK, **SMS})

    assert isinstance(found, SettingsProblems)
    assert [problem.variable for problem in found.problems] == ["DISPATCHER_TWILIO_BASE_URL"]


def test_with_a_mail_server_elsewhere():
    found = load({**CLOCK, **MAIL, "DISPATCHER_SMTP_URL": "smtps://mail.example.com"})

    assert isinstance(found, SettingsProblems)
    assert [problem.variable for problem in found.problems] == ["DISPATCHER_SMTP_URL"]


def test_with_a_call_desk_elsewhere():
    secret = {"DISPATCHER_DESK_SECRET": "whsec_" + "c2VjcmV0" * 4}
    found = load({**CLOCK, **secret, "DISPATCHER_DESK_URL": "https://desk.example.com/tasks"})

    assert isinstance(found, SettingsProblems)
    assert [problem.variable for problem in found.problems] == ["DISPATCHER_DESK_URL"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_but_not_with_stand_ins_on_this_machine(host: str):
    stand_ins = {"DISPATCHER_TWILIO_BASE_URL": f"http://{host}:8081", "DISPATCHER_SMTP_URL": f"smtp://{host}:2525"}

    assert isinstance(load({**CLOCK, **SMS, **MAIL, **stand_ins}), Settings)


def test_nor_where_no_provider_is_configured():
    assert isinstance(load(CLOCK), Settings)
