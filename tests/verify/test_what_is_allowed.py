"""What looks like a violation and is none; and what cannot be judged, which is said."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from dispatcher.verify.rules import hash_of
from schemas.journal import CauseRecord
from tests.verify.town import MONDAY, POLICY, Dispatcher, attempt, judged, live, number, violated

NOON = MONDAY + timedelta(hours=12)


class SendsAgainAfterADoubt(Dispatcher):
    """The answer to Monday's mail is lost; the policy says to send it again, and both copies arrive."""

    def attempt(self, one, at):
        if (one.who, one.stage) != ("reader", "s1"):
            super().attempt(one, at)
            return
        self.claim(one, at)
        self.send(one, at)
        self.tell(one, at, "in_doubt", code="unanswered")
        self.tell(one, at, "released", code="doubt_resend")
        super().attempt(replace(one, n=2), at + timedelta(minutes=5))

    def is_over_cap(self, who, at):
        return super().is_over_cap(who, at) or (who == "reader" and NOON < at < NOON + timedelta(days=6))


class FallsBack(Dispatcher):
    """The provider refuses the number at once; the same contact goes by mail."""

    def attempt(self, one, at):
        if (one.who, one.stage) != ("texted", "s3"):
            super().attempt(one, at)
            return
        self.claim(one, at)
        self.tell(one, at, "rejected", code="refused")
        super().attempt(replace(one, channel="email", n=2), at + timedelta(minutes=5))


class TakesTheNextChannel(Dispatcher):
    """Nobody confirms Monday's text; an hour later the same contact goes by mail."""

    def attempt(self, one, at):
        super().attempt(one, at)
        if (one.who, one.stage) == ("texted", "s3"):
            later = at + timedelta(hours=1)
            self.tell(one, later, "undelivered", code="no_receipt")
            super().attempt(replace(one, channel="email", n=2), later)

    def is_over_cap(self, who, at):
        return (who == "texted" and at < NOON + timedelta(days=6)) or super().is_over_cap(who, at)


class HearsAgainLongAfter(Dispatcher):
    """A crash repeats an event that is no longer known by its id; as a statement it is old."""

    def record(self, raw, read, event_type, at):
        super().record(raw, read, event_type, at)
        if event_type == "invoice.due":
            cause = CauseRecord(raw.topic, 0, raw.offset, read.source, read.id)
            self.say(read.customer_id, at, "fact", "recorded", rule=event_type, code="outdated", cause=cause)


class GivesBack(Dispatcher):
    """Twice an attempt is given back before its first byte: neither counts against the cap."""

    def attempt(self, one, at):
        for unsent in (1, 2):
            self.claim(replace(one, n=unsent), at)
            self.tell(replace(one, n=unsent), at, "released", code="lease_expired")
        super().attempt(replace(one, n=3), at)


class HearsLate(Dispatcher):
    """The provider's word comes after the message was sent again, and is flagged."""

    def finish(self, at):
        one = attempt("reader", "email", "s1")
        self.tell(one, at, "released", code="doubt_resend")
        self.tell(one, at, "accepted", code="late_answer")


class StillWaits(Dispatcher):
    """A claim of this minute has no answer yet."""

    def finish(self, at):
        self.claim(attempt("reader", "email", "s4"), at + timedelta(days=2))


class IsWithdrawnInTime(Dispatcher):
    """Claimed before the payment was applied, and dropped before its first byte."""

    def hear(self, raw, at):
        if raw.topic == "billing.settled":
            one, late = attempt("payer", "sms", "s2"), at + timedelta(days=1)
            self.claim(one, late)
            self.tell(one, late, "released", code="withdrawn")
        super().hear(raw, at)


@pytest.mark.parametrize(
    "honest",
    [
        SendsAgainAfterADoubt,
        FallsBack,
        TakesTheNextChannel,
        HearsAgainLongAfter,
        GivesBack,
        HearsLate,
        IsWithdrawnInTime,
    ],
)
def test_it_is_no_violation(honest):
    assert violated(judged(live(honest()))) == {}


def test_what_is_sent_again_after_a_doubt_is_counted():
    assert judged(live(SendsAgainAfterADoubt())).looked.sent_again == 1


def test_what_is_still_under_way_is_not_judged():
    report = judged(live(StillWaits()), settled=MONDAY + timedelta(days=9))

    assert (violated(report), report.looked.open) == ({}, 1)


def test_an_event_of_this_minute_is_not_lost():
    dispatcher = Dispatcher()
    world = live(dispatcher)
    world.publish("feedback.given", "texted", MONDAY + timedelta(days=9), score=1)

    assert violated(judged(world, settled=MONDAY + timedelta(days=8))) == {}


def test_what_nobody_has_read_for_long_stands_still():
    world = live(Dispatcher())
    world.publish("feedback.given", "texted", MONDAY + timedelta(days=9), score=1)

    assert violated(judged(world, taken={("customers.feedback", 0): 6})) == {"I10": 1}


def test_what_was_read_and_is_not_told_of_is_lost():
    world = live(Dispatcher())
    world.publish("feedback.given", "texted", MONDAY + timedelta(days=9), score=1)

    assert violated(judged(world, taken={("customers.feedback", 0): 7})) == {"I1": 1}


def test_events_that_retention_removed_are_named():
    report = judged(live(Dispatcher()), starts={"billing.due": 3})

    assert (violated(report), report.cannot_judge) == (
        {},
        ("I2, I4 to I7 of some customers: retention removed billing.due[0] up to offset 2",),
    )


def test_a_policy_whose_text_is_missing_is_named():
    report = judged(live(Dispatcher()), policies=())

    assert [f"policy {hash_of(POLICY)} is not at hand" in each for each in report.cannot_judge] == [True]


def test_a_rule_that_the_checker_does_not_read_is_named():
    report = judged(live(Dispatcher()), policies=(f"promise_maximum = 3\n{POLICY}", POLICY))

    assert [each.partition(": ")[2] for each in report.not_judged[:1]] == ["promise_maximum"]


def test_what_happened_before_the_given_instant_is_left_out():
    class SentEarlyOnMonday(Dispatcher):
        def is_day(self, at):
            return at.hour < 20

    assert violated(judged(live(SentEarlyOnMonday()), since=MONDAY + timedelta(days=1))) == {}


def test_the_report_is_the_documented_json():
    told = msgspec.json.decode(msgspec.json.encode(judged(live(StillWaits()))))

    assert told["violations"]["I1"] == 1
    assert told["rows"][0].keys() == {"invariant", "customer_id", "coordinates", "says"}


def test_coordinates_lead_to_the_record():
    world = live(StillWaits())
    [row] = judged(world).rows

    assert row.coordinates == f"reminders.journal[0]@{len(world.topics['reminders.journal']) - 1}"


def test_two_customers_may_share_a_number():
    class SharesANumber(Dispatcher):
        def send(self, one, at):
            super().send(one, at)
            for each in self.world.sms:
                each["to"] = number("texted")

    dispatcher = SharesANumber()
    publish = dispatcher.world.publish

    def with_one_number(event_type, who, at, **data):
        if event_type == "customer.updated":
            data["phones"] = [{"number": number("texted"), "kind": "mobile"}]
        if event_type == "consent.changed":
            data["contact_point"] = number("texted")
        return publish(event_type, who, at, **data)

    dispatcher.world.publish = with_one_number

    assert violated(judged(live(dispatcher))) == {}
