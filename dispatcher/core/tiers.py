"""The tier of a customer: the first rule of the policy whose conditions all hold."""

from dispatcher.core.conditions import debt_tests, history_tests, of_all, person_tests
from dispatcher.core.policy_text import TierConditions, TierText
from dispatcher.core.rules import Case, CaseTest, Policy, Tier, TierRule

DEFAULT_RULE = "tiers.default"


def tier_for(policy: Policy, case: Case) -> Tier:
    """The tier for a contact about a case."""
    for rule in policy.tiers:
        if rule.holds(case):
            return rule.tier
    return policy.default_tier


def compiled(text: TierText) -> TierRule:
    """A rule as the tests that it states, those about the person first; what it leaves open is not tested."""
    tests = [*person_tests(text.when), *_age_tests(text.when), *debt_tests(text.when), *history_tests(text.when)]
    return TierRule(Tier(text.tier, f"tiers.{text.id}"), of_all(tests))


def turning_days(when: TierConditions) -> tuple[int, ...]:
    """The days overdue on which the rule can begin or cease to hold by time alone."""
    days = (when.min_days_overdue, None if when.max_days_overdue is None else when.max_days_overdue + 1)
    return tuple(day for day in days if day is not None)


def _age_tests(when: TierConditions) -> list[CaseTest]:
    tests: list[CaseTest] = []
    if (least := when.min_days_overdue) is not None:
        tests.append(lambda case: case.days_overdue >= least)
    if (most := when.max_days_overdue) is not None:
        tests.append(lambda case: case.days_overdue <= most)
    return tests
