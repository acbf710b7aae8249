"""What the pages of the desk say, in the languages that staff read: short, and the same word for the same thing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dispatcher.gateway.calls.desk import WhyBack
from dispatcher.gateway.calls.outcomes import NextAction, NumberStatus, Word
from dispatcher.gateway.calls.results import Trouble
from dispatcher.gateway.desk_pages.keys import Act, Group
from dispatcher.gateway.desk_pages.report_form import Place
from schemas.journal import TaskKind
from schemas.values import ContactClass

Lost = Literal["over_time", "taken_back", "ended", "not_held", "dialled"]
"""Why a task is not somebody's any more, as `LeaseLost` says."""


@dataclass(frozen=True, slots=True)
class OutcomeWords:
    """What came of a task: `names`, and `effects`, what each causes; groups of them; the other three fields."""

    names: Mapping[Word, str]
    effects: Mapping[Word, str]
    groups: Mapping[Group, str]
    classes: Mapping[ContactClass, str]
    numbers: Mapping[NumberStatus, str]
    actions: Mapping[NextAction, str]


@dataclass(frozen=True, slots=True)
class FormWords:
    """The form of an outcome: names of its fields, hints, buttons, and what is said of a field that is wrong."""

    title: str
    outcome: str
    contact_class: str
    number_status: str
    next_action: str
    as_usual: str
    invoices: str
    amount: str
    amount_hint: str
    day_promised: str
    day_paid: str
    day_hint: str
    call_back_at: str
    call_back_hint: str
    zone: str
    note: str
    note_hint: str
    required: str
    submit: str
    submit_and_pause: str
    wrong_heading: str
    troubles: Mapping[str, str]
    fields: Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class TaskWords:
    """One task, from being offered to being over."""

    start_title: str
    start: str
    next: str
    nothing: str
    nothing_until: str
    kinds: Mapping[TaskKind, str]
    gated: str
    customer: str
    number: str
    number_masked: str
    place: str
    local_time: str
    no_local_time: str
    owed: str
    invoice: str
    amount: str
    due: str
    overdue: str
    days: str
    as_of_task: str
    as_of_now: str
    history: str
    no_history: str
    ways: Mapping[str, str]
    results: Mapping[str, str]
    promised: str
    promise_outcomes: Mapping[str, str]
    call_back: str
    tries: str
    late: str
    ended_meanwhile: str
    do_before: str
    dial: str
    dial_hint: str
    call_number: str
    script: str
    script_hint: str
    give_back: str
    give_back_why: str
    whys_back: Mapping[WhyBack, str]
    escalate: str
    escalate_hint: str
    escalate_note: str
    escalated: str
    left: str
    left_hint: str
    in_call: str
    in_call_hint: str
    soon_over: str
    recorded: str
    recorded_again: str
    comes_back: str
    kept: str
    missing: str
    given_back: str
    refused_title: str
    refused_next: str
    refused_over: str
    no_answer: str
    lost: Mapping[Lost, str]


@dataclass(frozen=True, slots=True)
class KeyWords:
    """The dialog that lists the hot keys."""

    button: str
    title: str
    intro: str
    acts: Mapping[Act, str]
    on: str
    off: str
    close: str


@dataclass(frozen=True, slots=True)
class OverviewWords:
    """The supervisor's view."""

    title: str
    fresh: str
    stale: str
    reload: str
    as_of: str
    none: str
    queue: str
    kind: str
    priority: str
    ready: str
    later: str
    oldest: str
    expiring: str
    leased: str
    in_call: str
    who: str
    customer: str
    since: str
    until: str
    ends: str
    take_back: str
    unresolved: str
    unresolved_hint: str
    resolve: str
    call_backs: str
    at: str
    aside: str
    put_back: str
    set_aside: str
    escalations: str
    escalations_hint: str
    release: str
    keep: str
    conduct: str
    reports: str
    conversations: str
    incomplete: str
    promises: str
    complaints: str
    dials: str
    refused: str
    given_back: str
    unpublished: str
    moved: str
    failed: str
    resolving: str
    not_called: str
    not_called_hint: str
    back: str


@dataclass(frozen=True, slots=True)
class Words:
    """All of it in one language; `{...}` is filled in. `tag` is BCP 47."""

    tag: str
    title: str
    task: TaskWords
    outcomes: OutcomeWords
    form: FormWords
    keys: KeyWords
    offline: str
    overview: OverviewWords


def said(words: FormWords, field: Place, trouble: Trouble | Literal["unreadable"]) -> str:
    """The sentence for what is wrong at a field: its own, else that of the trouble."""
    return words.troubles.get(f"{field}.{trouble}") or words.troubles[trouble]
