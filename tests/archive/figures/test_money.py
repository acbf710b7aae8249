"""Figures of money, against the same worked out hour by hour over invented histories."""

from collections import Counter, defaultdict
from random import Random

import pytest

from dispatcher.archive.figures.periods import Period, day_at
from schemas.values import to_millis
from tests.archive.figures.history import (
    Bill,
    Said,
    at_end_of,
    figure,
    hours,
    period,
    portfolio_of,
    span_of,
    standing,
    told,
)
from tests.archive.journal import START, archived

histories = pytest.mark.parametrize("seed", range(3))
SPANS = 10


def became(portfolio: tuple[Bill, ...], asked: Period, bad_after: int) -> dict[str, Counter[str]]:
    """What was overdue in a period, and what became of it, by currency."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for bill in portfolio:
        if bill.kind == "credit_note":
            continue
        total = sums[bill.currency]
        overdue = left = 0
        for hour in hours(asked):
            if not overdue:
                now = standing(bill, hour)
                day = day_at(to_millis(START) + hour * 3_600_000, asked.zone)
                if now.amount and now.days_overdue(day) >= 1:
                    overdue = left = now.amount
                    total.update(overdue=overdue, cases=1)
                continue
            before = standing(bill, hour - 1).amount or 0
            for each in bill.said:
                if each.at == hour:
                    name = {"payment": "recovered", "written_off": "written_off"}.get(each.reason or "", "taken_off")
                    taken = min(left, max(0, before - each.amount))
                    total[name] += taken
                    left, before = left - taken, each.amount
        total["open"] += left
        if at_end_of(bill, asked.last, asked.zone).days_overdue(asked.last) > bad_after:
            total["aged"] += left
    return {currency: total for currency, total in sums.items() if total["cases"]}


@histories
def test_recovery_and_bad_debt_are_what_comes_of_working_them_out_by_hand(engine, seed):
    chance = Random(seed)
    portfolio = portfolio_of(chance)
    archived(engine, told(portfolio).records)
    for _ in range(SPANS):
        asked = span_of(chance)
        bad_after = chance.randrange(1, 60)
        expected = became(portfolio, asked, bad_after)
        names = ("cases", "overdue", "recovered", "written_off", "taken_off", "open")
        recovery = {row["currency"]: {name: row[name] for name in names} for row in figure(engine, "recovery", asked)}
        assert recovery == {currency: {name: total[name] for name in names} for currency, total in expected.items()}
        bad = {row["currency"]: row["aged"] for row in figure(engine, "bad-debt", asked, bad_after_days=bad_after)}
        assert bad == {currency: total["aged"] for currency, total in expected.items()}


def age(overdue: int) -> str:
    if overdue < 1:
        return "current"
    return next(name for name, most in (("1-30", 30), ("31-60", 60), ("61-90", 90), ("91+", 10**9)) if overdue <= most)


@histories
def test_ages_and_the_list_are_what_stands_in_the_last_hour_of_the_day(engine, seed):
    chance = Random(seed)
    portfolio = portfolio_of(chance)
    archived(engine, told(portfolio).records)
    for _ in range(SPANS):
        asked = span_of(chance)
        day = asked.last
        expected: Counter[tuple[str, str]] = Counter()
        listed = set()
        for bill in portfolio:
            now = at_end_of(bill, day, asked.zone)
            overdue = now.days_overdue(day)
            if bill.kind == "invoice" and now.amount and overdue >= 1:
                expected[bill.currency, age(overdue)] += now.amount
                listed.add((bill.customer, bill.name, now.amount, bill.currency, overdue))
        found = {
            (row["currency"], row["age"]): row["amount"] for row in figure(engine, "ageing", asked) if row["amount"]
        }
        assert found == dict(expected)
        rows = figure(engine, "overdue", asked)
        names = ("customer_id", "invoice_id", "amount", "currency", "days_overdue")
        assert {tuple(row[name] for name in names) for row in rows} == listed


@histories
def test_rolls_say_where_each_open_invoice_went(engine, seed):
    chance = Random(seed)
    portfolio = portfolio_of(chance)
    archived(engine, told(portfolio).records)
    for _ in range(SPANS):
        asked = span_of(chance)
        before, after = asked.first - 1, asked.last
        expected: Counter[tuple[str, str, str]] = Counter()
        for bill in portfolio:
            one, two = at_end_of(bill, before, asked.zone), at_end_of(bill, after, asked.zone)
            if bill.kind == "invoice" and one.amount:
                ends = {"payment": "paid", "written_off": "written_off"}
                end = age(two.days_overdue(after)) if two.amount else ends.get(two.reason or "", "cancelled")
                expected[bill.currency, age(one.days_overdue(before)), end] += one.amount
        found = {(row["currency"], row["age"], row["became"]): row["amount"] for row in figure(engine, "rolls", asked)}
        assert found == dict(expected)


@pytest.mark.parametrize("name", ["recovery", "bad-debt", "ageing", "rolls", "overdue"])
def test_an_empty_archive_has_no_rows(engine, name):
    assert figure(engine, name, period((0, 30), "UTC")) == []


def test_no_more_is_recovered_of_an_invoice_than_was_overdue(engine):
    said = (Said(0, 900, None, -5), Said(48, 0, "payment", -5), Said(72, 500, None, -5), Said(96, 0, "payment", -5))
    archived(engine, told((Bill("R-1", "C-1", "EUR", "invoice", said),)).records)
    (row,) = figure(engine, "recovery", period((0, 30), "UTC"))
    assert (row["overdue"], row["recovered"], row["rate"], row["few"]) == (900, 900, 1.0, True)
