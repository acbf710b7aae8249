"""What a worker knows of numbers and addresses: from the topic, and how far it has read it."""

import pytest
from faust.types import TP

from dispatcher.engine.clients import Record
from dispatcher.engine.config import Connection, EngineConfig
from dispatcher.engine.log_ends import End
from dispatcher.engine.points import Points
from schemas import points
from schemas.inbox import AttemptRejected, ConsentChanged
from schemas.points import PointStated

NUMBER = "+447700900123"
KEY = points.point_key("a secret of sixteen characters")
STAMP = (5, "/crm", "e-1")
NOW = 1_000_000
APPENDED = NOW - 1_000


class Ends:
    """A broker that says where the topic ended, and when it was asked."""

    def __init__(self):
        self.known = None
        self.listeners = []

    def on_answer(self, listener):
        self.listeners.append(listener)

    def end(self, tp):
        return self.known if tp == TP("x.reminders.points", 0) else None

    def answer(self, offset, asked_at):
        self.known = End(offset, asked_at, asked_at)
        for each in self.listeners:
            each()


class Clock:
    def __init__(self):
        self.at = 100.0

    def __call__(self):
        return self.at


@pytest.fixture
def ends():
    return Ends()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def known(ends, clock):
    config = EngineConfig(Connection("nowhere:1"), "a", "x.", 1, point_key=KEY)
    return Points(config, ends, lambda: NOW, monotonic=clock)


def record(standing="opted_out", offset=0, value=None):
    said = points.encode(PointStated("sms", standing, 5 + offset, "/gateway", str(offset)))
    return Record("x.reminders.points", 0, offset, 0, points.digest(NUMBER, KEY), value or said, ())


def test_a_number_that_said_stop_is_barred(known):
    known.take(record())
    assert known.bars.why("sms", NUMBER) == "opted_out"


def test_a_record_that_is_no_statement_changes_nothing(known):
    known.take(record())
    known.take(record(offset=1, value=b"{]"))
    assert known.bars.why("sms", NUMBER) == "opted_out"


def test_nothing_is_fresh_before_the_broker_has_answered(known):
    assert not known.fresh(0.7)


def test_what_is_read_to_its_end_is_fresh(known, ends):
    ends.answer(0, 99.9)
    assert known.fresh(0.7)


def test_it_grows_stale(known, ends, clock):
    ends.answer(0, 99.9)
    clock.at = 100.7
    assert not known.fresh(0.7)


def test_what_is_not_read_yet_is_not_fresh(known, ends):
    ends.answer(1, 99.9)
    assert not known.fresh(0.7)


def test_reading_what_was_missing_makes_it_fresh(known, ends):
    ends.answer(1, 99.9)
    known.take(record())
    assert known.fresh(0.7)


def refused(known, refusal):
    entry = known.refusal("sms", NUMBER, AttemptRejected("ct-1.1", "twilio", refusal, "21610"))
    return None if entry is None else points.decode(entry[1]).standing


def test_an_opt_out_that_the_provider_keeps_belongs_to_the_number(known):
    assert refused(known, "suppressed") == "opted_out"


def test_a_number_that_is_none_is_unreachable_for_everybody(known):
    assert refused(known, "recipient") == "unreachable"


def test_that_one_sender_cannot_reach_a_number_says_nothing_of_the_number(known):
    assert known.refusal("sms", NUMBER, AttemptRejected("ct-1.1", "twilio", "recipient", "21612")) is None


@pytest.mark.parametrize("refusal", ["content", "config"])
def test_what_was_no_fault_of_the_number_says_nothing_of_it(known, refusal):
    assert refused(known, refusal) is None


def said(known, *, allowed, at=5, appended=APPENDED):
    entry = known.consent(ConsentChanged(NUMBER, "sms", allowed, "letter"), (at, *STAMP[1:]), appended)
    return None if entry is None else (entry[0], points.decode(entry[1]))


def test_a_customers_no_belongs_to_the_number(known):
    stated = PointStated("sms", "opted_out", *STAMP, "consent.changed")
    assert said(known, allowed=False) == (points.digest(NUMBER, KEY), stated)


def test_a_consent_on_file_is_nothing_new(known):
    assert said(known, allowed=True) is None


def test_a_yes_after_a_no_belongs_to_the_number_too(known):
    known.take(record())
    assert said(known, allowed=True)[1].standing == "allowed"


AHEAD = (NOW + 1) * 1000


@pytest.mark.parametrize(
    ("appended", "since"), [(APPENDED, APPENDED), (NOW + 5, NOW), (-1, NOW)], ids=["known", "ahead", "unknown"]
)
def test_a_yes_that_is_dated_ahead_holds_from_when_it_was_appended(known, appended, since):
    known.take(record())
    assert said(known, allowed=True, at=AHEAD, appended=appended)[1].at == since * 1000


def test_a_no_that_is_dated_ahead_keeps_its_date(known):
    assert said(known, allowed=False, at=AHEAD)[1].at == AHEAD


def test_a_refusal_is_stated_now(known):
    entry = known.refusal("sms", NUMBER, AttemptRejected("ct-1.1", "twilio", "suppressed", "21610"))
    assert points.decode(entry[1]).at == NOW * 1000
