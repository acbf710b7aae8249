"""The tier of a customer: the first rule of the policy whose conditions all hold."""

from collections.abc import Mapping

import msgspec

from dispatcher.core.rules import Policy, TierRule
from schemas.inbox import ProfileStated


class Tier(msgspec.Struct, frozen=True, gc=False):
    """A tier, and the rule that gave it (`default` if none held)."""

    name: str
    rule: str


def tier_of(policy: Policy, profile: ProfileStated, days_overdue: int, amounts: Mapping[str, int]) -> Tier:
    """The tier for a contact about `amounts` (currency -> minor units), the oldest `days_overdue` (0 or less: not yet)."""
    for rule in policy.tiers:
        if _holds(rule, profile, days_overdue, amounts):
            return Tier(rule.tier, f"tiers.{rule.id}")
    return Tier(policy.default_tier, "tiers.default")


def _holds(rule: TierRule, profile: ProfileStated, days_overdue: int, amounts: Mapping[str, int]) -> bool:
    if rule.min_days_overdue is not None and days_overdue < rule.min_days_overdue:
        return False
    if rule.max_days_overdue is not None and days_overdue > rule.max_days_overdue:
        return False
    if rule.min_risk_score is not None and (profile.risk_score or 0) < rule.min_risk_score:
        return False
    if rule.min_amount and not _large(rule.min_amount, amounts):
        return False
    return _fits(rule, profile)


def _fits(rule: TierRule, profile: ProfileStated) -> bool:
    """Whether what is stated of the customer is among what the rule names."""
    return (
        (not rule.segments or profile.segment in rule.segments)
        and (not rule.stated_tiers or profile.tier in rule.stated_tiers)
        and (not rule.credit_grades or profile.credit_grade in rule.credit_grades)
        and (rule.party is None or profile.party == rule.party)
    )


def _large(least: Mapping[str, int], amounts: Mapping[str, int]) -> bool:
    return any(currency in least and amount >= least[currency] for currency, amount in amounts.items())
