"""Histories of invoices by the hour, as an archive hears them and as somebody would work them out by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Engine

from dispatcher.archive.database import reading
from dispatcher.archive.figures.asking import Question
from dispatcher.archive.figures.periods import Period, period_between
from dispatcher.archive.figures.register import FIGURES
from dispatcher.archive.tables import METADATA
from schemas.inbox import InvoiceSettled, InvoiceStated
from schemas.values import to_millis
from tests.archive.journal import START, Topics, instant

HOURS = 24 * 100
FIRST = date(2026, 3, 2)
ZONES = ("UTC", "Europe/Berlin", "Asia/Shanghai", "America/Los_Angeles")
FAR = 2**60


@dataclass(frozen=True)
class Said:
    """What is said of an invoice: it comes to `amount` from the hour `at`, and was told `late` hours after it."""

    at: int
    amount: int
    reason: str | None
    due: int
    late: int = 0
    overdue: bool = False


@dataclass(frozen=True)
class Bill:
    name: str
    customer: str
    currency: str
    kind: str
    said: tuple[Said, ...]


def portfolio_of(chance: Random) -> tuple[Bill, ...]:
    """A few dozen bills of a few customers: paid early, late, in parts, written off, put off, stated anew."""
    return tuple(_bill(chance, number) for number in range(25))


def _bill(chance: Random, number: int) -> Bill:
    at, due, amount = chance.randrange(HOURS // 2), chance.randrange(-20, 60), chance.randrange(1, 900)
    said = [Said(at, amount, None, due)]
    for _ in range(chance.randrange(5)):
        at += chance.choice([0, 24, chance.randrange(24 * 20)]) + said[-1].late
        what = chance.choice(["payment", "part", "part", "credit", "written_off", "cancelled", "restated"])
        if what == "restated":
            amount, due = chance.choice([amount, chance.randrange(900)]), due + chance.choice([0, 0, 10])
            said.append(Said(at, amount, None, due, overdue=chance.random() < 0.4))
        else:
            amount = amount // 2 if what == "part" else 0
            late = chance.choice([0, 0, 5, 60])
            said.append(Said(at, amount, "payment" if what == "part" else what, due, late))
    kind = chance.choice(["invoice", "invoice", "invoice", "credit_note"])
    return Bill(f"R-{number}", f"C-{number % 7}", chance.choice(["EUR", "JPY"]), kind, tuple(said))


def span_of(chance: Random) -> Period:
    """Some days, which often end where something happens: at a due date, or where a class of age begins."""
    first = chance.randrange(-5, 90)
    return period((first, first + chance.choice([0, 6, 29, 40])), chance.choice(ZONES))


def told(portfolio: tuple[Bill, ...]) -> Topics:
    """The records of a portfolio in the order in which they are told."""
    topics = Topics()
    told_at = [(each.at + each.late, number, bill, each) for number, bill in enumerate(portfolio) for each in bill.said]
    for hour, _, bill, each in sorted(told_at, key=lambda entry: entry[:2]):
        due_on = FIRST.toordinal() + each.due
        fact = (
            InvoiceStated(bill.name, due_on, each.amount, bill.currency, overdue=each.overdue, kind=bill.kind)
            if each.reason is None
            else InvoiceSettled(bill.name, each.amount, bill.currency, each.reason, to_millis(instant(each.at * 60)))
        )
        topics.said(bill.customer, fact, minutes=hour * 60)
    return topics


@dataclass(frozen=True)
class Standing:
    """What an invoice comes to at some hour; amount None: not known yet. `is_said`: billing says that it is overdue."""

    amount: int | None = None
    due: int = 0
    reason: str | None = None
    is_said: bool = False

    def days_overdue(self, day: int) -> int:
        return day - FIRST.toordinal() - self.due


def standing(bill: Bill, hour: int) -> Standing:
    """By what was true at an hour."""
    now, ever = Standing(), False
    for each in bill.said:
        if each.at <= hour:
            news = each.reason is not None or (each.amount, each.due) != (now.amount, now.due)
            if news or (each.overdue and not ever):
                now = Standing(each.amount, each.due, each.reason, each.overdue)
            ever = ever or each.overdue
    return now


def hours(asked: Period) -> range:
    """The hours that begin in a period: zones have whole hours, and things happen at them."""
    return range(*(round((at - to_millis(START)) / 3_600_000) for at in (asked.start, asked.end)))


def at_end_of(bill: Bill, day: int, zone: ZoneInfo) -> Standing:
    """The last hour of a day."""
    return standing(bill, hours(Period(day, day, zone))[-1])


def period(span: tuple[int, int], zone: str) -> Period:
    first, last = (FIRST + timedelta(days=day) for day in span)
    return period_between(first.isoformat(), last.isoformat(), ZoneInfo(zone))


def figure(engine: Engine, name: str, asked: Period, **more: object) -> list[dict[str, object]]:
    with reading(engine) as connection:
        rows = FIGURES[name].rows(connection, Question(asked, **{"as_of": FAR} | more))
    return [msgspec.structs.asdict(row) for row in rows]


def emptied(engine: Engine) -> None:
    with engine.begin() as connection:
        for table in METADATA.sorted_tables:
            connection.execute(table.delete())
