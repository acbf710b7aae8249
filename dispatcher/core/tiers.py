"""The tier of a customer: the first rule of the policy whose conditions all hold."""

from collections.abc import Mapping
from functools import reduce

from dispatcher.core.policy_text import TierConditions, TierText
from dispatcher.core.rules import Policy, Tier, TierRule, TierTest
from schemas.inbox import ProfileStated

DEFAULT_RULE = "tiers.default"


def tier_of(policy: Policy, profile: ProfileStated, days_overdue: int, amounts: Mapping[str, int]) -> Tier:
    """The tier for a contact about `amounts` (currency -> minor units), the oldest `days_overdue` (0 or less: not yet)."""
    for rule in policy.tiers:
        if rule.holds(profile, days_overdue, amounts):
            return rule.tier
    return policy.default_tier


def compiled(text: TierText) -> TierRule:
    """A rule as the tests that it states, those about the person first; what it leaves open is not tested."""
    tests = [*_person_tests(text.when), *_debt_tests(text.when)]
    return TierRule(Tier(text.tier, f"tiers.{text.id}"), reduce(_both, tests) if tests else _anybody)


def _anybody(_profile: ProfileStated, _days: int, _amounts: Mapping[str, int]) -> bool:
    return True


def _both(one: TierTest, other: TierTest) -> TierTest:
    return lambda profile, days, amounts: one(profile, days, amounts) and other(profile, days, amounts)


def _person_tests(when: TierConditions) -> list[TierTest]:
    tests: list[TierTest] = []
    if stated := frozenset(when.stated_tiers):
        tests.append(lambda profile, _days, _amounts: profile.tier in stated)
    if segments := frozenset(when.segments):
        tests.append(lambda profile, _days, _amounts: profile.segment in segments)
    if grades := frozenset(when.credit_grades):
        tests.append(lambda profile, _days, _amounts: profile.credit_grade in grades)
    if (party := when.party) is not None:
        tests.append(lambda profile, _days, _amounts: profile.party == party)
    if (score := when.min_risk_score) is not None:
        tests.append(lambda profile, _days, _amounts: profile.risk_score is not None and profile.risk_score >= score)
    return tests


def _debt_tests(when: TierConditions) -> list[TierTest]:
    tests: list[TierTest] = []
    if (least := when.min_days_overdue) is not None:
        tests.append(lambda _profile, days, _amounts: days >= least)
    if (most := when.max_days_overdue) is not None:
        tests.append(lambda _profile, days, _amounts: days <= most)
    if large := dict(when.min_amount):
        tests.append(
            lambda _profile, _days, amounts: any(
                currency in large and amount >= large[currency] for currency, amount in amounts.items()
            )
        )
    return tests
