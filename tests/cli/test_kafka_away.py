"""Without a broker every command ends with one line that says where it looked, and its own exit code."""

import json
import socket

import pytest


@pytest.fixture
def nowhere() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("name", ["topics plan", "topics apply", "journal", "rejected list", "policy show"])
def test_a_command_that_needs_kafka_says_that_it_is_away(command, nowhere: str, name: str):
    ended = command(*name.split(), DISPATCHER_BOOTSTRAP_SERVERS=nowhere)

    assert (ended.code, ended.out) == (5, "")
    assert nowhere in ended.err.splitlines()[-1]


def test_publish_refuses_bad_events_before_it_looks_for_kafka(command, nowhere: str):
    ended = command("publish", "-", stdin=b"{}", DISPATCHER_BOOTSTRAP_SERVERS=nowhere)

    assert (ended.code, "nothing was sent" in ended.err) == (1, True)


def test_doctor_says_what_else_it_found(command, nowhere: str):
    ended = command("doctor", "--json", DISPATCHER_BOOTSTRAP_SERVERS=nowhere)

    findings = {each["part"]: each["verdict"] for each in map(json.loads, ended.out.splitlines())}
    assert (ended.code, findings["kafka"], findings["clock"]) == (1, "wrong", "ok")
