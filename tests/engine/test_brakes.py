"""What a worker knows of the brakes: pulled, let go, ended by the clock."""

from datetime import UTC, datetime

import pytest

from dispatcher.engine.brakes import Brakes
from dispatcher.engine.clients import Record
from dispatcher.engine.config import Connection, EngineConfig
from schemas import brakes
from schemas.brakes import Brake, key_of
from schemas.values import to_millis

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.at = NOON

    def now(self):
        return to_millis(self.at)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known(clock):
    return Brakes(EngineConfig(Connection("nowhere:1"), "a", "", 1), clock.now)


def record(brake=None, channel=None, creditor=None, value=b"", offset=0):
    key = key_of(channel, creditor)
    content = value or (None if brake is None else brakes.encode(brake))
    return Record("reminders.brakes", 0, offset, 0, key, content, ())


def test_what_was_pulled_holds(known):
    known.take(record(Brake("spring cleaning", "ops", NOON, channel="sms"), "sms"))
    assert [known.holds(channel, "default") for channel in ("sms", "email")] == [True, False]


def test_what_was_let_go_holds_no_more(known):
    known.take(record(Brake("x", "ops", NOON)))
    known.take(record())
    assert not known.holds("sms", "default")


def test_letting_go_of_one_keeps_the_other(known):
    known.take(record(Brake("x", "ops", NOON)))
    known.take(record(Brake("y", "ops", NOON, channel="sms"), "sms"))
    known.take(record())
    assert [known.holds(channel, "default") for channel in ("sms", "email")] == [True, False]


def test_it_ends_at_its_instant(known, clock):
    known.take(record(Brake("x", "ops", NOON, until=NOON.replace(hour=13))))
    clock.at = NOON.replace(hour=12, minute=59)
    before = known.holds("sms", "default")
    clock.at = NOON.replace(hour=13)
    assert (before, known.holds("sms", "default")) == (True, False)


def test_a_record_that_is_no_brake_stops_nothing_and_nobody(known):
    known.take(record(Brake("x", "ops", NOON, channel="sms"), "sms"))
    known.take(record(value=b"{]"))
    assert [known.holds(channel, "default") for channel in ("sms", "email")] == [True, False]


def test_the_same_answer_is_the_same_object(known):
    known.take(record(Brake("x", "ops", NOON)))
    assert known.active is known.active
