"""What a contact moves a customer to: pay, pay a part, promise, ask for instalments, dispute, object, or nothing."""

from collections.abc import Iterable
from functools import partial

from dispatcher.sim.agenda import Agenda
from dispatcher.sim.billing import EPOCH_DAY, Billing
from dispatcher.sim.bills import Bill
from dispatcher.sim.dice import Dice
from dispatcher.sim.people import Habit, Person
from dispatcher.sim.publisher import DAY, HOUR, Publisher
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    InstalmentDue,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
)
from schemas.values import Channel, Millis

_LIKELY: dict[Habit, tuple[tuple[str, float], ...]] = {
    "prompt": (("pay", 0.6), ("reply", 0.65)),
    "forgetful": (("pay", 0.34), ("promise", 0.38), ("part", 0.4)),
    "short": (("pay", 0.06), ("part", 0.16), ("promise", 0.32), ("plan", 0.38), ("reply", 0.42)),
    "refusing": (("pay", 0.05), ("dispute", 0.12), ("object", 0.16), ("promise", 0.2)),
}


class Reactions:
    """One customer's answers. They depend on how often a bill was brought up, not on which policy did it."""

    def __init__(self, person: Person, dice: Dice, agenda: Agenda, publisher: Publisher, billing: Billing) -> None:
        self._person = person
        self._dice = dice
        self._agenda = agenda
        self._publisher = publisher
        self._billing = billing

    def hears(self, at: Millis, channel: Channel, point: str, invoice_ids: Iterable[str]) -> None:
        """A message was read, or a call was answered."""
        for invoice_id in invoice_ids:
            bill = self._billing.bills.get(invoice_id)
            if bill is not None and bill.kind == "invoice":
                bill.reminders += 1
                if bill.remaining:
                    self._react(at, bill, channel, point)
        if self._dice(f"feedback/{at}") < 0.01:  # noqa: PLR2004
            self._state(at + HOUR, "feedback", FeedbackGiven(self._dice.among(f"score/{at}", 1, 5), channel))

    def _react(self, at: Millis, bill: Bill, channel: Channel, point: str) -> None:
        key = f"{bill.invoice_id}/{bill.reminders}"
        thrown = self._dice(key)
        what = next((name for name, below in _LIKELY[self._person.habit] if thrown < below), "nothing")
        soon = at + self._dice.among(f"{key}/soon", 10, 3 * 24 * 60) * 60_000
        match what:
            case "pay":
                self._agenda.add(soon, partial(self._billing.pay, bill))
            case "part":
                self._agenda.add(soon, lambda then: self._billing.pay(bill, then, 0.4))
            case "promise":
                self._promise(at, bill, key)
            case "plan":
                self._ask_for_instalments(at, bill, key)
            case "dispute":
                until = soon + 30 * DAY if thrown * 1000 % 2 < 1 else None
                hold = HoldPlaced(f"D-{key}", "invoice", "dispute", bill.invoice_id, until)
                self._state(at + 2 * HOUR, "dispute", hold)
            case "object":
                self._state(at + HOUR, "objection", ConsentChanged(point, channel, allowed=False, source="reply"))
            case "reply":
                reply = ContactReported(channel, "inbound", at + HOUR, "desk", "replied", "right_party")
                self._state(at + 2 * HOUR, "reply", reply)
            case _:
                pass

    def _promise(self, at: Millis, bill: Bill, key: str) -> None:
        """Kept on its day, kept in part, broken, or taken back."""
        in_days = self._dice.among(f"{key}/promised", 2, 12)
        promised_on = at // DAY + EPOCH_DAY + in_days
        name = f"P-{key}"
        promise = PromiseMade(name, (bill.invoice_id,), bill.remaining, bill.currency, promised_on)
        self._state(at + HOUR, "promise", promise)
        fate = self._dice(f"{key}/kept")
        paid_at = at + in_days * DAY - 2 * HOUR
        if fate < 0.5:  # noqa: PLR2004
            self._agenda.add(paid_at, partial(self._billing.pay, bill))
        elif fate < 0.65:  # noqa: PLR2004
            self._agenda.add(paid_at, lambda then: self._billing.pay(bill, then, 0.5))
        elif fate < 0.7:  # noqa: PLR2004
            self._state(at + DAY, "promise cancelled", PromiseCancelled(name))

    def _ask_for_instalments(self, at: Millis, bill: Bill, key: str) -> None:
        """Three instalments; half of the customers pay them all, the others' plan is cancelled at the first one missed."""
        first = at // DAY + EPOCH_DAY + 10
        part = -(-bill.remaining // 3)
        last = bill.remaining - 2 * part
        instalments = tuple(
            InstalmentDue(first + 30 * number, amount) for number, amount in enumerate((part, part, last)) if amount > 0
        )
        name = f"PL-{key}"
        self._state(at + HOUR, "plan", PlanAgreed(name, (bill.invoice_id,), bill.currency, instalments))
        kept = 3 if self._dice(f"{key}/plan kept") < 0.5 else self._dice.among(f"{key}/paid", 0, 2)  # noqa: PLR2004
        for number in range(kept):
            paid_at = at + (8 + 30 * number) * DAY
            self._agenda.add(paid_at, lambda then, left=3 - number: self._billing.pay(bill, then, 1 / left))  # type: ignore[misc]
        if kept < 3:  # noqa: PLR2004
            self._state(at + (15 + 30 * kept) * DAY, "plan cancelled", PlanCancelled(name))

    def _state(self, at: Millis, name: str, fact: Fact) -> None:
        named = f"{self._person.customer_id}/{name}/{at}"
        self._agenda.add(at, partial(self._publisher.state, name=named, fact=fact))
