"""The tier of a customer: the first rule that holds, by who they are, what they owe, and how they paid before."""

import pytest

from dispatcher.core.counts import Counts
from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.core.rules import Case
from dispatcher.core.tiers import tier_for
from schemas.inbox import EmailPoint, InvoiceSettled, PhonePoint
from tests.core.builders import POLICY, at, known, overdue, profile, stage_text, with_stages


def ruled(when: str, text: str = POLICY) -> Policy:
    parsed = parse(text.replace("min_amount = { EUR = 100000 }", when))
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def tier(when: str, *, days=0, amounts=None, history=None, **changes) -> bool:
    """Whether a rule with this condition holds."""
    case = Case(profile(**changes), days, amounts or {}, history or Counts())
    return tier_for(ruled(when), case).name == "intense"


PERSON = {
    "s8 importance: whose account manager is one of these": (
        'account_managers = ["a"]',
        {"account_manager": "a"},
        {"account_manager": "b"},
    ),
    "s8 importance: who has an account manager": ("has_account_manager = true", {"account_manager": "a"}, {}),
    "who has no account manager": ("has_account_manager = false", {}, {"account_manager": "a"}),
    "s8 risk: up to a score": ("max_risk_score = 30", {"risk_score": 30.0}, {"risk_score": 30.1}),
    "a score that nobody stated is not low": ("max_risk_score = 100", {"risk_score": 0.0}, {}),
    "an attribute that is equal": (
        'attributes = { industry = "retail" }',
        {"attributes": {"industry": "retail"}},
        {"attributes": {"industry": "mining"}},
    ),
    "a number that is equal": (
        "attributes = { staff = 5 }",
        {"attributes": {"staff": 5.0}},
        {"attributes": {"staff": 6.0}},
    ),
    "an attribute that is missing": (
        'attributes = { industry = "retail" }',
        {"attributes": {"industry": "retail"}},
        {},
    ),
    "a number that is large enough": (
        "attributes = { staff = { min = 50 } }",
        {"attributes": {"staff": 50.0}},
        {"attributes": {"staff": 49.9}},
    ),
    "a number that is small enough": (
        "attributes = { staff = { max = 50 } }",
        {"attributes": {"staff": 50.0}},
        {"attributes": {"staff": 50.1}},
    ),
    "a number, not a text": (
        "attributes = { staff = { min = 0 } }",
        {"attributes": {"staff": 1.0}},
        {"attributes": {"staff": "1"}},
    ),
    "all of several attributes": (
        'attributes = { industry = "retail", staff = { min = 50 } }',
        {"attributes": {"industry": "retail", "staff": 60.0}},
        {"attributes": {"industry": "retail"}},
    ),
    "who cannot be reached by a channel": (
        'unreachable_by = ["sms"]',
        {"phones": (PhonePoint("+493012345678", "landline"),)},
        {},
    ),
    "who cannot be reached by any of several": (
        'unreachable_by = ["sms", "email"]',
        {"phones": (), "emails": (EmailPoint("w@x.example", "work"),)},
        {"phones": ()},
    ),
}


@pytest.mark.parametrize("what", PERSON)
def test_a_rule_about(what):
    when, holds, fails = PERSON[what]
    assert [tier(when, **holds), tier(when, **fails)] == [True, False]


DEBT = {
    "a sum up to a limit": ("max_amount = { EUR = 500 }", {"EUR": 500}, {"EUR": 501}),
    "a small sum beside one that is not listed": ("max_amount = { EUR = 500 }", {"EUR": 5, "USD": 9999}, {"USD": 1}),
    "no sum beyond its limit": ("max_amount = { EUR = 500, USD = 500 }", {"EUR": 5, "USD": 5}, {"EUR": 5, "USD": 501}),
}


@pytest.mark.parametrize("what", DEBT)
def test_a_rule_about_the_debt(what):
    when, holds, fails = DEBT[what]
    assert [tier(when, amounts=holds), tier(when, amounts=fails)] == [True, False]


PAST = {
    "s8 history: broken promises": ("min_broken_promises = 2", Counts(promises_broken=2), Counts(promises_broken=1)),
    "few broken promises": ("max_broken_promises = 0", Counts(), Counts(promises_broken=1)),
    "kept promises": ("min_kept_promises = 1", Counts(promises_kept=1), Counts(promises_partly_kept=1)),
    "s8 history: late payments": ("min_late_12m = 3", Counts(paid_late=3), Counts(paid_late=2)),
    "few late payments": ("max_late_12m = 1", Counts(paid_late=1), Counts(paid_late=2)),
    "payments on time": ("min_on_time_12m = 6", Counts(paid_on_time=6), Counts(paid_on_time=5)),
    "a long time overdue": ("min_longest_overdue = 90", Counts(longest_overdue=90), Counts(longest_overdue=89)),
}


@pytest.mark.parametrize("what", PAST)
def test_a_rule_about_the_past(what):
    """S8"""
    when, holds, fails = PAST[what]
    assert [tier(when, history=holds), tier(when, history=fails)] == [True, False]


def settled_late(rules: Policy):
    """A customer who paid an invoice late, and owes another one."""
    story = known(rules, "2026-03-10 11:00")
    story.hear(overdue("OLD", due_on="2026-02-20"))
    story.now += 60_000
    story.hear(InvoiceSettled("OLD", 0, "EUR", "payment", at("2026-03-09 12:00")))
    story.go("2026-03-17 11:00")
    story.hear(overdue("NEW"))
    return story


def test_the_past_that_a_contact_looks_at_is_the_customers_own():
    records = settled_late(ruled("min_late_12m = 1")).records
    record = next(each for each in records if each.invoice_ids == ("NEW",) and each.tier)
    assert (record.tier, record.tier_rule) == ("intense", "tiers.large")


def test_a_stage_may_be_only_for_those_who_paid_late_before():
    rules = parse(with_stages(stage_text("strict", 7, "only = { min_late_12m = 1 }")))
    assert [claim.stage.id for claim in settled_late(rules).claims if claim.invoices[0][0] == "NEW"] == ["strict"]


def test_a_stage_may_be_only_for_those_who_paid_in_time_before():
    rules = parse(with_stages(stage_text("mild", 7, "only = { max_late_12m = 0 }")))
    assert [claim.stage.id for claim in settled_late(rules).claims if claim.invoices[0][0] == "NEW"] == []


def test_the_first_rule_that_holds_decides():
    second = '[[tiers]]\nid = "second"\ntier = "late"\nwhen = { min_days_overdue = 1 }\n\n[[stages]]'
    rules = ruled("min_days_overdue = 10", POLICY.replace("[[stages]]", second, 1))
    found = [tier_for(rules, Case(profile(), days, {})).name for days in (0, 1, 10)]
    assert found == ["standard", "late", "intense"]


@pytest.mark.parametrize(
    "when",
    ["attributes = { staff = { least = 5 } }", "attributes = { staff = [1] }", "min_late_12m = 0", "max_amount = 5"],
)
def test_what_a_rule_may_not_ask(when):
    assert isinstance(parse(POLICY.replace("min_amount = { EUR = 100000 }", when)), PolicyProblems)
