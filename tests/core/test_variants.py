"""Champion and challengers (S41): a stable part of the customers lives under other sections, for the whole of a case."""

import pytest

from dispatcher.core.decide import decide
from dispatcher.core.policy import PolicyProblems, parse
from schemas.state import EMPTY
from tests.core.builders import LIVE, POLICY, arrival, at, conditions, due, overdue, paid, policy, profile

CALMER = """
[variants.calmer]
share = 30
[variants.calmer.policy]
min_gap_hours = 200
"""
NOW = at("2026-03-11 10:00")
RULES = policy(('accepted_bases = ["contract"]\n', f'accepted_bases = ["contract"]\n{CALMER}'))
SMALLER = policy(('accepted_bases = ["contract"]\n', f'accepted_bases = ["contract"]\n{CALMER.replace("30", "1")}'))
CUSTOMERS = [f"C-{number}" for number in range(400)]


def turn(customer_id, customer, *facts, rules=RULES, now=NOW, under=LIVE):
    return decide(customer_id, customer, [arrival(fact, now) for fact in facts], rules, now, under)


def contacted(customer_id, under=LIVE):
    return turn(customer_id, EMPTY, profile(), overdue(), under=under)


def variant(decision):
    return decision.records[0].variant


CHALLENGED = next(each for each in CUSTOMERS if variant(contacted(each)) == "calmer")
OTHER = next(each for each in CUSTOMERS if variant(contacted(each)) is None)


def test_s41_a_share_of_the_customers_lives_under_the_variant():
    drawn = [variant(contacted(each)) for each in CUSTOMERS]
    assert 0.22 < drawn.count("calmer") / len(drawn) < 0.38


def test_every_record_names_the_variant_and_the_hash_of_the_whole_policy():
    assert {(each.variant, each.policy) for each in contacted(CHALLENGED).records} == {("calmer", RULES.hash)}


def test_a_section_of_the_variant_stands_in_for_the_policys():
    assert {each.id: each.policy.min_gap for each in RULES.variants} == {"calmer": 200 * 3_600_000}


def test_what_the_variant_does_not_name_is_the_policys():
    assert RULES.variants[0].policy.caps[0].max == RULES.caps[0].max


@pytest.mark.parametrize("sending", ["on", "shadow"])
def test_the_variant_is_kept_once_a_contact_was_decided(sending):
    assert contacted(CHALLENGED, conditions(sending)).customer.variant == "calmer"


def test_a_customer_of_the_policy_itself_is_kept_there():
    assert contacted(OTHER).customer.variant == "champion"


def test_nothing_is_kept_before_the_first_contact():
    assert turn(CHALLENGED, EMPTY, profile(), due(due_on="2026-05-01")).customer.variant is None


def test_a_running_case_keeps_its_variant_when_shares_change():
    customer = contacted(CHALLENGED).customer
    assert variant(turn(CHALLENGED, customer, due("I-2", "2026-05-01"), rules=SMALLER)) == "calmer"


def test_a_running_case_of_the_policy_itself_stays_when_shares_change():
    customer = contacted(OTHER).customer
    wider = policy(('accepted_bases = ["contract"]\n', f'accepted_bases = ["contract"]\n{CALMER.replace("30", "99")}'))
    assert variant(turn(OTHER, customer, due("I-2", "2026-05-01"), rules=wider)) is None


def test_a_case_ends_when_nothing_is_open():
    customer = contacted(CHALLENGED).customer
    assert turn(CHALLENGED, customer, paid(), now=NOW + 1000).customer.variant is None


def test_a_case_goes_on_while_anything_is_open():
    customer = turn(CHALLENGED, EMPTY, profile(), overdue(), due("I-2", "2026-05-01")).customer
    assert turn(CHALLENGED, customer, paid(), now=NOW + 1000).customer.variant == "calmer"


def test_a_variant_that_is_gone_gives_way_to_the_policy_itself():
    customer = contacted(CHALLENGED).customer
    assert variant(turn(CHALLENGED, customer, due("I-2", "2026-05-01"), rules=policy())) is None


def test_metrics_know_the_stages_that_only_a_variant_has():
    stage = """
[variants.calmer.policy]
[[variants.calmer.policy.stages]]
id = "gentle_only"
phase = "overdue"
when = { days = 3 }
channels = { default = ["email"] }
tone = "friendly"
message = "first_contact"
responsible = "desk"
"""
    rules = parse(POLICY + CALMER.partition("[variants.calmer.policy]")[0] + stage)
    assert "gentle_only" in rules.stage_ids


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (CALMER.replace("share = 30", "share = 100"), "variants.calmer.share"),
        (CALMER.replace("min_gap_hours = 200", 'min_gap_hours = "long"'), "variants.calmer.policy.min_gap_hours"),
        (CALMER.replace("min_gap_hours = 200", "creditors = {}"), "variants.calmer.policy.creditors"),
        (CALMER + CALMER.replace("calmer", "other").replace("30", "70"), "variants"),
        (
            CALMER + 'caps = [{ id = "a", max = 1, window = "7d" }, { id = "a", max = 2, window = "7d" }]\n',
            "variants.calmer.policy.caps[1].id",
        ),
    ],
    ids=["everybody", "no number", "what all share", "too many", "inside"],
)
def test_what_a_variant_may_not_state(text, path):
    found = parse(POLICY + text)
    assert isinstance(found, PolicyProblems)
    assert path in [problem.path for problem in found.problems]
