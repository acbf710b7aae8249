"""What the pages of "why" say, in the languages of the staff pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Badge = Literal["contact", "no_contact", "plan", "event", "problem"]
"""What sort of entry it is, at a glance."""


@dataclass(frozen=True, slots=True)
class Words:
    """Every sentence of the pages in one language; `{...}` is filled in. Mappings lack what is shown as it is."""

    title: str
    intro: str
    search: str
    search_hint: str
    search_button: str
    nothing: str
    several: str
    no_archive: str
    of_customer: str
    erased: str
    erased_link: str
    fresh: str
    clock: str
    filters: str
    invoice: str
    first_day: str
    last_day: str
    days_hint: str
    unreadable_day: str
    only: str
    everything: str
    only_contacts: str
    only_non_contacts: str
    show: str
    all_again: str
    stands: str
    nothing_open: str
    owed: str
    due: str
    overdue_since: str
    last_decision: str
    no_decision: str
    holds: str
    promises: str
    plans: str
    since: str
    until: str
    until_released: str
    happened: str
    none: str
    older: str
    newest: str
    why: str
    rule: str
    next: str
    change: str
    planned_for: str
    also_utc: str
    text_gone: str
    hash: str
    policy: str
    trace: str
    record: str
    json: str
    badges: Mapping[Badge, str]
    titles: Mapping[str, str]
    events: Mapping[str, str]
    labels: Mapping[str, str]
    values: Mapping[str, str]
    changes: Mapping[str, str]
    kinds: Mapping[str, str]

    def value(self, said: str) -> str:
        """A word of the closed lists in this language, or as it was said."""
        return self.values.get(said, said)
