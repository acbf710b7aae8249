"""What tier rules and stage conditions ask of a customer and a debt: all that is stated must hold."""

from collections.abc import Mapping, Sequence
from functools import reduce

from dispatcher.core.policy_text import AttributeRange, CaseConditions
from dispatcher.core.reach import points_of
from dispatcher.core.rules import Case, CaseTest


def of_all(tests: Sequence[CaseTest]) -> CaseTest:
    """A test that holds where each of these does."""
    return reduce(_both, tests) if tests else _anybody


def _anybody(_case: Case) -> bool:
    return True


def _both(one: CaseTest, other: CaseTest) -> CaseTest:
    return lambda case: one(case) and other(case)


def person_tests(when: CaseConditions) -> list[CaseTest]:
    """What is asked of the customer's profile."""
    tests: list[CaseTest] = []
    if stated := frozenset(when.stated_tiers):
        tests.append(lambda case: case.profile.tier in stated)
    if segments := frozenset(when.segments):
        tests.append(lambda case: case.profile.segment in segments)
    if grades := frozenset(when.credit_grades):
        tests.append(lambda case: case.profile.credit_grade in grades)
    if managers := frozenset(when.account_managers):
        tests.append(lambda case: case.profile.account_manager in managers)
    if (managed := when.has_account_manager) is not None:
        tests.append(lambda case: (case.profile.account_manager is not None) == managed)
    if (party := when.party) is not None:
        tests.append(lambda case: case.profile.party == party)
    if (least := when.min_risk_score) is not None:
        tests.append(lambda case: case.profile.risk_score is not None and case.profile.risk_score >= least)
    if (most := when.max_risk_score) is not None:
        tests.append(lambda case: case.profile.risk_score is not None and case.profile.risk_score <= most)
    if channels := when.unreachable_by:
        tests.append(lambda case: not any(points_of(case.profile, channel) for channel in channels))
    tests += [_attribute_test(name, wanted) for name, wanted in when.attributes.items()]
    return tests


def _attribute_test(name: str, wanted: str | float | AttributeRange) -> CaseTest:
    """An attribute that is missing, or a text where a number is asked for, never holds."""
    if not isinstance(wanted, AttributeRange):
        return lambda case: case.profile.attributes.get(name) == wanted
    least = float("-inf") if wanted.min is None else wanted.min
    most = float("inf") if wanted.max is None else wanted.max

    def within(case: Case) -> bool:
        stated = case.profile.attributes.get(name)
        return stated is not None and not isinstance(stated, str) and least <= stated <= most

    return within


def history_tests(when: CaseConditions) -> list[CaseTest]:
    """What is asked of the customer's last twelve months."""
    tests: list[CaseTest] = []
    if (broken := when.min_broken_promises) is not None:
        tests.append(lambda case: case.history.promises_broken >= broken)
    if (most_broken := when.max_broken_promises) is not None:
        tests.append(lambda case: case.history.promises_broken <= most_broken)
    if (kept := when.min_kept_promises) is not None:
        tests.append(lambda case: case.history.promises_kept >= kept)
    if (late := when.min_late_12m) is not None:
        tests.append(lambda case: case.history.paid_late >= late)
    if (most_late := when.max_late_12m) is not None:
        tests.append(lambda case: case.history.paid_late <= most_late)
    if (on_time := when.min_on_time_12m) is not None:
        tests.append(lambda case: case.history.paid_on_time >= on_time)
    if (longest := when.min_longest_overdue) is not None:
        tests.append(lambda case: case.history.longest_overdue >= longest)
    return tests


def debt_tests(when: CaseConditions) -> list[CaseTest]:
    """What is asked of the sums; a currency that the condition does not list is no reason for it to hold."""
    tests: list[CaseTest] = []
    if large := dict(when.min_amount):
        tests.append(lambda case: any(case.amounts.get(currency, 0) >= least for currency, least in large.items()))
    if small := dict(when.max_amount):
        tests.append(lambda case: _within(case.amounts, small))
    return tests


def _within(amounts: Mapping[str, int], most: Mapping[str, int]) -> bool:
    """Whether some listed currency is owed, and none beyond its limit."""
    listed = [amount <= most[currency] for currency, amount in amounts.items() if currency in most]
    return bool(listed) and all(listed)
