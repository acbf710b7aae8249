"""The billing system of the invented world: it states bills, says what is overdue, and tells what was paid."""

import math
from functools import partial

from dispatcher.sim.agenda import Agenda
from dispatcher.sim.bills import Bill, bills_of
from dispatcher.sim.dice import Dice
from dispatcher.sim.people import Person
from dispatcher.sim.publisher import DAY, HOUR, MINUTE, Publisher
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import Day, Millis, SettledReason

_RUN_AGAIN_DAYS = 30
EPOCH_DAY: Day = 719_163
"""1970-01-01."""


class Billing:
    """The bills of one customer."""

    def __init__(self, person: Person, dice: Dice, agenda: Agenda, publisher: Publisher, start: Millis) -> None:
        self._person = person
        self._dice = dice
        self._agenda = agenda
        self._publisher = publisher
        self._start = start
        self.bills: dict[str, Bill] = {}

    def open(self, days: int) -> None:
        """Puts the bills of the span on the agenda."""
        first = self._start // DAY + EPOCH_DAY
        for bill in bills_of(self._person, self._dice, first, days, EPOCH_DAY):
            self.bills[bill.invoice_id] = bill
            name = bill.invoice_id
            midnight = (bill.due_on - EPOCH_DAY) * DAY
            issued = midnight - self._dice.among(f"{name}/issued", 8, 21) * DAY + self._time_of_day(f"{name}/at")
            self._agenda.add(
                max(issued, self._start + self._dice.among(f"{name}/first", 0, 3) * HOUR), partial(self._bill, bill)
            )
            early = self._dice(f"{name}/early run") < 0.05  # noqa: PLR2004  before the day has ended in the west
            self._agenda.add(
                max(midnight + DAY + (2 if early else 12) * HOUR, self._start + 5 * HOUR), partial(self._run, bill)
            )
            if bill.pays_at is not None:
                self._agenda.add(max(bill.pays_at, self._start + 6 * HOUR), partial(self._pay_all, bill))
            self._surprise(bill, midnight)

    def _surprise(self, bill: Bill, midnight: Millis) -> None:
        """What billing does to few bills: another due date, a cancellation, a payment that comes back."""
        fate = self._dice.among(f"{bill.invoice_id}/surprise", 0, 999)
        if fate < 25:  # noqa: PLR2004
            self._agenda.add(max(midnight + (fate - 6) * DAY, self._start + 7 * HOUR), partial(self._extend, bill))
        elif fate < 40:  # noqa: PLR2004
            self._agenda.add(max(midnight + fate * DAY, self._start + 7 * HOUR), partial(self._cancel, bill))
        elif fate < 50:  # noqa: PLR2004
            self._agenda.add(midnight + 20 * DAY, partial(self._reopen, bill))

    def publish_all(self, at: Millis) -> None:
        """The nightly export: every open bill is stated once more, under new ids."""
        for bill in self.bills.values():
            if bill.remaining and at >= (bill.due_on - EPOCH_DAY) * DAY - 8 * DAY:
                self._state(bill, at, overdue=at > (bill.due_on + 1 - EPOCH_DAY) * DAY + 12 * HOUR)

    def pay(self, bill: Bill, at: Millis, part: float = 1.0, reason: SettledReason = "payment") -> None:
        """The customer pays a part of what remains, or billing takes it off."""
        paid = min(bill.remaining, math.ceil(bill.remaining * part))
        if paid == 0:
            return
        bill.remaining -= paid
        if bill.overdue and reason == "payment":
            bill.recovered = min(bill.overdue, bill.recovered + paid)
        name = f"{bill.invoice_id}/settled/{at}"
        told_at = at + self._dice.among(name, 5, 600) * MINUTE
        settled = InvoiceSettled(bill.invoice_id, bill.remaining, bill.currency, reason, at)
        self._agenda.add(told_at, partial(self._publisher.state, name=name, fact=settled))

    def _bill(self, bill: Bill, at: Millis) -> None:
        self._state(bill, at, overdue=False)

    def _run(self, bill: Bill, at: Millis) -> None:
        """Billing's run on the day after the due date, and every month after it."""
        if bill.remaining == 0 or bill.kind == "credit_note":
            return
        if at < (bill.due_on + 1 - EPOCH_DAY) * DAY:  # the due date was put off meanwhile
            self._agenda.add((bill.due_on + 1 - EPOCH_DAY) * DAY + 12 * HOUR, partial(self._run, bill))
            return
        bill.overdue = bill.overdue or bill.remaining
        self._state(bill, at, overdue=True)
        self._agenda.add(at + _RUN_AGAIN_DAYS * DAY, partial(self._run, bill))

    def _pay_all(self, bill: Bill, at: Millis) -> None:
        self.pay(bill, at)

    def _extend(self, bill: Bill, at: Millis) -> None:
        if bill.remaining:
            bill.due_on += 10
            self._state(bill, at, overdue=False)
            self._agenda.add((bill.due_on + 1 - EPOCH_DAY) * DAY + 12 * HOUR, partial(self._run, bill))

    def _cancel(self, bill: Bill, at: Millis) -> None:
        self.pay(bill, at, 1.0, "cancelled" if self._dice(f"{bill.invoice_id}/why") < 0.5 else "written_off")  # noqa: PLR2004

    def _reopen(self, bill: Bill, at: Millis) -> None:
        """A direct debit comes back: the bill is open again."""
        if bill.remaining == 0 and bill.kind == "invoice":
            bill.remaining = 2_500
            self._state(bill, at, overdue=True)

    def _state(self, bill: Bill, at: Millis, *, overdue: bool) -> None:
        name = f"{bill.invoice_id}/{'overdue' if overdue else 'due'}/{at}"
        fact = InvoiceStated(
            bill.invoice_id, bill.due_on, bill.remaining, bill.currency, overdue, bill.creditor_id, bill.kind
        )
        self._publisher.state(at, name, fact)

    def _time_of_day(self, what: str) -> Millis:
        return self._dice.among(what, 0, 24 * 60 - 1) * MINUTE
