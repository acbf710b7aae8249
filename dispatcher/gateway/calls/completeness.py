"""Whether an outcome says everything that its word asks for, and nothing that cannot be. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dispatcher.gateway.calls.calling_hours import FIRST_HOUR, LAST_HOUR, may_be_called
from dispatcher.gateway.calls.outcomes import NUMBER, RULES, Field, Outcome, Rule, fitting
from dispatcher.gateway.calls.results import Problem
from dispatcher.gateway.page_answers import PROMISE_WITHIN
from schemas.journal import AmountOfInvoice, TaskRecord
from schemas.values import Millis, from_millis

LONGEST_NOTE: Final = 2000
PAID_WITHIN: Final = 365
"""Days back on which a customer can have paid."""

_SOONEST_MS: Final = 60_000

_MISSING: Final[dict[Field, str]] = {
    "amount": "say how much was agreed",
    "day": "say on which day",
    "call_back_at": "say when the customer wants to be called",
    "note": "write down what was said: somebody else has to understand it",
}


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """What an outcome is held against: the task, what is owed of it by now, the time, and when the task ends."""

    task: TaskRecord
    amounts: tuple[AmountOfInvoice, ...]
    now: Millis
    expires_at: Millis


def problems_of(outcome: Outcome, case: Case) -> tuple[Problem, ...]:
    """Everything that is wrong, in the order of the form; empty: nothing."""
    if outcome.word not in fitting(case.task):
        expected = ", ".join(fitting(case.task))
        return (Problem("outcome", "not_fitting", f"this task can end in one of: {expected}"),)
    rule = RULES[outcome.word]
    return (
        *_fields(outcome, rule),
        *_money(outcome, rule, case),
        *_days(outcome, rule, case),
        *_call_back(outcome, rule, case),
    )


def _fields(outcome: Outcome, rule: Rule) -> Iterator[Problem]:
    if outcome.contact_class not in rule.classes:
        expected = " or ".join(rule.classes)
        yield Problem("contact_class", "contradicts", f"{outcome.word} is said of {expected}")
    told = NUMBER.get(outcome.word, outcome.number_status)
    if outcome.number_status not in {"unknown", told}:
        yield Problem("number_status", "contradicts", f"{outcome.word} says that the number is {told}")
    needs_note = "note" in rule.needs or outcome.next_action == "escalate"
    if needs_note and not outcome.note.strip():
        yield Problem("note", "missing", _MISSING["note"])
    if len(outcome.note) > LONGEST_NOTE:
        yield Problem("note", "too_long", f"at most {LONGEST_NOTE} characters")
    if outcome.next_action == "call_back" and "call_back_at" not in rule.needs:
        yield Problem("next_action", "contradicts", "a call at a certain time is the outcome callback_requested")


def _money(outcome: Outcome, rule: Rule, case: Case) -> Iterator[Problem]:
    known = {each.invoice_id: each for each in case.amounts}
    if not set(outcome.invoices) <= set(case.task.invoice_ids):
        yield Problem("invoices", "not_of_task", "choose among the invoices of this task")
        return
    if "amount" not in rule.needs:
        return
    owed = [known[each] for each in chosen(outcome, case.task) if each in known]
    currencies = {each.currency for each in owed}
    if len(currencies) != 1:
        yield Problem("invoices", "currencies", "choose invoices in one currency that are still owed")
        return
    whole = sum(each.amount_due for each in owed)
    if outcome.amount is None:
        yield Problem("amount", "missing", _MISSING["amount"])
    elif not 0 < outcome.amount <= whole:
        yield Problem("amount", "out_of_range", f"more than 0, and no more than what is owed ({whole} in minor units)")
    if outcome.currency not in {None, *currencies}:
        yield Problem("amount", "currencies", f"these invoices are in {min(currencies)}")


def _days(outcome: Outcome, rule: Rule, case: Case) -> Iterator[Problem]:
    if "day" not in rule.needs:
        return
    if outcome.day is None:
        yield Problem("day", "missing", _MISSING["day"])
        return
    first, last = _range(outcome, from_millis(case.now).date())
    if not first <= outcome.day <= last:
        yield Problem("day", "out_of_range", f"a day from {first} to {last}; for more there are instalment plans")


def _range(outcome: Outcome, today: date) -> tuple[date, date]:
    """Days are the customer's: it may be a day sooner or later there than at UTC."""
    if outcome.word == "paid_claimed":
        return today - timedelta(days=PAID_WITHIN), today + timedelta(days=1)
    return today - timedelta(days=1), today + timedelta(days=PROMISE_WITHIN)


def _call_back(outcome: Outcome, rule: Rule, case: Case) -> Iterator[Problem]:
    if "call_back_at" not in rule.needs:
        return
    at = outcome.call_back_at
    if at is None:
        yield Problem("call_back_at", "missing", _MISSING["call_back_at"])
    elif not case.now + _SOONEST_MS <= at < case.expires_at:
        latest = from_millis(case.expires_at).isoformat(timespec="minutes")
        yield Problem("call_back_at", "out_of_range", f"later than now, and before this task ends at {latest}")
    elif not may_be_called(case.task.contact_point, at):
        hours = f"between {FIRST_HOUR}:00 and {LAST_HOUR}:00 where the customer is"
        yield Problem("call_back_at", "out_of_range", hours)


def chosen(outcome: Outcome, task: TaskRecord) -> tuple[str, ...]:
    """The invoices that an outcome is about."""
    return outcome.invoices or task.invoice_ids
