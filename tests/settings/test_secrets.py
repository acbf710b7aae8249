"""Secrets and people's addresses reach the client that needs them, and no text."""

import traceback
from pathlib import Path

import pytest

from dispatcher.settings import Secret, Settings, SettingsProblems, load

TOKEN = "hush-hush-token"
ACCOUNT = {
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN": TOKEN,
    "DISPATCHER_TWILIO_FROM": "+15005550006",
}


def loaded(environ: dict[str, str]) -> Settings:
    found = load(environ)
    assert isinstance(found, Settings), found
    return found


def test_a_secret_is_revealed_to_who_asks_for_it():
    account = loaded(ACCOUNT).twilio

    assert account is not None
    assert account.auth_token.reveal() == TOKEN


def test_settings_print_no_secret():
    assert TOKEN not in repr(loaded(ACCOUNT)) + str(loaded(ACCOUNT).entries)


def test_settings_print_nobody_of_the_allowlist():
    found = loaded({"DISPATCHER_ALLOWLIST": "ada@example.com"})

    assert "ada@" not in repr(found) + str(found.entries)


@pytest.mark.parametrize("text", [f"{Secret(TOKEN)}", repr(Secret(TOKEN)), str([Secret(TOKEN)])])
def test_a_secret_prints_as_asterisks(text: str):
    assert (TOKEN in text, "****" in text) == (False, True)


def test_a_secret_does_not_show_in_a_traceback():
    assert TOKEN not in "".join(traceback.format_exception(ValueError(Secret(TOKEN))))


def test_secrets_compare_by_what_they_hide():
    assert (Secret("a") == Secret("a"), Secret("a") == Secret("b"), len({Secret("a"), Secret("a")})) == (True, False, 1)


def test_a_secret_may_stand_in_a_file(tmp_path: Path):
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n")
    environ = {**ACCOUNT, "DISPATCHER_TWILIO_AUTH_TOKEN": "", "DISPATCHER_TWILIO_AUTH_TOKEN_FILE": str(file)}

    account = loaded(environ).twilio

    assert account is not None
    assert account.auth_token == Secret(TOKEN)


def test_a_secret_from_a_file_says_so(tmp_path: Path):
    file = tmp_path / "url"
    file.write_text("postgresql://u:p@h/d")

    entries = loaded({"DISPATCHER_DATABASE_URL_FILE": str(file)}).entries

    assert [entry.origin for entry in entries if entry.variable == "DISPATCHER_DATABASE_URL"] == ["file"]


def test_a_secret_given_twice_is_refused(tmp_path: Path):
    found = load({**ACCOUNT, "DISPATCHER_TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "token")})

    assert isinstance(found, SettingsProblems)
    assert "expected either it or DISPATCHER_TWILIO_AUTH_TOKEN_FILE" in str(found)


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path):
    found = load({"DISPATCHER_DATABASE_URL_FILE": str(tmp_path / "absent")})

    assert isinstance(found, SettingsProblems)
    assert "No such file" in str(found)


def test_only_secrets_come_from_files():
    found = load({"DISPATCHER_APP_ID_FILE": "name"})

    assert isinstance(found, SettingsProblems | Settings)
    assert "DISPATCHER_APP_ID_FILE" in (str(found) if isinstance(found, SettingsProblems) else str(found.warnings))


def test_a_wrong_secret_is_refused_without_being_repeated():
    found = load({"DISPATCHER_SMTP_URL": f"imap://ada:{TOKEN}@mail.example.com"})

    assert isinstance(found, SettingsProblems)
    assert TOKEN not in str(found)
