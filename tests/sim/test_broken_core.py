"""The checker finds what a broken core does: each test takes one promise away from the real one."""

from dataclasses import replace as replaced

import pytest
from msgspec.structs import replace

from dispatcher.core.decide import decide
from dispatcher.core.rules import DAY_KINDS
from dispatcher.local.portfolio import POLICY
from dispatcher.sim.portfolio import rules_of, simulate
from schemas.inbox import (
    ConsentChanged,
    CustomerErased,
    HoldPlaced,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PromiseMade,
)
from tests.sim.conftest import SMALL

ALWAYS = dict.fromkeys(DAY_KINDS, ((0, 1440),))


def under(change):
    """A core that decides under a changed policy, whatever it is told."""
    changed = []

    def decides(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
        if not changed:
            changed.append(change(policy))
        return decide(customer_id, customer, arrivals, changed[0], now, conditions)

    return decides


def deaf_to(*kinds):
    """A core that never hears of some facts."""

    def decides(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
        heard = [each for each in arrivals if not isinstance(each.fact, kinds)]
        return decide(customer_id, customer, heard, policy, now, conditions)

    return decides


def without_memory(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
    """A core that forgets which stages it has done as soon as a bill is stated again."""
    made = decide(customer_id, customer, arrivals, policy, now, conditions)
    if not any(isinstance(each.fact, InvoiceStated) for each in arrivals):
        return made
    invoices = {name: replace(each, done=(), verdict="") for name, each in made.customer.invoices.items()}
    return replace(made, customer=replace(made.customer, invoices=invoices))


def all_channels(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
    """A core that sends by e-mail what it sends by SMS."""
    made = decide(customer_id, customer, arrivals, policy, now, conditions)
    doubled = [
        replace(
            claim, channel="email", contact_point=claim.profile.emails[0].address, attempt_id=f"{claim.attempt_id}e"
        )
        for claim in made.claims
        if claim.channel == "sms" and claim.profile.emails
    ]
    return replace(made, claims=[*made.claims, *doubled])


BROKEN = {
    "cap": under(lambda policy: replaced(policy, caps=())),
    "min_gap": under(lambda policy: replaced(policy, min_gap=0)),
    "quiet_hours": under(
        lambda policy: replaced(
            policy, windows={name: replaced(window, ranges=ALWAYS) for name, window in policy.windows.items()}
        )
    ),
    "settled": deaf_to(InvoiceSettled),
    "erased": deaf_to(CustomerErased),
    "opted_out": deaf_to(ConsentChanged),
    "hold": deaf_to(HoldPlaced),
    "promise": deaf_to(PromiseMade),
    "plan": deaf_to(PlanAgreed),
    "stage_twice": without_memory,
    "channels_at_once": all_channels,
}


@pytest.mark.parametrize("invariant", BROKEN)
def test_a_core_that_breaks_a_promise_is_found_out(rules, invariant):
    assert simulate(SMALL, rules, BROKEN[invariant]).breaches[invariant] > 0


def test_a_breach_names_customer_instant_and_stage(rules):
    first = simulate(SMALL, rules, BROKEN["settled"]).examples[0]
    assert (first.customer_id[0], first.invariants, bool(first.stage)) == ("C", ("settled",), True)


def test_a_core_that_changes_the_variant_of_a_running_case_is_found_out():
    text = POLICY.read_text("utf-8") + "\n[variants.calmer]\nshare = 50\n[variants.calmer.policy]\nmin_gap_hours = 20\n"

    def without_a_case(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
        other = replace(customer, variant="calmer" if now % 2 else "champion")
        return decide(customer_id, other, arrivals, policy, now, conditions)

    assert simulate(SMALL, rules_of(text, "variants"), without_a_case).breaches["variant_switched"] > 0


def test_a_core_that_lets_collectors_dial_at_any_hour_is_found_out(rules):
    def lenient(customer_id, customer, arrivals, policy, now, conditions):  # noqa: PLR0917
        made = decide(customer_id, customer, arrivals, policy, now, conditions)
        told = [replace(each, result="permitted") if each.result == "refused" else each for each in made.records]
        return replace(made, records=told)

    found = simulate(SMALL, rules, lenient)
    assert found.breaches["quiet_hours"] > 0
    assert {each.channel for each in found.examples} == {"call_task"}
