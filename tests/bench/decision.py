"""How long one event takes from record to record: decode state and arrival, decide, encode state and journal.

`python -m tests.bench.decision [customers] [--profile]`: 100,000 customers with a profile and one open invoice each, one
event a customer: 55 % invoice.due (new or stated again), 20 % invoice.overdue, 15 % settled, 10 % profile and feedback;
every overdue one ends in a claim or, in shadow mode, in a suppression.
"""

import cProfile
import gc
import pstats
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

from dispatcher.core.decide import Conditions, decide
from dispatcher.core.policy import Policy, parse
from schemas import inbox, journal, state
from schemas.inbox import (
    Arrival,
    BillLine,
    Cause,
    EmailPoint,
    FeedbackGiven,
    InvoiceSettled,
    InvoiceStated,
    PhonePoint,
    ProfileStated,
)
from schemas.state import EMPTY
from schemas.values import to_millis

POLICY = Path(__file__).parents[2] / "deploy" / "policy.example.toml"
NOW = to_millis(datetime(2026, 3, 11, 11, 0, tzinfo=UTC))
TODAY = date(2026, 3, 11).toordinal()
PLACES = (
    ("DE", "Europe/Berlin", "en"),
    ("GB", "Europe/London", "en"),
    ("CN", None, "zh-CN"),
    ("US", "America/New_York", "en"),
)
KINDS = ("due_new",) * 6 + ("due_again",) * 5 + ("overdue",) * 4 + ("settled",) * 3 + ("profile", "feedback")
LIVE = Conditions("on", frozenset(), gate_open=True, credits=frozenset(("sms", "email")))
SHADOW = Conditions("shadow", frozenset(), gate_open=True, credits=frozenset(("sms", "email")))


def policy() -> Policy:
    parsed = parse(POLICY.read_text("utf-8"), file=POLICY.name)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def profile(number: int) -> ProfileStated:
    country, zone, locale = PLACES[number % len(PLACES)]
    return ProfileStated(
        f"Customer {number}",
        locale,
        "consumer",
        country,
        (PhonePoint(f"+4917{number:09d}", "mobile"),),
        (EmailPoint(f"c{number}@customers.example", "private"),),
        zone,
    )


def statement(number: int, due_on: int, *, overdue: bool, suffix: str = "") -> InvoiceStated:
    lines = (BillLine("Base price", 2000), BillLine("Consumption", 3500 + number % 100))
    return InvoiceStated(
        f"INV-{number}{suffix}",
        due_on,
        5500 + number % 100,
        "EUR",
        overdue,
        "acme",
        "invoice",
        f"R-2026-{number}",
        due_on - 14,
        "Energy, monthly bill",
        f"https://pay.acme.example/i/{number}",
        (),
        lines,
    )


def arrival(number: int, serial: int, at: int, fact: inbox.Fact) -> bytes:
    cause = Cause("billing.due", number % 16, serial, "/billing/eu-1", f"{number:08x}-{serial:04x}-4a6b")
    return inbox.encode(Arrival(at * 1000, cause, fact))


def fact_of(kind: str, number: int) -> inbox.Fact:
    due_on = due_of(kind, number)
    match kind:
        case "due_new":
            return statement(number, due_on, overdue=False)
        case "due_again":
            return statement(number, due_on, overdue=False)
        case "overdue":
            return statement(number, due_on, overdue=True)
        case "settled":
            return InvoiceSettled(f"INV-{number}", 0, "EUR", "payment", NOW - 1000)
        case "profile":
            return profile(number + 1)
        case _:
            return FeedbackGiven(4)


def due_of(kind: str, number: int) -> int:
    return TODAY - 2 if kind == "overdue" else TODAY + 14 + number % 14


def portfolio(count: int, rules: Policy) -> tuple[list[str], list[bytes], list[bytes]]:
    kinds, records, arrivals = [], [], []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        before = [arrival(number, 1, NOW - 90_000_000, profile(number))]
        if kind != "due_new":
            before.append(arrival(number, 2, NOW - 80_000_000, statement(number, due_of(kind, number), overdue=False)))
        facts = [inbox.decode_arrival(each) for each in before]
        made = decide(f"C-{number:07d}", EMPTY, facts, rules, NOW - 70_000_000, SHADOW)
        kinds.append(kind)
        records.append(state.encode(made.customer, made.wake_at, made.flags))
        arrivals.append(arrival(number, 3, NOW, fact_of(kind, number)))
    return kinds, records, arrivals


def run(kinds: list[str], records: list[bytes], arrivals: list[bytes], rules: Policy, conditions: Conditions) -> None:
    """Kind by kind, in processor time: other processes of the machine do not count."""
    total = written = claims = 0
    print(f"sending={conditions.sending}")
    for kind in dict.fromkeys(kinds):
        chosen = [number for number, each in enumerate(kinds) if each == kind]
        begin = time.thread_time_ns()
        for number in chosen:
            customer = state.decode(records[number])
            event = inbox.decode_arrival(arrivals[number])
            decision = decide(f"C-{number:07d}", customer, (event,), rules, NOW, conditions)
            state.encode(decision.customer, decision.wake_at, decision.flags)
            for record in decision.records:
                journal.encode(record)
            written += len(decision.records)
            claims += len(decision.claims)
        spent = time.thread_time_ns() - begin
        total += spent
        print(f"  {kind:10s} {spent / len(chosen) / 1000:6.2f} us/event")
    count = len(kinds)
    print(f"  all        {total / count / 1000:6.2f} us/event, {written / count:.2f} records/event, {claims} claims")


def main(arguments: list[str]) -> None:
    count = int(next((each for each in arguments if each.isdigit()), "100000"))
    rules = policy()
    kinds, records, arrivals = portfolio(count, rules)
    gc.freeze()
    if "--profile" in arguments:
        profiler = cProfile.Profile()
        profiler.runcall(run, kinds, records, arrivals, rules, LIVE)
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)
        return
    run(kinds, records, arrivals, rules, LIVE)
    run(kinds, records, arrivals, rules, SHADOW)


if __name__ == "__main__":
    main(sys.argv[1:])
