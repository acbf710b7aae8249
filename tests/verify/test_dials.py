"""Calls that were permitted: the checker holds each against hours, limits and stops, and counts them."""

from datetime import datetime, timedelta

import pytest

from schemas.journal import JournalRecord, Reason, encode
from tests.verify.town import MONDAY, POLICY, Attempt, Dispatcher, attempt, judged, live, number, violated

CALLS = (
    POLICY
    + """
[windows.call_task]
weekday = ["09:00-18:00"]
saturday = []
sunday = ["09:00-18:00"]
holiday = []
"""
)
WHO = "texted"
DAY = MONDAY + timedelta(days=21)
"""A Monday, a day after the town's own task was handed over."""

MORNING, NOON, NIGHT = (DAY + timedelta(hours=hour) for hour in (10, 12, 22))


class Caller(Dispatcher):
    """Hands a task over in the morning; what comes after that differs."""

    def __init__(self) -> None:
        super().__init__(CALLS)
        self.task = attempt(WHO, "call_task", "s6")

    def finish(self, at: datetime) -> None:
        self.hand_over(self.task, MORNING)
        self.day()

    def day(self) -> None:
        """An honest one: the task is dialled at noon, and reported."""
        self.dials(NOON)
        self.tell(self.task, NOON, "delivered", code="reported")

    def dials(self, at: datetime, fence: int = 1, result: str = "permitted", one: Attempt | None = None) -> None:
        number_ = self.sequence[WHO] = self.next_number(WHO)
        kind = "attempt" if result == "permitted" else "fact"
        reasons = (Reason("free_to_dial", "task.dialled", {"by": "anna", "fence": fence}),)
        ids = (one or self.task).ids
        said = JournalRecord(f"{WHO}.{number_}", at, kind, WHO, (f"I-{WHO}",), result, reasons, self.hash, **ids)
        self.world.append("reminders.journal", at, encode(said))


def found(caller: Caller) -> dict[str, int]:
    return violated(judged(live(caller), policies=(CALLS,), settled=MONDAY + timedelta(days=40), providers=False))


def test_an_honest_call_is_no_violation():
    assert found(Caller()) == {}


class Refuses(Caller):
    def day(self) -> None:
        self.dials(NIGHT, result="refused")
        self.dials(NOON + timedelta(days=1))


def test_a_refused_question_is_no_call():
    assert found(Refuses()) == {}


class AtNight(Caller):
    def day(self) -> None:
        self.dials(NIGHT)


class Twice(Caller):
    def day(self) -> None:
        self.dials(NOON)
        self.dials(NOON + timedelta(minutes=1), fence=2)


class ForSomebodyWhoLostIt(Caller):
    def day(self) -> None:
        self.dials(MORNING, fence=5, result="refused")
        self.dials(NOON, fence=2)


class AfterItsEnd(Caller):
    def day(self) -> None:
        self.tell(self.task, MORNING, "cancelled", code="paid")
        self.dials(NOON)


class NobodysTask(Caller):
    def day(self) -> None:
        self.dials(NOON, one=attempt(WHO, "call_task", "s9"))


class AfterAPayment(Caller):
    def day(self) -> None:
        rest = {"amount_due": 0, "currency": "GBP", "reason": "payment", "settled_at": MORNING.isoformat()}
        self.hear(self.world.publish("invoice.settled", WHO, MORNING, invoice_id=f"I-{WHO}", **rest), MORNING)
        self.dials(NOON)


class AfterAnObjection(Caller):
    def day(self) -> None:
        no = {"channel": "call_task", "allowed": False, "source": "call"}
        self.hear(self.world.publish("consent.changed", WHO, MORNING, contact_point=number(WHO), **no), MORNING)
        self.dials(NOON)


class DuringAHold(Caller):
    def day(self) -> None:
        hold = self.world.publish("hold.placed", WHO, MORNING, hold_id="H", scope="customer", kind="dispute")
        self.hear(hold, MORNING)
        self.dials(NOON)


class TooSoon(Caller):
    def day(self) -> None:
        self.dials(NOON, one=self.task)

    def finish(self, at: datetime) -> None:
        self.hand_over(self.task, MORNING - timedelta(days=5))
        self.attempt(attempt(WHO, "sms", "s7"), MORNING)
        self.day()


class TooSoonAfterACall(Caller):
    def finish(self, at: datetime) -> None:
        self.hand_over(self.task, MORNING - timedelta(days=5))
        self.dials(MORNING)
        self.attempt(attempt(WHO, "sms", "s7"), NOON)


WRONG = {
    AtNight: "I4",
    Twice: "I3",
    ForSomebodyWhoLostIt: "I3",
    AfterItsEnd: "I2",
    NobodysTask: "I2",
    AfterAPayment: "I6",
    AfterAnObjection: "I7",
    DuringAHold: "I6",
    TooSoon: "I5",
    TooSoonAfterACall: "I5",
}


@pytest.mark.parametrize("caller", WRONG, ids=lambda caller: caller.__name__)
def test_a_call_that_should_not_have_been_permitted_is_found(caller: type[Caller]):
    assert set(found(caller())) == {WRONG[caller]}
