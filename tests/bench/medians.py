"""How long one decision takes: the median of plan and of fold for a customer with 3 open invoices and 20 past contacts.

`python -m tests.bench.medians`. Customers have lived through their invoices. Each hears one event and is planned at that
instant; a plan that leads to a contact has a figure of its own. Everything is warm, nothing is decoded or encoded.
"""

import gc
import time
from collections.abc import Callable
from statistics import median

from msgspec.structs import replace

from dispatcher.core.customer import fold
from dispatcher.core.plan import plan
from dispatcher.core.policy import Policy
from dispatcher.core.turn import turn_of
from dispatcher.sim.outcomes import Answers
from dispatcher.sim.virtual_clock import Told, live
from schemas.inbox import Arrival, Cause, FeedbackGiven, InvoiceStated
from schemas.state import Contact, Customer
from tests.bench.decision import LIVE, NOW, TODAY, policy, profile, statement

CUSTOMERS = 1_000
ROUNDS = 5
INVOICES, CONTACTS = 3, 20
HOUR = 3_600_000
BARS = {"plan_us": 25.0, "fold_us": 8.0}


def due_days(number: int) -> list[int]:
    """The due dates of a customer's invoices: long overdue, just overdue, and to come, in all mixtures."""
    return [TODAY - 75 + (number * 7 + 31 * each) % 96 for each in range(INVOICES)]


def heard(number: int, serial: int, at: int, fact: InvoiceStated | FeedbackGiven) -> Arrival:
    return Arrival(at * 1000, Cause("billing.due", 0, serial, "/billing", f"{number}-{serial}"), fact)


def history(number: int) -> list[Told]:
    """The profile, each invoice two weeks before its due date, and that it is overdue on the day after it."""
    said = [(0, profile(number))]
    for day in due_days(number):
        said.append((max(1, day - TODAY + 76), statement(number, day, overdue=False, suffix=f"-{day}")))
        if day < TODAY:
            said.append((day - TODAY + 92, statement(number, day, overdue=True, suffix=f"-{day}")))
    said.sort(key=lambda each: each[0])
    began = NOW - 91 * 24 * HOUR
    instants = [min(began + day * 24 * HOUR + HOUR, NOW - 2 * HOUR) for day, _ in said]
    return [
        Told(at, f"C-{number}", heard(number, serial, at, fact))
        for serial, (at, (_, fact)) in enumerate(zip(instants, said, strict=True))
    ]


def customer(number: int, rules: Policy) -> Customer:
    """A customer who lived through all that up to an hour ago; of 20 past contacts the older ones are made up."""
    *_, last = live(history(number), rules, Answers(), NOW - HOUR)
    known = last.decision.customer
    missing = CONTACTS - len(known.contacts)
    older = tuple(
        Contact(f"old-{k}", NOW - (40 + 2 * k) * 24 * HOUR, "email", "pre_due_3", "acme", (f"INV-{number}",))
        for k in reversed(range(missing))
    )
    return replace(known, contacts=(*older, *known.contacts)[-CONTACTS:])


def again(number: int) -> InvoiceStated:
    """What the customer's oldest invoice already said: billing publishes its whole portfolio every day."""
    day = due_days(number)[0]
    return statement(number, day, overdue=day < TODAY, suffix=f"-{day}")


def newly_overdue(number: int) -> InvoiceStated:
    """A third invoice of which nothing was heard before, and whose first contact is due now."""
    return statement(number, TODAY - 2, overdue=True, suffix="-new")


def measured(
    customers: list[Customer], fact_of: Callable[[int], InvoiceStated], rules: Policy
) -> tuple[list[int], list[int], list[int]]:
    """Nanoseconds of every fold, of every plan that led to no contact, and of every plan that led to one."""
    events = [heard(number, 99, NOW, fact_of(number)) for number in range(CUSTOMERS)]
    folds, quiet, contacts = [], [], []
    for _ in range(ROUNDS):
        for number, known in enumerate(customers):
            began = time.perf_counter_ns()
            folded = fold(known, events[number], NOW).customer
            folds.append(time.perf_counter_ns() - began)
            turn = turn_of(f"C-{number}", folded, rules, NOW, LIVE)
            began = time.perf_counter_ns()
            plan(turn)
            spent = time.perf_counter_ns() - began
            (contacts if turn.claims else quiet).append(spent)
    return folds, quiet, contacts


def medians() -> dict[str, float]:
    """Microseconds, of processor and all else that happens meanwhile: the median does not mind."""
    rules = policy()
    customers = [customer(number, rules) for number in range(CUSTOMERS)]
    gc.freeze()
    folds, plans, _ = measured(customers, again, rules)
    _, _, contacts = measured(customers, newly_overdue, rules)
    gc.unfreeze()
    values = {"plan_us": plans, "fold_us": folds, "plan_with_contact_us": contacts}
    return {name: round(median(spent) / 1000, 2) for name, spent in values.items()}


def main() -> None:
    for name, value in medians().items():
        bar = f"  bar {BARS[name]:.0f}, {'met' if value <= BARS[name] else 'MISSED'}" if name in BARS else ""
        print(f"{name:22} {value:7.2f}{bar}")


if __name__ == "__main__":
    main()
