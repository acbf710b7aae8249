"""`settings` shows what is in force and where it came from; a wrong environment ends every command the same way."""

import json

import pytest

TOKEN = "hush-hush-token"
ACCOUNT = {
    "DISPATCHER_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "DISPATCHER_TWILIO_AUTH_TOKEN": TOKEN,
    "DISPATCHER_TWILIO_FROM": "+15005550006",
}


def by_name(out: str) -> dict[str, dict[str, str]]:
    return {each["variable"]: each for each in map(json.loads, out.splitlines())}


def test_every_variable_is_shown_with_its_origin(command):
    shown = by_name(command("settings", "--json", DISPATCHER_PARTITIONS="4").out)

    assert (shown["DISPATCHER_PARTITIONS"]["shown"], shown["DISPATCHER_PARTITIONS"]["origin"]) == ("4", "environment")
    assert shown["DISPATCHER_SENDING"]["origin"] == "default"


def test_variables_come_in_order(command):
    names = list(by_name(command("settings", "--json").out))

    assert names == sorted(names)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_masked(command, form: list[str]):
    ended = command("settings", *form, **ACCOUNT)

    assert (TOKEN in ended.out, "********" in ended.out) == (False, True)


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_allowlist_is_counted_and_not_shown(command, form: list[str]):
    ended = command("settings", *form, DISPATCHER_ALLOWLIST="ada@example.com,+4915123456789")

    assert ("ada@" in ended.out, "2 entries" in ended.out) == (False, True)


def test_wrong_settings_are_all_named_one_a_line(command):
    ended = command("settings", DISPATCHER_PARTITIONS="x", DISPATCHER_SENDING="yes")

    assert (ended.code, len(ended.err.splitlines())) == (3, 2)


@pytest.mark.parametrize("name", ["worker", "up", "topics plan", "journal", "why C-1", "rejected list", "publish -"])
def test_wrong_settings_end_every_command_before_it_begins(command, name: str):
    ended = command(*name.split(), DISPATCHER_PARTITIONS="x")

    assert (ended.code, ended.err) == (
        3,
        "dispatcher: DISPATCHER_PARTITIONS: 'x': expected a whole number from 1 to 1024\n",
    )


def test_a_name_that_means_nothing_is_mentioned(command):
    ended = command("settings", DISPATCHER_FAVOURITE_COLOUR="blue")

    assert (ended.code, "DISPATCHER_FAVOURITE_COLOUR" in ended.err) == (0, True)


def test_doctor_reports_wrong_settings_as_findings(command):
    ended = command("doctor", "--json", DISPATCHER_PARTITIONS="x")

    (finding,) = map(json.loads, ended.out.splitlines())
    assert (ended.code, finding["verdict"], finding["part"]) == (1, "wrong", "settings")
