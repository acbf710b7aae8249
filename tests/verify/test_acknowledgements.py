"""A thank-you is no reminder: the checker lets it pass after a payment or a plan, where the policy asks for it, and once."""

from datetime import timedelta

import pytest

from tests.verify.town import MONDAY, POLICY, Dispatcher, attempt, judged, live, violated

ASKED = POLICY + '\n[acknowledgements]\nof = ["full_payment", "plan"]\nchannels = ["sms"]\nresponsible = "desk"\n'
WEDNESDAY = MONDAY + timedelta(days=2, hours=11)


class Thanks(Dispatcher):
    """Says thank you to these, in these stages, one after the other."""

    whom = (("payer", "acknowledgement"),)

    def finish(self, at):
        for index, (who, stage) in enumerate(self.whom):
            when = WEDNESDAY + timedelta(days=index)
            self.attempt(attempt(who, "sms", stage), when)


class ThanksForAPlan(Thanks):
    whom = (("planner", "plan_agreed"),)


class ThanksForNothing(Thanks):
    whom = (("promiser", "acknowledgement"),)


class ThanksForNoPlan(Thanks):
    whom = (("payer", "plan_agreed"),)


class ThanksTheHeld(Thanks):
    whom = (("held", "acknowledgement"),)


class ThanksAtNight(Thanks):
    def finish(self, at):
        self.attempt(attempt("payer", "sms", "acknowledgement"), WEDNESDAY + timedelta(hours=11))


class ThanksTwice(Thanks):
    def finish(self, at):
        for index, name in enumerate(("acknowledgement", "once more")):
            one = attempt("payer", "sms", name)
            said = {**one.ids, "stage": "acknowledgement"}
            when = WEDNESDAY + timedelta(days=7 * index)
            self.say("payer", when, "decision", "claimed", code="due", rule="acknowledgements", **said)
            self.send(one, when)
            self.tell(one, when, "accepted")


class PutsAThankYouOff(Thanks):
    """And never says it: the customer's data was erased meanwhile."""

    def finish(self, at):
        self.say("payer", MONDAY, "decision", "deferred", stage="acknowledgement", next_at=MONDAY + timedelta(days=1))


@pytest.mark.parametrize("honest", [Thanks, ThanksForAPlan, PutsAThankYouOff])
def test_it_is_no_violation(honest):
    assert violated(judged(live(honest(ASKED)), policies=(ASKED,))) == {}


@pytest.mark.parametrize(
    ("broken", "found"),
    [
        (ThanksForNothing, {"I2": 1}),
        (ThanksForNoPlan, {"I2": 1, "I6": 1}),
        (ThanksTwice, {"I2": 1}),
        (ThanksAtNight, {"I4": 2}),
    ],
)
def test_a_thank_you_that_should_not_be_is_found(broken, found):
    assert violated(judged(live(broken(ASKED)), policies=(ASKED,))) == found


def test_a_hold_stops_a_thank_you():
    assert violated(judged(live(ThanksTheHeld(ASKED)), policies=(ASKED,))) == {"I2": 1, "I6": 1}


@pytest.mark.parametrize("policy", [POLICY, ASKED.replace('"full_payment", ', '"partial_payment", ')])
def test_a_thank_you_that_the_policy_does_not_ask_for_is_found(policy):
    assert violated(judged(live(Thanks(policy)), policies=(policy,))) == {"I2": 1}
