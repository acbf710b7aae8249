"""An outcome says everything that its word asks for, or it is said what lacks."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from dispatcher.gateway.calls.completeness import LONGEST_NOTE, Case, problems_of
from dispatcher.gateway.calls.disclosures import disclosures_of
from dispatcher.gateway.calls.masking import mask
from dispatcher.gateway.calls.outcomes import RULES, Outcome, Word, fitting
from schemas.journal import AmountOfInvoice
from schemas.values import to_millis
from tests.gateway.calls.house import DAY, HOUR, NOW, NUMBER, OPENED, PROMISE, task

TODAY = NOW.date()


def wrong(outcome: Outcome, **of_task) -> list[tuple[str, str]]:
    """What is wrong, by field."""
    one = task(**of_task)
    case = Case(one, one.amounts, OPENED, to_millis(one.expires_at))
    return [(each.field, each.trouble) for each in problems_of(outcome, case)]


def call_back(at: int | None) -> Outcome:
    return Outcome("callback_requested", "right_party", call_back_at=at)


def test_a_whole_promise_lacks_nothing():
    assert wrong(PROMISE) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"amount": None}, ("amount", "missing")),
        ({"amount": 0}, ("amount", "out_of_range")),
        ({"amount": 17_901}, ("amount", "out_of_range")),
        ({"amount": 5_001, "invoices": ("R-2",)}, ("amount", "out_of_range")),
        ({"currency": "USD"}, ("amount", "currencies")),
        ({"day": None}, ("day", "missing")),
        ({"day": TODAY - timedelta(days=2)}, ("day", "out_of_range")),
        ({"day": TODAY + timedelta(days=61)}, ("day", "out_of_range")),
        ({"invoices": ("R-9",)}, ("invoices", "not_of_task")),
        ({"contact_class": "third_party"}, ("contact_class", "contradicts")),
        ({"number_status": "wrong"}, ("number_status", "contradicts")),
        ({"next_action": "call_back"}, ("next_action", "contradicts")),
        ({"next_action": "escalate"}, ("note", "missing")),
        ({"note": "x" * (LONGEST_NOTE + 1)}, ("note", "too_long")),
    ],
)
def test_what_is_wrong_with_a_promise_is_said_at_its_field(changes, expected):
    assert wrong(replace(PROMISE, **changes)) == [expected]


def test_the_last_day_and_the_whole_amount_can_be_promised():
    assert wrong(replace(PROMISE, day=TODAY + timedelta(days=60), amount=17_900)) == []


def test_a_customer_whose_day_is_not_over_can_promise_for_today():
    assert wrong(replace(PROMISE, day=TODAY - timedelta(days=1))) == []


def test_invoices_in_two_currencies_are_not_promised_together():
    amounts = (AmountOfInvoice("R-1", 5, "EUR", "2026-02-01"), AmountOfInvoice("R-2", 5, "USD", "2026-02-01"))
    assert wrong(replace(PROMISE, amount=5), amounts=amounts) == [("invoices", "currencies")]


def test_what_was_paid_lies_in_the_past():
    assert wrong(Outcome("paid_claimed", "right_party", day=TODAY + timedelta(days=2))) == [("day", "out_of_range")]


@pytest.mark.parametrize("word", ["dispute", "hardship", "vulnerable", "complaint", "represented_by_attorney"])
def test_what_somebody_else_has_to_understand_needs_a_note(word):
    assert wrong(Outcome(word, "right_party")) == [("note", "missing")]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, [("call_back_at", "missing")]),
        (OPENED, [("call_back_at", "out_of_range")]),
        (OPENED + 3 * DAY, [("call_back_at", "out_of_range")]),
        (OPENED + 16 * HOUR, [("call_back_at", "out_of_range")]),
        (OPENED + 4 * HOUR, []),
    ],
    ids=["never", "now", "after_the_end", "at_night", "by_day"],
)
def test_a_call_back_is_by_day_and_before_the_task_ends(at, expected):
    assert wrong(call_back(at)) == expected


def test_by_day_is_meant_in_every_zone_of_the_number():
    noon_in_london = OPENED + 26 * HOUR
    assert wrong(call_back(noon_in_london), contact_point="+14155550123") == [("call_back_at", "out_of_range")]


def test_every_word_fits_some_task():
    tasks = [task(), task(kind="letter"), task(kind="legal", gate="counsel"), task(kind="visit")]
    assert {word for one in tasks for word in fitting(one)} == set(get_args(Word)) == set(RULES)


def test_what_fits_no_task_of_its_kind_is_refused():
    assert wrong(Outcome("approved")) == [("outcome", "not_fitting")]


def test_who_was_not_spoken_to_cannot_have_promised():
    assert ("contact_class", "contradicts") in wrong(replace(PROMISE, contact_class="none"))


# --- what a script names, and what is shown of a number


def test_a_script_names_its_disclosures_in_order():
    assert [each.id for each in disclosures_of(task().script)] == ["identity", "check"]


def test_a_disclosure_is_in_the_scripts_own_words():
    assert disclosures_of(task().script)[1].words == "Check who is speaking."


def test_a_word_in_brackets_within_a_line_is_none():
    assert disclosures_of('Say: "my name is [your name]" and [identity]\n') == ()


def test_a_masked_number_shows_two_digits():
    assert mask(NUMBER) == "\u2022" * (len(NUMBER) - 2) + "23"


def test_a_place_is_no_secret():
    assert mask("case_file") == "case_file"
