"""The form of an outcome as the template has it: outcomes in groups, with keys, what was filled in, what is wrong. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dispatcher.gateway.calls.completeness import LONGEST_NOTE
from dispatcher.gateway.calls.outcomes import RULES, Word
from dispatcher.gateway.calls.results import Work
from dispatcher.gateway.desk_pages.keys import ACTS, GROUPS, KEYS, Group
from dispatcher.gateway.desk_pages.report_form import Misfit, Place
from dispatcher.gateway.desk_pages.words import said
from dispatcher.gateway.desk_pages.writing import Writing
from dispatcher.gateway.form_fields import Form


@dataclass(frozen=True, slots=True)
class Choice:
    """One outcome: its key, the fields that it needs, and whether the person has to say who was spoken to."""

    word: Word
    key: str
    needs: tuple[str, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    """Outcomes of one sort."""

    name: Group
    outcomes: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Left:
    """How somebody left a form that has to be shown again. `escalation`: it was the form of a special case."""

    fields: Form = field(default_factory=dict)
    misfits: tuple[Misfit, ...] = ()
    escalation: bool = False

    @property
    def sent(self) -> bool:
        """Whether it was filled in before."""
        return "outcome" in self.fields or "note" in self.fields

    def get(self, name: str) -> str:
        """The field as it was left."""
        return next(iter(self.fields.get(name, ())), "")

    def getall(self, name: str) -> Sequence[str]:
        """All values of a field."""
        return self.fields.get(name, ())


UNTOUCHED: Final = Left()


def form_context(work: Work | None, left: Left, submit_id: str, writing: Writing) -> dict[str, Any]:
    """What `report.html` and `keys.html` need."""
    words = writing.words
    of_report = () if left.escalation else left.misfits
    says: dict[str, str] = {each.field: said(words.form, each.field, each.trouble) for each in of_report}
    if left.escalation:
        says["escalation"] = said(words.form, "note", "missing")
    outcomes = () if work is None else work.outcomes
    return {
        "groups": groups_of(outcomes),
        "outcome_keys": KEYS,
        "keys": ACTS,
        "left": left,
        "misfits": [{"field": each.field, "says": says[each.field]} for each in of_report],
        "wrong": lambda place: says.get(place, ""),
        "submit_id": submit_id,
        "longest": LONGEST_NOTE,
        "amount_hint": _amount_hint(work, writing),
    }


def groups_of(outcomes: Sequence[Word]) -> tuple[ChoiceGroup, ...]:
    """The outcomes that a task can have, in the groups of the page; empty groups are left out."""
    groups = (
        ChoiceGroup(name, tuple(_choice(word) for word in words if word in outcomes)) for name, words in GROUPS.items()
    )
    return tuple(group for group in groups if group.outcomes)


def _choice(word: Word) -> Choice:
    rule = RULES[word]
    return Choice(word, KEYS[word], rule.needs, len(rule.classes) > 1)


def _amount_hint(work: Work | None, writing: Writing) -> str:
    """The whole amount, where there is one: the usual answer, in the way in which it is typed."""
    amounts = () if work is None else work.amounts
    currencies = {each.currency for each in amounts}
    if len(currencies) != 1:
        return ""
    (currency,) = currencies
    whole = sum(each.amount_due for each in amounts)
    example, most = writing.plain_money(whole, currency), writing.money(whole, currency)
    return writing.words.form.amount_hint.format(example=example, most=most)


PLACES: Final[tuple[Place, ...]] = (
    "outcome",
    "contact_class",
    "invoices",
    "amount",
    "day",
    "call_back_at",
    "note",
    "number_status",
    "next_action",
)
"""The fields in the order in which the form shows them."""
