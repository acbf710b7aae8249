"""What a customer answered on the page: the fields of a form, judged against what the link is about. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from dispatcher.gateway.form_fields import Form, text_of
from dispatcher.gateway.page_amounts import amount_of
from schemas.links import CustomerLink, LinkedInvoice
from schemas.values import CHANNELS, Channel, Day

Time = Literal["mornings", "afternoons", "evenings", "weekends"]
TIMES: Final[tuple[Time, ...]] = ("mornings", "afternoons", "evenings", "weekends")
_OF_DAY: Final[frozenset[Time]] = frozenset({"mornings", "afternoons", "evenings"})

Mistake = Literal[
    "no_invoice",
    "no_day",
    "day_out_of_range",
    "no_amount",
    "amount_out_of_range",
    "currencies",
    "no_time",
    "too_long",
    "unreadable",
]

PROMISE_WITHIN: Final = 60
"""Days from today within which a payment can be promised; for more there are instalments."""

LONGEST_NOTE: Final = 1000


@dataclass(frozen=True, slots=True)
class Paid:
    """These invoices have been paid, the customer says."""

    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promised:
    """`amount` (minor units) will be paid on these invoices by a day."""

    invoices: tuple[str, ...]
    amount: int
    currency: str
    day: Day


@dataclass(frozen=True, slots=True, repr=False)
class InstalmentsAsked:
    """The customer asks to pay in instalments, perhaps in words of their own."""

    invoices: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, repr=False)
class Disputed:
    """The customer does not agree with these invoices; with none: with what the message said."""

    invoices: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Preferred:
    """Channels in order of preference, those that are closed, and times at which the customer wants no contact."""

    first: Channel | None
    blocked: tuple[Channel, ...]
    closed: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class Stopped:
    """No more reminders to the number or address of the link. `by_mail_program`: its button was pressed, not ours."""

    by_mail_program: bool = False


Answer = Paid | Promised | InstalmentsAsked | Disputed | Preferred | Stopped


@dataclass(frozen=True, slots=True)
class Misfit:
    """What is wrong with an answer: in which form, at which of its fields."""

    form: str
    field: str
    mistake: Mistake


def is_one_click(form: Form) -> bool:
    """Whether a mail program's unsubscribe button was pressed (RFC 8058)."""
    return "One-Click" in form.get("List-Unsubscribe", ())


def answer_of(form: Form, link: CustomerLink, today: Day) -> Answer | Misfit:
    """The answer in a form; `today` is the day at UTC, and a day before it is still today somewhere."""
    named = text_of(form, "answer")
    read = _READERS.get(named)
    return Misfit("", "", "unreadable") if read is None else read(form, link, today)


def _paid(form: Form, link: CustomerLink, _: Day) -> Answer | Misfit:
    chosen = _chosen(form, link)
    return Paid(_ids(chosen)) if chosen or not link.invoices else Misfit("paid", "invoice", "no_invoice")


def _promised(form: Form, link: CustomerLink, today: Day) -> Answer | Misfit:
    chosen = _chosen(form, link)
    if not chosen:
        return Misfit("promise", "invoice", "no_invoice")
    currency = chosen[0].currency
    if any(each.currency != currency for each in chosen):
        return Misfit("promise", "invoice", "currencies")
    day = _day(text_of(form, "day"))
    if day is None:
        return Misfit("promise", "day", "no_day")
    if not today - 1 <= day <= today + PROMISE_WITHIN:
        return Misfit("promise", "day", "day_out_of_range")
    whole = sum(each.amount for each in chosen)
    written = text_of(form, "amount")
    amount = amount_of(written, currency) if written else whole
    if amount is None:
        return Misfit("promise", "amount", "no_amount")
    if not 0 < amount <= whole:
        return Misfit("promise", "amount", "amount_out_of_range")
    return Promised(_ids(chosen), amount, currency, day)


def _instalments(form: Form, link: CustomerLink, _: Day) -> Answer | Misfit:
    note = text_of(form, "note")
    if len(note) > LONGEST_NOTE:
        return Misfit("instalments", "note", "too_long")
    return InstalmentsAsked(_ids(link.invoices), note)


def _disputed(form: Form, link: CustomerLink, _: Day) -> Answer | Misfit:
    chosen, note = _chosen(form, link), text_of(form, "note")
    if link.invoices and not chosen:
        return Misfit("dispute", "invoice", "no_invoice")
    if len(note) > LONGEST_NOTE:
        return Misfit("dispute", "note", "too_long")
    return Disputed(_ids(chosen), note)


def _preferred(form: Form, _: CustomerLink, __: Day) -> Answer | Misfit:
    closed = tuple(each for each in TIMES if each in form.get("closed", ()))
    if _OF_DAY.issubset(closed):
        return Misfit("prefer", "closed", "no_time")
    blocked = tuple(each for each in CHANNELS if each not in form.get("channel", ()))
    wished = text_of(form, "first")
    first = next((each for each in CHANNELS if each == wished and each not in blocked), None)
    return Preferred(first, blocked, closed)


def _stopped(_: Form, __: CustomerLink, ___: Day) -> Answer | Misfit:
    return Stopped()


_READERS: Final[dict[str, Callable[[Form, CustomerLink, Day], Answer | Misfit]]] = {
    "paid": _paid,
    "promise": _promised,
    "instalments": _instalments,
    "dispute": _disputed,
    "prefer": _preferred,
    "stop": _stopped,
}


def _chosen(form: Form, link: CustomerLink) -> tuple[LinkedInvoice, ...]:
    """The invoices of the link that were ticked: no others can be spoken of. A single one need not be ticked."""
    if len(link.invoices) == 1:
        return link.invoices
    ticked = set(form.get("invoice", ()))
    return tuple(each for each in link.invoices if each.invoice_id in ticked)


def _ids(invoices: Sequence[LinkedInvoice]) -> tuple[str, ...]:
    return tuple(each.invoice_id for each in invoices)


def _day(text: str) -> Day | None:
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None
