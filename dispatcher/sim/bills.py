"""Invented bills: how many, how large, due when, and when they would be paid if nobody ever reminded of them."""

from dataclasses import dataclass
from typing import Final

from dispatcher.sim.dice import Dice
from dispatcher.sim.people import Habit, Person
from dispatcher.sim.publisher import DAY, HOUR
from schemas.values import Day, InvoiceKind, Millis

_MONTH: Final = 30
_CREDITORS: Final = (None, None, "acme", "northwind")
_IN_HUNDREDS: Final = frozenset({"KRW", "CLP", "JPY"})


@dataclass(slots=True)
class Bill:
    """A bill as the world knows it, amounts in minor units.

    `overdue` is what was open when the due date had passed, `recovered` what was paid of it since, `reminders` how many
    contacts about it reached the customer. `pays_at`: when it would be paid without any; None: never.
    """

    invoice_id: str
    creditor_id: str | None
    kind: InvoiceKind
    currency: str
    due_on: Day
    remaining: int
    pays_at: Millis | None
    overdue: int = 0
    recovered: int = 0
    reminders: int = 0


def bills_of(person: Person, dice: Dice, first: Day, days: int, epoch_day: Day) -> list[Bill]:
    """The bills of a customer that fall due from forty days before the first day to a little after the last."""
    due_dates: list[Day] = []
    if dice("old debt") < 0.1:  # noqa: PLR2004
        due_dates.append(first - dice.among("old debt/age", 1, 40))
    due_dates += [
        first + month * _MONTH + dice.among(f"billed/{month}/day", 5, _MONTH + 4)
        for month in range(-(-days // _MONTH))
        if dice(f"billed/{month}") < 0.45  # noqa: PLR2004
    ]
    return [_bill(person, dice, number, due_on, epoch_day) for number, due_on in enumerate(due_dates)]


def _bill(person: Person, dice: Dice, number: int, due_on: Day, epoch_day: Day) -> Bill:
    name = f"{person.customer_id}-{number}"
    size = dice(f"{number}/amount")
    amount = 50 + int(size * 12_000) + (int(size * 400_000) if size > 0.93 else 0)  # noqa: PLR2004
    if person.home.currency in _IN_HUNDREDS:
        amount *= 10
    paid_after = _days_until_paid(person.habit, dice, number)
    midnight = (due_on - epoch_day) * DAY
    return Bill(
        invoice_id=name,
        creditor_id=_CREDITORS[dice.among(f"{number}/creditor", 0, len(_CREDITORS) - 1)],
        kind="credit_note" if dice(f"{number}/kind") < 0.02 else "invoice",  # noqa: PLR2004
        currency=person.home.currency,
        due_on=due_on,
        remaining=amount,
        pays_at=None if paid_after is None else midnight + int(paid_after * DAY) + 9 * HOUR,
    )


def _days_until_paid(habit: Habit, dice: Dice, number: int) -> float | None:
    thrown = dice(f"{number}/pays")
    match habit:
        case "prompt":
            return -6 + 7 * thrown / 0.85 if thrown < 0.85 else 2 + (thrown - 0.85) * 70  # noqa: PLR2004
        case "forgetful":
            return 2 + 70 * thrown
        case "short":
            return 20 + 150 * thrown
        case "refusing":
            return 40 + 500 * thrown if thrown < 0.3 else None  # noqa: PLR2004
