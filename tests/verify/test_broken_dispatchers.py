"""Every way in which a dispatcher can be wrong is found, by its name; the honest one is clean."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from schemas.inbox import Arrival, AttemptAccepted, Cause
from schemas.inbox import encode as encode_arrival
from schemas.values import to_millis
from tests.verify.town import (
    MONDAY,
    Dispatcher,
    address,
    attempt,
    judged,
    kept,
    live,
    number,
    violated,
)

NOON = MONDAY + timedelta(hours=12)


class DropsAnEvent(Dispatcher):
    def record(self, raw, read, event_type, at):
        if event_type != "feedback.given":
            super().record(raw, read, event_type, at)


class DropsBadInput(Dispatcher):
    def reject(self, raw, at):
        pass


class LosesAnOutcome(Dispatcher):
    def tell(self, one, at, result, code="due"):
        if (one.who, one.stage) != ("texted", "s2"):
            super().tell(one, at, result, code)


class NeverSendsWhatWasAccepted(Dispatcher):
    def send(self, one, at):
        if one.who != "reader":
            super().send(one, at)


class ForgetsWhatItPlanned(Dispatcher):
    def finish(self, at):
        self.say("texted", MONDAY, "decision", "planned", stage="s4", planned_for=MONDAY + timedelta(days=1))


class SendsWithoutClaim(Dispatcher):
    def claim(self, one, at, **more):
        if (one.who, one.stage) != ("reader", "s2"):
            super().claim(one, at, **more)


class TellsOfASendWithoutClaim(Dispatcher):
    def finish(self, at):
        self.tell(attempt("reader", "email", "s9"), at, "undelivered")


class SendsToAStranger(Dispatcher):
    def finish(self, at):
        self.world.sms.append({"at": to_millis(at), "to": "+447700900099"})


class SendsToAnotherAddress(Dispatcher):
    def send(self, one, at):
        super().send(one, at)
        if one.who == "reader":
            self.world.email[-1]["to"] = address("somebody")


class SendsWhatItSaysItDidNot(Dispatcher):
    def tell(self, one, at, result, code="due"):
        super().tell(one, at, "released" if one.who == "reader" else result, code)


class ContactsTwiceForOneThing(Dispatcher):
    def finish(self, at):
        again = "ct-" + sha256(b"again").hexdigest()[:20]
        self.attempt(replace(attempt("reader", "email", "s1"), contact_id=again), at + timedelta(days=10))


class ContactsAboutNothing(Dispatcher):
    def claim(self, one, at, **more):
        more = {"invoice_ids": ("I-unheard-of",)} if (one.who, one.stage) == ("reader", "s3") else more
        super().claim(one, at, **more)


class ClaimsTwice(Dispatcher):
    def claim(self, one, at, **more):
        super().claim(one, at, **more)
        if (one.who, one.stage) == ("reader", "s3"):
            self.tell(one, at, "accepted")
            super().claim(one, at + timedelta(days=1), **more)


class TriesAgainWhileTheFirstMayStillGoOut(Dispatcher):
    def attempt(self, one, at):
        if (one.who, one.stage) == ("reader", "s3"):
            self.claim(one, at)
            self.claim(replace(one, n=2), at)
            self.tell(one, at, "undelivered")
            self.tell(replace(one, n=2), at, "undelivered")
        else:
            super().attempt(one, at)


class TriesAgainAfterADelivery(Dispatcher):
    def attempt(self, one, at):
        super().attempt(one, at)
        if (one.who, one.stage) == ("reader", "s3"):
            self.tell(one, at, "delivered")
            self.claim(replace(one, channel="sms", n=2), at)
            self.tell(replace(one, n=2), at, "undelivered")


class SendsTwice(Dispatcher):
    who = "reader"

    def send(self, one, at):
        super().send(one, at)
        if one.who == self.who:
            super().send(one, at + timedelta(hours=1))


class TextsTwice(SendsTwice):
    who = "texted"


class SendsEarly(Dispatcher):
    def is_day(self, at):
        return at.hour < 20


class SendsLate(Dispatcher):
    def is_day(self, at):
        return at.hour == 23


class WakesUpAtNight(Dispatcher):
    """Claimed by day, sent after a long sleep: the journal alone shows nothing."""

    def send(self, one, at):
        late = one.who == "reader" and at < NOON
        super().send(one, at + timedelta(hours=13) if late else at)


class SendsOverTheCap(Dispatcher):
    def is_over_cap(self, who, at):
        return False


class SendsTooSoon(Dispatcher):
    def is_too_soon(self, who, at):
        return False


class ForgetsAStop(Dispatcher):
    who = ""

    def is_stopped(self, who):
        return who != self.who and super().is_stopped(who)


class SendsAfterPayment(ForgetsAStop):
    who = "payer"


class SendsDespiteAHold(ForgetsAStop):
    who = "held"


class SendsDespiteAPromise(ForgetsAStop):
    who = "promiser"


class SendsDespiteAPlan(ForgetsAStop):
    who = "planner"


class SendsAfterAnOptOut(ForgetsAStop):
    who = "objector"


class SendsAfterErasure(ForgetsAStop):
    who = "forgotten"


class SendsByABlockedChannel(ForgetsAStop):
    who = "blocker"


class IsBehindWithPayments(Dispatcher):
    """It sends while its input is behind: the payment was published on Monday and is applied on Thursday."""

    def __init__(self):
        super().__init__()
        self.later = []

    def hear(self, raw, at):
        if raw.topic == "billing.settled":
            self.later.append(raw)
        else:
            super().hear(raw, at)

    def finish(self, at):
        for raw in self.later:
            super().hear(raw, at)


class SendsWhatWasPaidMeanwhile(Dispatcher):
    """Claimed before the payment, sent an hour after it."""

    def send(self, one, at):
        super().send(one, at + timedelta(hours=2) if one.who == "payer" else at)


class SkipsANumber(Dispatcher):
    def next_number(self, who):
        number = super().next_number(who)
        return number + 1 if (who, number) == ("reader", 4) else number


class RepeatsANumber(Dispatcher):
    def next_number(self, who):
        number = super().next_number(who)
        return number - 1 if (who, number, len(self.made.get(who, []))) == ("reader", 5, 2) else number


class AppliesTwice(Dispatcher):
    def record(self, raw, read, event_type, at):
        super().record(raw, read, event_type, at)
        if event_type == "feedback.given":
            super().record(raw, read, event_type, at)


class InventsAFact(Dispatcher):
    def record(self, raw, read, event_type, at):
        super().record(raw, read, event_type, at)
        if event_type == "feedback.given":
            super().record(replace(raw, topic="billing.due", offset=2), read, event_type, at)


class GoesBack(Dispatcher):
    def finish(self, at):
        self.tell(attempt("reader", "email", "s1"), at, "delivered")
        self.tell(attempt("reader", "email", "s1"), at, "accepted")


class LosesTheEndOfTheJournal(Dispatcher):
    def kept_number(self, who, number):
        return number + 1 if who == "reader" else number


class DoesNotKeepWhatItTells(Dispatcher):
    def kept_number(self, who, number):
        return number - 1 if who == "reader" else number


class ForgetsACustomer(Dispatcher):
    def keep(self, at):
        del self.sequence["reader"]
        super().keep(at)


class KeepsAnAttemptOpen(Dispatcher):
    """It told that the message was accepted, and is still in doubt about it: it would ask, or send it again."""

    def finish(self, at):
        one = attempt("reader", "email", "s1")
        self.open["reader"][one.ids["attempt_id"]] = kept(one, "in_doubt")


class ForgetsADoubt(Dispatcher):
    """It told of a doubt and keeps none: nobody asks, and nobody resolves it."""

    def tell(self, one, at, result, code="due"):
        super().tell(one, at, "in_doubt" if (one.who, one.stage) == ("reader", "s3") else result, code)

    def keep(self, at):
        self.open.pop("reader")
        super().keep(at)


class KeepsWhatItNeverClaimed(Dispatcher):
    def finish(self, at):
        one = attempt("reader", "email", "s9")
        self.open["reader"][one.ids["attempt_id"]] = kept(one, "claimed")


class HandsNothingOver(Dispatcher):
    def write_task(self, one, at):
        if one.who != "texted":
            super().write_task(one, at)

    def finish(self, at):
        self.hand_over(attempt("reader", "call_task", "s5"), at + timedelta(days=10))


class HandsOverTwice(Dispatcher):
    def write_task(self, one, at):
        super().write_task(one, at)
        super().write_task(one, at)


class HandsOverWhatNobodyDecided(Dispatcher):
    def finish(self, at):
        self.write_task(attempt("reader", "call_task", "s9"), at)


class LeavesAnOutcomeUnread(Dispatcher):
    """A sender told what became of a message; the lane stands still before it."""

    def finish(self, at):
        cause = Cause("", -1, -1, "dispatcher/sender", "late")
        said = Arrival(to_millis(at) * 1000, cause, AttemptAccepted("ct-1.1", "p", "r"))
        self.world.append("reminders.inbox", at, encode_arrival(said), key=b"reader")


class LeavesAnEventUnread(Dispatcher):
    def record(self, raw, read, event_type, at):
        if event_type != "feedback.given":
            super().record(raw, read, event_type, at)
            return
        said = Arrival(read.at, Cause(raw.topic, 0, raw.offset, read.source, read.id), read.fact, raw.appended)
        self.world.append("reminders.inbox", at, encode_arrival(said), key=read.customer_id.encode())


class TellsTheNumber(Dispatcher):
    def finish(self, at):
        self.say("texted", at, "fact", "recorded", rule=f"asked {number('texted')}")


BROKEN = (
    (DropsAnEvent, {"I1"}),
    (DropsBadInput, {"I1"}),
    (LosesAnOutcome, {"I1"}),
    (NeverSendsWhatWasAccepted, {"I1"}),
    (ForgetsWhatItPlanned, {"I1"}),
    (SendsWithoutClaim, {"I2"}),
    (TellsOfASendWithoutClaim, {"I2"}),
    (SendsToAStranger, {"I2"}),
    (SendsToAnotherAddress, {"I2"}),
    (SendsWhatItSaysItDidNot, {"I2"}),
    (ContactsTwiceForOneThing, {"I2"}),
    (ContactsAboutNothing, {"I2"}),
    (ClaimsTwice, {"I1", "I3"}),
    (TriesAgainWhileTheFirstMayStillGoOut, {"I3", "I5"}),
    (TriesAgainAfterADelivery, {"I3", "I5"}),
    (SendsTwice, {"I3"}),
    (TextsTwice, {"I3"}),
    (SendsEarly, {"I4"}),
    (SendsLate, {"I4"}),
    (WakesUpAtNight, {"I4"}),
    (SendsOverTheCap, {"I5"}),
    (SendsTooSoon, {"I5"}),
    (SendsAfterPayment, {"I6"}),
    (SendsDespiteAHold, {"I6"}),
    (SendsDespiteAPromise, {"I6"}),
    (SendsDespiteAPlan, {"I6"}),
    (IsBehindWithPayments, {"I6"}),
    (SendsWhatWasPaidMeanwhile, {"I6"}),
    (SendsAfterAnOptOut, {"I7"}),
    (SendsAfterErasure, {"I7"}),
    (SendsByABlockedChannel, {"I7"}),
    (SkipsANumber, {"I8"}),
    (RepeatsANumber, {"I8"}),
    (AppliesTwice, {"I8"}),
    (InventsAFact, {"I8"}),
    (GoesBack, {"I9"}),
    (LosesTheEndOfTheJournal, {"I8"}),
    (DoesNotKeepWhatItTells, {"I8"}),
    (ForgetsACustomer, {"I8"}),
    (LeavesAnOutcomeUnread, {"I10"}),
    (LeavesAnEventUnread, {"I1", "I10"}),
    (KeepsAnAttemptOpen, {"I11"}),
    (ForgetsADoubt, {"I11"}),
    (KeepsWhatItNeverClaimed, {"I11"}),
    (HandsNothingOver, {"I11"}),
    (HandsOverTwice, {"I11"}),
    (HandsOverWhatNobodyDecided, {"I11"}),
    (TellsTheNumber, {"I12"}),
)


def test_an_honest_dispatcher_is_clean():
    report = judged(live(Dispatcher()))

    assert (violated(report), report.rows, report.cannot_judge) == ({}, (), ())


@pytest.mark.parametrize(("broken", "invariants"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_a_broken_one_is_caught(broken, invariants: set[str]):
    assert violated(judged(live(broken()))).keys() == invariants


@pytest.mark.parametrize("broken", [SendsAfterPayment, SendsEarly, SendsOverTheCap, IsBehindWithPayments])
def test_the_journal_alone_shows_what_was_claimed_against_a_rule(broken):
    assert violated(judged(live(broken()), providers=False))


@pytest.mark.parametrize(("broken", "invariants"), BROKEN, ids=[broken.__name__ for broken, _ in BROKEN])
def test_what_is_said_names_nobody(broken, invariants: set[str]):
    said = str(judged(live(broken())).rows)

    assert "+44" not in said
    assert "@example.com" not in said
