"""A misspelt name must not leave a default in force in silence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.settings import Settings, SettingsProblems, load
from dispatcher.settings.variables import VARIABLES


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DISPATCHER_SENDIG", "DISPATCHER_SENDING"),
        ("DISPATCHER_BOOTSTRAP_SERVER", "DISPATCHER_BOOTSTRAP_SERVERS"),
        ("DISPATCHER_TWILIO_TOKEN", "DISPATCHER_TWILIO_AUTH_TOKEN"),
    ],
)
def test_a_likely_typo_is_refused_with_what_was_meant(name: str, meant: str):
    found = load({name: "x"})

    assert isinstance(found, SettingsProblems)
    assert f"did you mean {meant}?" in str(found)


def test_a_name_without_any_likeness_is_mentioned():
    found = load({"DISPATCHER_FAVOURITE_COLOUR": "blue"})

    assert isinstance(found, Settings)
    assert "DISPATCHER_FAVOURITE_COLOUR" in found.warnings[0]


def test_the_value_of_an_unknown_name_is_never_repeated():
    assert "hush" not in str(load({"DISPATCHER_TWILIO_TOKEN": "hush"})) + str(load({"DISPATCHER_ZEBRA": "hush"}))


@pytest.mark.parametrize(
    "name",
    ["DISPATCHER_SERVICE_HOST", "DISPATCHER_PORT_9464_TCP_ADDR", "DISPATCHER_METRICS_SERVICE_PORT_HTTP"],
)
def test_addresses_that_a_platform_injects_are_let_through(name: str):
    assert load({name: "tcp://10.0.0.1:9464"}) == load({})


@given(st.sampled_from(VARIABLES), st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_whatever_stands_there_the_answer_is_a_value(variable, text):
    assert isinstance(load({variable.name: text}), Settings | SettingsProblems)
