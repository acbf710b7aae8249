"""Invented customers, invoices and policies, and a story that lives through decisions on a clock of its own."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count

from dispatcher.core.decide import Claim, Conditions, Decision, decide
from dispatcher.core.policy import Policy, parse
from schemas.inbox import (
    Arrival,
    AttemptAccepted,
    Cause,
    EmailPoint,
    Fact,
    InvoiceSettled,
    InvoiceStated,
    PhonePoint,
    ProfileStated,
)
from schemas.journal import JournalRecord
from schemas.state import EMPTY, Customer
from schemas.values import Millis, to_millis

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CUSTOMER = "C-1"
PHONE = "+447700900001"
EMAIL = "jo@customers.example"

POLICY = """
default_tier = "standard"
overdue_on = "event"
day_starts = "08:00"
spread_minutes = 0
min_gap_hours = 20
promise_grace_days = 2

[minimum_amount]
default = 100

[creditors.default]
legal_name = "Example Energy Ltd"
display_name = "Example Energy"
phone = "+442079460100"
email = "billing@energy.example"
sms_from = "+447700900100"
email_from = "billing@energy.example"
country = "GB"

[creditors.acme]
legal_name = "Acme Leasing GmbH"
display_name = "Acme Leasing"
phone = "+4930901820100"
email = "service@acme.example"
sms_from = "+4915700000100"
email_from = "service@acme.example"
country = "DE"

[[tiers]]
id = "large"
tier = "intense"
when = { min_amount = { EUR = 100000 } }

[[stages]]
id = "early"
phase = "pre_due"
when = { days = -3 }
channels = { default = ["sms", "email"] }
tone = "friendly"
message = "pre_due"
responsible = "desk"

[[stages]]
id = "today"
phase = "pre_due"
when = { days = 0 }
channels = { default = ["sms", "email"] }
tone = "friendly"
message = "due_day"
responsible = "desk"

[[stages]]
id = "first"
phase = "overdue"
when = { working_days = 1 }
until = { working_days = 5 }
channels = { default = ["sms", "email"], intense = ["email"] }
tone = "friendly"
message = "first_contact"
responsible = "desk"

[[stages]]
id = "notice"
phase = "overdue"
when = { days = 14 }
mandatory = true
customer_chooses = false
channels = { default = ["email", "sms"] }
tone = "firm"
message = "notice"
responsible = "desk"

[[stages]]
id = "call"
phase = "collection"
when = { days = 30 }
until = { days = 44 }
customer_chooses = false
channels = { default = ["call_task", "email"] }
tone = "formal"
message = "severe"
responsible = "special-team"

[windows.sms]
weekday = ["08:00-20:00"]
saturday = ["09:00-18:00"]
sunday = []
holiday = []

[windows.email]
weekday = ["07:00-21:00"]
saturday = ["07:00-21:00"]
sunday = ["07:00-21:00"]
holiday = ["07:00-21:00"]

[windows.call_task]
weekday = ["09:00-18:00"]
saturday = []
sunday = []
holiday = []

[[caps]]
id = "total_week"
max = 3
window = "7d"

[[caps]]
id = "sms_day"
max = 1
window = "24h"
channels = ["sms"]

[consent]
required = []
accepted_bases = ["contract"]
"""

LIVE = Conditions("on", frozenset(), gate_open=True, credits=frozenset(("sms", "email")))


def conditions(sending="on", allowlist=(), gate_open=True, credit=("sms", "email")) -> Conditions:
    return Conditions(sending, frozenset(allowlist), gate_open, frozenset(credit))


@cache
def policy(*changes: tuple[str, str]) -> Policy:
    """The test policy, with (old, new) replacements of its text."""
    text = POLICY
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    parsed = parse(text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def with_stages(stages: str, *changes: tuple[str, str]) -> str:
    """The text of the test policy with other stages in the place of its own."""
    before, _, rest = POLICY.partition("[[stages]]")
    text = before + stages + rest[rest.index("[windows.sms]") :]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text


def stage_text(name: str, days: int | str, *lines: str) -> str:
    """A stage `days` after the due date (or with any other `when`); lines stand in for the same keys of its defaults."""
    when = f"{{ days = {days} }}" if isinstance(days, int) else days
    early = isinstance(days, int) and days <= 0
    fields = {
        "phase": '"pre_due"' if early else '"collection"',
        "when": when,
        "channels": '{ default = ["email"] }',
        "tone": '"firm"',
        "message": '"follow_up"',
        "responsible": '"desk"',
    }
    fields |= dict(line.split(" = ", 1) for line in lines)
    return (
        f'[[stages]]\nid = "{name}"\n' + "".join(f"{key} = {value}\n" for key, value in fields.items() if value) + "\n"
    )


@cache
def staged(*stages: str, changes: tuple[tuple[str, str], ...] = ()) -> Policy:
    """The test policy with these stages."""
    parsed = parse(with_stages("".join(stages), *changes))
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def at(text: str) -> Millis:
    """An instant in UTC, from `2026-03-11 10:00`."""
    return to_millis(datetime.fromisoformat(text).replace(tzinfo=UTC))


def profile(**changes) -> ProfileStated:
    fields = {
        "name": "Jo Example",
        "locale": "en",
        "party": "consumer",
        "country": "DE",
        "phones": (PhonePoint(PHONE, "mobile"),),
        "emails": (EmailPoint(EMAIL, "private"),),
        "timezone": "Europe/Berlin",
    }
    return ProfileStated(**{**fields, **changes})


def due(invoice_id="I-1", due_on="2026-03-10", amount=5000, currency="EUR", overdue=False, **more) -> InvoiceStated:
    return InvoiceStated(invoice_id, day(due_on), amount, currency, overdue, **more)


def overdue(invoice_id="I-1", due_on="2026-03-10", amount=5000, **more) -> InvoiceStated:
    return due(invoice_id, due_on, amount, overdue=True, **more)


def paid(invoice_id="I-1", amount_due=0, reason="payment", currency="EUR") -> InvoiceSettled:
    return InvoiceSettled(invoice_id, amount_due, currency, reason, 0)


_numbers = count(1)


def arrival(fact: Fact, stated_at: Millis, event_id: str | None = None, source="/billing") -> Arrival:
    number = next(_numbers)
    return Arrival(stated_at * 1000, Cause("topic", 0, number, source, event_id or f"e{number}"), fact)


class Story:
    """One customer's life: every turn is a decision, `records` and `claims` are all that ever came of them."""

    def __init__(self, rules: Policy | None = None, start="2026-03-02 10:00", under: Conditions = LIVE) -> None:
        self.policy = rules or policy()
        self.now = at(start)
        self.under = under
        self.customer: Customer = EMPTY
        self.records: list[JournalRecord] = []
        self.claims: list[Claim] = []
        self.last: Decision | None = None

    def turn(self, *arrivals: Arrival) -> Decision:
        made = decide(CUSTOMER, self.customer, arrivals, self.policy, self.now, self.under)
        self.customer, self.last = made.customer, made
        self.records += made.records
        self.claims += made.claims
        return made

    def hear(self, *facts: Fact) -> Decision:
        """These facts are stated and arrive now."""
        return self.turn(*(arrival(fact, self.now) for fact in facts))

    def go(self, text: str) -> "Story":
        """To an instant, without looking at the wake-ups in between."""
        self.now = at(text)
        return self

    def until(self, text: str) -> "Story":
        """Through every wake-up up to an instant; messages are accepted at once."""
        end = at(text)
        self.turn()
        while True:
            answers = [AttemptAccepted(each, "stand-in", "ref") for each in self.last.open_claims]
            if answers:
                self.hear(*answers)
            elif self.last.wake_at is not None and self.last.wake_at <= end:
                self.now = self.last.wake_at
                self.turn()
            else:
                break
        self.now = end
        self.turn()
        return self

    def said(self, kind="decision") -> list[tuple]:
        """(result, code, stage) of every record of a kind."""
        return [(r.result, r.reasons[0].code, r.stage) for r in self.records if r.kind == kind]

    @property
    def verdict(self) -> tuple:
        """What the last decision record said: (result, code, stage)."""
        return self.said()[-1]


def known(rules: Policy | None = None, start="2026-03-02 10:00", under: Conditions = LIVE, **changes) -> Story:
    """A story whose customer is known."""
    story = Story(rules, start, under)
    story.hear(profile(**changes))
    return story


def local(instant: Millis, hours: int = 1) -> datetime:
    return datetime.fromtimestamp(instant / 1000, UTC) + timedelta(hours=hours)
