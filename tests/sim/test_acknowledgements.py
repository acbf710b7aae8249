"""A portfolio in which payments and plans are acknowledged: nothing is broken, and a core that is too kind is found out."""

from dataclasses import replace as replaced

import pytest

from dispatcher.core.decide import decide
from dispatcher.core.rules import ACKNOWLEDGEMENTS
from dispatcher.local.portfolio import POLICY
from dispatcher.sim.life import Rules
from dispatcher.sim.portfolio import rules_of, simulate
from tests.sim.conftest import SMALL
from tests.sim.test_broken_core import under, without_memory

SECTION = """
[acknowledgements]
of = ["partial_payment", "full_payment", "plan"]
channels = ["email", "sms"]
responsible = "billing-desk"
"""


@pytest.fixture(scope="module")
def thankful() -> Rules:
    found = rules_of(POLICY.read_text("utf-8") + SECTION, "thankful")
    assert isinstance(found, Rules)
    return found


@pytest.fixture(scope="module")
def kind(thankful):
    return simulate(SMALL, thankful)


def test_no_contact_breaks_an_invariant(kind):
    assert kind.breaches == {}, kind.examples


@pytest.mark.parametrize("stage", ACKNOWLEDGEMENTS)
def test_customers_are_thanked(kind, stage):
    assert sum(count for (_, _, name), count in kind.contacts.items() if name == stage) > 0


def test_nobody_is_thanked_where_the_policy_does_not_ask_for_it(lived):
    assert {stage for _, _, stage in lived.contacts}.isdisjoint(ACKNOWLEDGEMENTS)


def test_a_core_that_thanks_unasked_is_found_out(rules, thankful):
    kinder = under(lambda policy: replaced(policy, acknowledging=thankful.policy.acknowledging))
    assert simulate(SMALL, rules, kinder).breaches["acknowledgement"] > 0


def test_a_core_that_thanks_twice_is_found_out(thankful):
    assert simulate(SMALL, thankful, without_memory).breaches["acknowledgement"] > 0


def test_a_core_that_thanks_for_other_payments_than_the_policy_names_is_found_out():
    partial = rules_of(POLICY.read_text("utf-8") + SECTION.replace('"full_payment", ', ""), "partial")
    assert isinstance(partial, Rules)

    def more(policy):
        return replaced(policy, acknowledging=replaced(policy.acknowledging, full=True))

    assert simulate(SMALL, partial, under(more)).breaches["acknowledgement"] > 0


def test_a_core_that_thanks_who_is_held_is_found_out(thankful):
    def deaf(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
        heard = [each for each in arrivals if type(each.fact).__name__ != "HoldPlaced"]
        return decide(customer_id, customer, heard, policy, now, conditions)

    broken = simulate(SMALL, thankful, deaf)
    assert any(each.stage in ACKNOWLEDGEMENTS and "hold" in each.invariants for each in broken.examples)
