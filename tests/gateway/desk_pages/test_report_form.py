"""What a form says becomes an outcome, or is told what cannot be read; amounts in minor units of their currency."""

from datetime import date

import pytest

from dispatcher.gateway.calls.outcomes import RULES, Outcome, fitting
from dispatcher.gateway.desk_pages.clocks import instant_of, reading_of
from dispatcher.gateway.desk_pages.form_view import groups_of
from dispatcher.gateway.desk_pages.keys import ACTS, GROUPS, KEYS
from dispatcher.gateway.desk_pages.report_form import Asked, Misfit, outcome_of
from schemas.journal import AmountOfInvoice
from schemas.values import to_millis
from tests.gateway.calls.house import NOW, task

EUROS = AmountOfInvoice("R-1", 12_900, "EUR", "2026-02-01")
DINARS = AmountOfInvoice("R-2", 1_500, "KWD", "2026-02-01")
YEN = AmountOfInvoice("R-3", 1_500, "JPY", "2026-02-01")


def form(outcome: str, **fields: str | list[str]) -> dict[str, list[str]]:
    return {name: [value] if isinstance(value, str) else value for name, value in fields.items()} | {
        "outcome": [outcome]
    }


def read(form: dict[str, list[str]], *amounts: AmountOfInvoice, zones: tuple[str, ...] = ("Europe/London",)):
    return outcome_of(form, Asked(tuple(RULES), amounts or (EUROS,), zones))


@pytest.mark.parametrize(
    ("owed", "written", "minor"),
    [
        (EUROS, "129", 12_900),
        (EUROS, "1.29", 129),
        (DINARS, "1.5", 1_500),
        (YEN, "1,500", 1_500),
        (EUROS, "12,5", 1250),
    ],
    ids=["whole", "decimals", "three-decimals", "no-decimals", "comma"],
)
def test_an_amount_is_read_in_minor_units_of_its_currency(owed, written, minor):
    told = read(form("promise_to_pay", amount=written, day="2026-03-11"), owed)

    assert (told.amount, told.currency) == (minor, owed.currency)


@pytest.mark.parametrize("written", ["€129", "a lot", "1.234.5", "-5", "1e9", "129.9999"])
def test_an_amount_that_cannot_be_read_is_told(written):
    assert read(form("promise_to_pay", amount=written, day="2026-03-11")) == (Misfit("amount", "unreadable"),)


def test_a_promise_is_about_invoices_of_one_currency():
    assert read(form("promise_to_pay", amount="1", day="2026-03-11"), EUROS, YEN) == (Misfit("invoices", "currencies"),)


def test_the_ticked_invoices_say_the_currency():
    told = read(form("promise_to_pay", amount="1500", day="2026-03-11", invoice=["R-3"]), EUROS, YEN)

    assert (told.currency, told.invoices) == ("JPY", ("R-3",))


def test_fields_of_another_outcome_are_left_out():
    told = read(form("no_answer", amount="rubbish", day="rubbish", call_back_at="rubbish"))

    assert told == Outcome("no_answer", "none", next_action="call_again")


def test_with_whom_somebody_spoke_has_to_be_said_where_it_may_be_either():
    assert read(form("complaint", note="Rude.")) == (Misfit("contact_class", "missing"),)


@pytest.mark.parametrize("written", ["11/03/2026", "2026-02-30"])
def test_a_day_that_is_none_is_told(written):
    assert read(form("promise_to_pay", amount="1", day=written)) == (Misfit("day", "unreadable"),)


def test_a_day_is_that_of_the_calendar():
    assert read(form("promise_to_pay", amount="1", day="2026-03-11")).day == date(2026, 3, 11)


def test_a_call_back_is_at_a_time_of_the_customers_clock():
    zones = ("America/New_York", "America/Chicago")
    told = read(
        form("callback_requested", contact_class="right_party", call_back_at="2026-03-05T09:00", zone=zones[1]),
        zones=zones,
    )

    assert told.call_back_at == to_millis(NOW.replace(day=5, hour=15))


def test_a_zone_that_was_not_offered_is_none():
    told = read(form("callback_requested", contact_class="right_party", call_back_at="2026-03-05T09:00", zone="../etc"))

    assert told.call_back_at == to_millis(NOW.replace(day=5, hour=9))


def test_a_time_that_the_clock_skips_cannot_be_agreed():
    assert instant_of("2026-03-29T01:30", "Europe/London") is None


def test_a_time_that_occurs_twice_is_the_later_one():
    at = instant_of("2026-10-25T01:30", "Europe/London")

    assert at == to_millis(NOW.replace(month=10, day=25, hour=1, minute=30))


def test_what_a_clock_shows_is_what_it_was_set_by():
    assert reading_of(instant_of("2026-03-05T09:00", "Asia/Shanghai") or 0, "Asia/Shanghai") == "2026-03-05T09:00"


@pytest.mark.parametrize(
    "other",
    [{}, {"kind": "letter"}, {"kind": "visit"}, {"kind": "legal", "gate": "counsel"}],
    ids=["call", "letter", "visit", "approval"],
)
def test_each_outcome_of_a_task_has_a_key_of_its_own(other):
    keys = [*ACTS.values(), *(KEYS[word] for word in fitting(task(**other)))]

    assert sorted(set(keys)) == sorted(keys)


def test_every_outcome_stands_in_one_group():
    assert sorted(word for group in GROUPS.values() for word in group) == sorted(RULES)


@pytest.mark.parametrize("kind", ["call", "letter", "visit", "legal", "agency"])
def test_every_outcome_that_a_task_can_have_is_offered(kind):
    fit = fitting(task(kind=kind))

    assert {each.word for group in groups_of(fit) for each in group.outcomes} == set(fit)
