"""`presets` tells what jurisdictions ask, and that it is no legal advice."""

import json
from pathlib import Path

import pytest

from dispatcher.core.jurisdictions import NO_ADVICE


def test_the_list_names_every_preset_with_its_standing(command):
    out = command("presets", "list").out

    assert [name for name in ("us-reg-f", "uk-breathing", "au-rg96", "kr-pda", "br-sp") if name not in out] == []
    assert "self_regulation" in out


@pytest.mark.parametrize("arguments", [("list",), ("show", "us-ma")])
def test_it_says_that_it_is_no_legal_advice(command, arguments: tuple[str, ...]):
    assert command("presets", *arguments).out.rstrip().endswith(NO_ADVICE)


def test_a_preset_is_shown_with_hours_caps_duties_and_sources(command):
    out = command("presets", "show", "us-reg-f").out

    assert "hours of sms, email, call_task: weekday 08:00-21:00" in out
    assert "cap calls_7d: 7 attempts in 7d by call_task, per debt" in out
    assert "pause after_conversation: 168 hours without call_task" in out
    assert "source: 12 CFR 1006.6" in out


def test_the_beginning_of_a_name_shows_all_below_it(command):
    found = [json.loads(line)["id"] for line in command("presets", "show", "uk", "--json").out.splitlines()]

    assert found == ["uk-breathing", "uk-conc"]


def test_a_preset_that_there_is_not_is_a_wrong_call(command):
    ended = command("presets", "show", "atlantis")

    assert (ended.code, "expected one of au-rg96" in ended.err) == (2, True)


def test_the_presets_of_this_release_are_in_order(command):
    ended = command("presets", "check")

    assert (ended.code, ended.out.endswith("presets are in order\n")) == (0, True)


def test_a_file_that_is_no_preset_has_an_exit_code_of_its_own(command, tmp_path: Path):
    file = tmp_path / "own.toml"
    file.write_text('title = "Own"\nconfidence = "C"\n')

    ended = command("presets", "check", str(file))

    assert (ended.code, ended.err.startswith(f"{file}: ")) == (4, True)


def test_a_file_that_is_a_preset_is_said_to_be_one(command, tmp_path: Path):
    file = tmp_path / "own.toml"
    file.write_text(
        'title = "Own"\nstatus = "guideline"\nconfidence = "B"\ncites = ["our own code"]\nplaces = ["DE"]\n'
    )

    assert command("presets", "check", str(file)).out == f"{file}: preset own: Own\n"


def test_a_file_that_is_not_there_is_a_wrong_call(command):
    assert command("presets", "check", "no-such.toml").code == 2
