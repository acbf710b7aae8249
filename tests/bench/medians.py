"""How long one decision takes: the median of plan and of fold for a customer with 3 open invoices and 20 past contacts.

`python -m tests.bench.medians`. Each customer hears one event and is planned once at that instant: some are contacted, most
wait. Everything is warm, and nothing else is measured: no decoding, no encoding.
"""

import gc
import time
from statistics import median

from dispatcher.core.customer import fold
from dispatcher.core.decide import decide
from dispatcher.core.plan import plan
from dispatcher.core.turn import turn_of
from schemas.inbox import Arrival, Cause, FeedbackGiven, InvoiceStated
from schemas.state import EMPTY, Contact, Customer
from tests.bench.decision import LIVE, NOW, SHADOW, TODAY, policy, profile, statement

CUSTOMERS = 2_000
ROUNDS = 5
INVOICES, CONTACTS = 3, 20
HOUR = 3_600_000
BARS = {"plan_us": 25.0, "fold_us": 8.0}


def due_days(number: int) -> list[int]:
    """The due dates of a customer's invoices: long overdue, just overdue, and to come, in all mixtures."""
    return [TODAY - 75 + (number * 7 + 31 * each) % 96 for each in range(INVOICES)]


def heard(number: int, serial: int, at: int, fact: InvoiceStated | FeedbackGiven) -> Arrival:
    return Arrival(at * 1000, Cause("billing.due", 0, serial, "/billing", f"{number}-{serial}"), fact)


def customer(number: int) -> Customer:
    """Known, billed, decided upon yesterday, and contacted every three days up to then."""
    said = [
        profile(number),
        *(statement(number, day, overdue=day < TODAY, suffix=f"-{day}") for day in due_days(number)),
    ]
    known = EMPTY
    for serial, fact in enumerate(said):
        known = fold(known, heard(number, serial, NOW - (40 - serial) * HOUR, fact), NOW - 30 * HOUR).customer
    known = decide(f"C-{number}", known, (), policy(), NOW - 25 * HOUR, SHADOW).customer
    channels = ("sms", "email")
    contacts = tuple(
        Contact(f"old-{k}", NOW - (k * 72 + 26) * HOUR, channels[k % 2], "pre_due_3", "acme", (f"INV-{number}",))
        for k in reversed(range(CONTACTS))
    )
    known = Customer(**{name: getattr(known, name) for name in known.__struct_fields__} | {"contacts": contacts})
    return known


def medians() -> dict[str, float]:
    """Microseconds, of processor and all else that happens meanwhile: the median does not mind."""
    rules = policy()
    customers = [customer(number) for number in range(CUSTOMERS)]
    events = [
        heard(n, 99, NOW, statement(n, due_days(n)[0], overdue=due_days(n)[0] < TODAY, suffix=f"-{due_days(n)[0]}"))
        for n in range(CUSTOMERS)
    ]
    gc.freeze()
    folds, plans, contacts = [], [], []
    for _ in range(ROUNDS):
        for number, known in enumerate(customers):
            began = time.perf_counter_ns()
            folded = fold(known, events[number], NOW).customer
            folds.append(time.perf_counter_ns() - began)
            turn = turn_of(f"C-{number}", folded, rules, NOW, LIVE)
            began = time.perf_counter_ns()
            plan(turn)
            spent = time.perf_counter_ns() - began
            plans.append(spent)
            if turn.claims:
                contacts.append(spent)
    gc.unfreeze()
    return {
        "plan_us": round(median(plans) / 1000, 2),
        "fold_us": round(median(folds) / 1000, 2),
        "plan_with_contact_us": round(median(contacts) / 1000, 2),
        "contacts_share": round(len(contacts) / len(plans), 2),
    }


def main() -> None:
    for name, value in medians().items():
        bar = f"  bar {BARS[name]:.0f}, {'met' if value <= BARS[name] else 'MISSED'}" if name in BARS else ""
        print(f"{name:22} {value:7.2f}{bar}")


if __name__ == "__main__":
    main()
