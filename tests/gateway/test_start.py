"""The gateway starts with what it needs, or says what is wrong, where, and what to do."""

from pathlib import Path

import pytest

from dispatcher.exit_codes import ExitCode
from dispatcher.gateway.proofs import Unstartable, known_keys, receipt_readers, twilio_hooks
from dispatcher.gateway.task_posting import desk_of
from dispatcher.settings import Settings, load

TWILIO = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "new", "TWILIO_FROM": "+447700900999"}


def given(**variables: str) -> Settings:
    found = load({f"DISPATCHER_{name}": value for name, value in variables.items()})
    assert isinstance(found, Settings), found
    return found


def test_without_a_file_of_keys_nobody_is_known():
    assert known_keys(given()) == ()


def test_a_wrong_file_of_keys_is_named_with_its_line(tmp_path: Path):
    file = tmp_path / "keys"
    file.write_text("billing dk_secret events:write\n")

    with pytest.raises(Unstartable, match=r"DISPATCHER_API_KEYS_FILE: .*keys: line 1: expected sha256") as wrong:
        known_keys(given(API_KEYS_FILE=str(file)))

    assert (wrong.value.code, "dk_secret" in str(wrong.value)) == (ExitCode.SETTINGS, False)


def test_a_file_of_keys_that_is_no_text_is_named(tmp_path: Path):
    file = tmp_path / "keys"
    file.write_bytes(b"\xff\xfe")

    with pytest.raises(Unstartable, match="cannot be read"):
        known_keys(given(API_KEYS_FILE=str(file)))


def test_without_an_address_of_ours_no_call_can_be_twilios():
    assert twilio_hooks(given(**TWILIO)) is None


def test_both_tokens_of_a_rotation_are_believed():
    hooks = twilio_hooks(given(**TWILIO, TWILIO_AUTH_TOKEN_OLD="old", PUBLIC_URL="https://pay.example/"))

    assert hooks is not None
    assert [token.reveal() for token in hooks.tokens] == ["new", "old"]


def test_without_an_account_there_are_no_hooks_of_twilio():
    assert twilio_hooks(given(PUBLIC_URL="https://pay.example")) is None


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DESK_SECRET", "a plain text"),
        ("DESK_SECRET", "whsec_%%%"),
        ("DESK_SECRET", "whsec_c2hvcnQ="),
        ("GATEWAY_PROXIES", "the proxy"),
        ("GATEWAY_CALLER_RATE", "0"),
        ("HELP_TEXT", "x" * 321),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(variable: str, text: str):
    assert not isinstance(load({f"DISPATCHER_{variable}": text}), Settings)


def test_secrets_of_the_gateway_are_not_shown():
    shown = repr(given(**TWILIO, TWILIO_AUTH_TOKEN_OLD="0ld-0ne", DESK_SECRET="whsec_" + "c2VjcmV0" * 4))

    assert ("0ld-0ne" in shown, "c2VjcmV0" in shown) == (False, False)


def test_the_second_account_signs_with_its_own_tokens():
    second = {
        "TWILIO_2_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_2_AUTH_TOKEN": "second",
        "TWILIO_2_FROM": "+447700900998",
    }
    hooks = twilio_hooks(given(**TWILIO, **second, TWILIO_2_AUTH_TOKEN_OLD="former", PUBLIC_URL="https://pay.example"))

    assert hooks is not None
    assert [token.reveal() for token in hooks.tokens] == ["new", "second", "former"]


def test_the_reader_of_a_named_webhook_is_there():
    settings = given(
        ADAPTERS="sms=webhook", WEBHOOK_URL="https://texts.example", WEBHOOK_SECRET="whsec_" + "c2VjcmV0" * 4
    )

    assert list(receipt_readers(settings)) == ["webhook"]


def test_without_a_named_adapter_there_is_no_reader():
    assert receipt_readers(given(**TWILIO, PUBLIC_URL="https://pay.example")) == {}


def test_an_adapter_that_nobody_offers_is_named():
    with pytest.raises(Unstartable, match="adapter acme is announced by no installed package"):
        receipt_readers(given(ADAPTERS="sms=acme", PUBLIC_URL="https://pay.example"))


def test_a_desk_that_tasks_are_posted_to_shares_a_secret_with_us():
    problems = load({"DISPATCHER_DESK_URL": "https://desk.example/tasks"})

    assert not isinstance(problems, Settings)
    assert "because DISPATCHER_DESK_URL is set" in str(problems)


def test_tasks_are_signed_with_every_secret_of_the_desk():
    both = "whsec_" + "c2VjcmV0" * 4, "whsec_" + "b2xkb2xk" * 4
    desk = desk_of(given(DESK_URL="https://desk.example/tasks", DESK_SECRET=",".join(both)))

    assert desk is not None
    assert (desk.url, desk.secrets) == ("https://desk.example/tasks", both)


def test_without_the_address_of_a_desk_none_is_posted_to():
    assert desk_of(given(DESK_SECRET="whsec_" + "c2VjcmV0" * 4)) is None


def test_proxies_may_be_networks():
    assert given(GATEWAY_PROXIES="10.0.0.0/8, 192.0.2.7").gateway.proxies == ("10.0.0.0/8", "192.0.2.7/32")
