"""A small portfolio lived through: the core keeps every promise, and the result is a function of its input."""

import json
from datetime import UTC, datetime

import pytest

from dispatcher.local.portfolio import POLICY
from dispatcher.sim.life import Span
from dispatcher.sim.portfolio import Portfolio, rules_of, simulate, simulate_on
from schemas.values import CHANNELS, to_millis
from tests.sim.conftest import START


def test_no_contact_breaks_an_invariant(lived):
    assert lived.breaches == {}, lived.examples


def test_every_channel_is_used(lived):
    assert {channel for _, channel, _ in lived.contacts} == set(CHANNELS)


@pytest.mark.parametrize("what", ["dialled", "refused", "reached", "expired"])
def test_tasks_come_to_every_end(lived, what):
    assert lived.tasks[what] > 0


def test_stages_of_every_phase_are_reached(lived):
    stages = {stage for _, _, stage in lived.contacts}
    assert stages >= {"pre_due_7", "due_day", "first_contact", "notice", "class_31_60"}


@pytest.mark.parametrize("rule", ["caps.total_7d", "min_gap_hours", "promises", "windows.email.sunday"])
def test_what_puts_contacts_off_is_counted_by_its_rule(lived, rule):
    assert lived.deferrals[rule] > 0


@pytest.mark.parametrize("rule", ["plans", "opted_out", "blocked_channel", "no_reachable_channel", "minimum_amount"])
def test_what_forbids_contacts_is_counted_by_its_rule(lived, rule):
    assert lived.suppressions[rule] > 0


@pytest.mark.parametrize("what", ["late", "repeated", "wake_ups"])
def test_the_world_is_untidy(lived, what):
    assert lived.events[what] > 0


def test_part_of_what_is_overdue_is_recovered(lived):
    overdue = sum(amount for (_, what), amount in lived.money.items() if what == "overdue")
    recovered = sum(amount for (_, what), amount in lived.money.items() if what == "recovered")
    assert 0 < recovered < overdue


def test_the_same_portfolio_lives_the_same_life(rules):
    small = Portfolio(40, 3, Span(START, 60))
    assert simulate(small, rules) == simulate(small, rules)


def test_another_seed_is_another_portfolio(rules):
    assert simulate(Portfolio(40, 3, Span(START, 60)), rules) != simulate(Portfolio(40, 4, Span(START, 60)), rules)


def test_a_customer_lives_the_same_life_in_a_larger_portfolio(rules):
    one, two = (simulate(Portfolio(size, 5, Span(START, 30)), rules) for size in (1, 2))
    assert all(two.contacts[key] >= count for key, count in one.contacts.items())


@pytest.mark.slow
def test_the_result_does_not_depend_on_the_number_of_processes(rules):
    text = POLICY.read_text("utf-8")
    portfolio = Portfolio(1_100, 3, Span(START, 30))
    assert simulate_on(2, portfolio, text) == simulate_on(1, portfolio, text)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_contact_breaks_an_invariant_in_a_larger_portfolio(rules, seed):
    start = to_millis(datetime(2026, 9 + seed, 20, tzinfo=UTC))
    assert simulate(Portfolio(2_000, seed, Span(start, 90)), rules).breaches == {}


def test_the_policy_of_the_demonstration_is_read_completely():
    found = rules_of(POLICY.read_text("utf-8"), POLICY.name)
    assert found.ruling.unread == ()


def test_the_command_tells_the_same_bytes_twice(command):
    first = command("simulate", "--customers", "30", "--days", "40", "--jobs", "1", "--json")
    assert first == command("simulate", "--customers", "30", "--days", "40", "--jobs", "1", "--json")


def test_the_command_tells_programs_what_was_broken(command):
    found = json.loads(command("simulate", "--customers", "30", "--days", "40", "--jobs", "1", "--json").out)
    assert (set(found["breaches"].values()), found["breaches_total"]) == ({0}, 0)


def test_the_command_tells_people_in_tables(command):
    said = command("simulate", "--customers", "20", "--days", "30", "--jobs", "1").out
    assert [
        head for head in ("contacts", "put off by", "recovery", "cost", "breaches") if f"\n{head}" not in said
    ] == []


def test_costs_follow_the_prices_that_are_given(command):
    arguments = ("simulate", "--customers", "30", "--days", "40", "--jobs", "1", "--json", "--cost", "email=2")
    found = json.loads(command(*arguments).out)
    assert found["cost"]["email"] == 2 * found["contacts"]["by_channel"]["email"]


@pytest.mark.parametrize(
    "wrong", [("--cost", "fax=1"), ("--cost", "sms=cheap"), ("--from", "soon"), ("--policy", "no-such.toml")]
)
def test_a_wrong_option_is_one_line_and_two(command, wrong):
    ended = command("simulate", "--customers", "1", *wrong)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_a_policy_with_variants_keeps_every_promise_and_counts_them(rules):
    text = POLICY.read_text("utf-8") + "\n[variants.calmer]\nshare = 40\n[variants.calmer.policy]\nmin_gap_hours = 72\n"
    lived = simulate(Portfolio(120, 1, Span(START, 60)), rules_of(text, "variants"))
    assert (lived.breaches, set(lived.variants)) == ({}, {"champion", "calmer"})
