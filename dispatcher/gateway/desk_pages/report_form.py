"""What a person filled in about a task: the fields of the form, as the outcome that `CallDesk` judges. Pure.

Only what cannot be read at all is refused here: whether an outcome is whole is the desk's business. Fields that an outcome
does not ask for are left out, whatever they hold: without script the page shows all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar, get_args

from dispatcher.gateway.calls.outcomes import NUMBER, RULES, Field, NextAction, NumberStatus, Outcome, Rule, Word
from dispatcher.gateway.calls.results import Problem, Trouble
from dispatcher.gateway.desk_pages.clocks import instant_of
from dispatcher.gateway.form_fields import Form, text_of
from dispatcher.gateway.page_amounts import amount_of
from schemas.journal import AmountOfInvoice
from schemas.values import ContactClass, Millis

AS_USUAL: Final = ""
"""The choice that leaves a field to what the outcome says by itself."""

_Named = TypeVar("_Named", bound=str)

Place = Field | Literal["submit_id", "task"]
"""Where something is wrong."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong at one field of the form."""

    field: Place
    trouble: Trouble | Literal["unreadable"]


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What the form asked: the outcomes it offered, what is owed, and the clocks on which a call-back can be given."""

    outcomes: Sequence[Word]
    amounts: Sequence[AmountOfInvoice]
    zones: Sequence[str]


def outcome_of(form: Form, asked: Asked) -> Outcome | tuple[Misfit, ...]:
    """The outcome, or everything that cannot be read, in the order of the form."""
    named = text_of(form, "outcome")
    word = next((each for each in asked.outcomes if each == named), None)
    if word is None:
        return (Misfit("outcome", "missing"),)
    rule, chosen = RULES[word], _chosen(form, asked)
    wrong: list[Misfit] = []
    contact_class = _contact_class(form, rule, wrong)
    amount, currency = _amount(form, rule, chosen, wrong)
    day = _day(form, rule, wrong)
    call_back_at = _call_back_at(form, rule, asked, wrong)
    if wrong:
        return tuple(wrong)
    return Outcome(
        word,
        contact_class,
        _of(form, "number_status", get_args(NumberStatus), NUMBER.get(word, "unknown")),
        _of(form, "next_action", get_args(NextAction), rule.next_action),
        said=frozenset(form.get("said", ())),
        note=text_of(form, "note"),
        invoices=() if len(chosen) == len(asked.amounts) else tuple(each.invoice_id for each in chosen),
        amount=amount,
        currency=currency,
        day=day,
        call_back_at=call_back_at,
    )


def misfits(problems: Sequence[Problem]) -> tuple[Misfit, ...]:
    """What the desk found."""
    return tuple(Misfit(each.field, each.trouble) for each in problems)


def _chosen(form: Form, asked: Asked) -> list[AmountOfInvoice]:
    """The invoices that were ticked; all, where none was or where there is no choice."""
    ticked = set(form.get("invoice", ()))
    return [each for each in asked.amounts if each.invoice_id in ticked] or list(asked.amounts)


def _contact_class(form: Form, rule: Rule, wrong: list[Misfit]) -> ContactClass:
    named = text_of(form, "contact_class")
    if named == AS_USUAL and len(rule.classes) > 1:
        wrong.append(Misfit("contact_class", "missing"))
    return _of(form, "contact_class", get_args(ContactClass), rule.classes[0])


def _amount(
    form: Form, rule: Rule, chosen: Sequence[AmountOfInvoice], wrong: list[Misfit]
) -> tuple[int | None, str | None]:
    if "amount" not in rule.needs:
        return None, None
    currencies = {each.currency for each in chosen}
    if len(currencies) != 1:
        wrong.append(Misfit("invoices", "currencies"))
        return None, None
    (currency,) = currencies
    written = text_of(form, "amount")
    amount = amount_of(written, currency) if written else None
    if written and amount is None:
        wrong.append(Misfit("amount", "unreadable"))
    return amount, currency


def _day(form: Form, rule: Rule, wrong: list[Misfit]) -> date | None:
    written = text_of(form, "day")
    if "day" not in rule.needs or not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        wrong.append(Misfit("day", "unreadable"))
        return None


def _call_back_at(form: Form, rule: Rule, asked: Asked, wrong: list[Misfit]) -> Millis | None:
    written = text_of(form, "call_back_at")
    if "call_back_at" not in rule.needs or not written:
        return None
    named = text_of(form, "zone")
    zone = named if named in asked.zones else asked.zones[0]
    at = instant_of(written, zone)
    if at is None:
        wrong.append(Misfit("call_back_at", "unreadable"))
    return at


def _of(form: Form, name: str, known: tuple[_Named, ...], usual: _Named) -> _Named:
    named = text_of(form, name)
    return next((each for each in known if each == named), usual)
