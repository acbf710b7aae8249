"""What is applied decides from the next turn on; what cannot be used here is refused, and the former policy stays."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from dispatcher.core.policy import Policy, parse
from dispatcher.engine.policy_switch import PolicyInForce
from schemas.policies import PolicyText
from tests.core.builders import POLICY

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OTHER = POLICY.replace("min_gap_hours = 20", "min_gap_hours = 21")


@dataclass
class Heard:
    hashes: list[str] = field(default_factory=list)
    stages: list[tuple[str, ...]] = field(default_factory=list)
    refused: int = 0

    def policy(self, policy_hash: str, stages: tuple[str, ...]) -> None:
        self.hashes.append(policy_hash)
        self.stages.append(stages)

    def policy_refused(self) -> None:
        self.refused += 1


def rules(text: str) -> Policy:
    parsed = parse(text)
    assert isinstance(parsed, Policy)
    return parsed


def applied(text: str, name: str | None = None) -> PolicyText:
    return PolicyText(name or rules(text).hash, text, "somebody", AT)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def in_force(heard: Heard) -> PolicyInForce:
    return PolicyInForce(rules(POLICY), lambda _: None, heard)


def test_the_policy_of_the_start_is_announced(in_force: PolicyInForce, heard: Heard):
    assert heard.hashes == [in_force.policy.hash]


def test_another_policy_is_in_force_once_it_is_offered(in_force: PolicyInForce):
    in_force.offer(applied(OTHER))

    assert in_force.policy.hash == rules(OTHER).hash


def test_a_new_policy_is_announced_with_its_stages(in_force: PolicyInForce, heard: Heard):
    in_force.offer(applied(OTHER))

    assert (heard.hashes[-1], heard.stages[-1]) == (rules(OTHER).hash, rules(OTHER).stage_ids)


def test_the_policy_in_force_put_in_force_again_after_a_refused_one_is_announced(in_force: PolicyInForce, heard: Heard):
    in_force.refuse("elsewhere", "its text is not in the topic")

    in_force.offer(applied(POLICY))

    assert len(heard.hashes) == 2


def test_the_policy_in_force_offered_again_changes_nothing(in_force: PolicyInForce, heard: Heard):
    before = in_force.policy

    assert (in_force.offer(applied(POLICY)), in_force.policy is before, len(heard.hashes)) == (False, True, 1)


def test_a_text_that_is_no_policy_here_is_refused(in_force: PolicyInForce, heard: Heard):
    before = in_force.policy

    assert (in_force.offer(applied("new_key = 1", "f" * 12)), in_force.policy, heard.refused) == (False, before, 1)


def test_a_policy_for_which_this_worker_has_no_means_is_refused(heard: Heard):
    in_force = PolicyInForce(rules(POLICY), lambda _: "no provider for sms", heard)

    assert (in_force.offer(applied(OTHER)), in_force.policy.hash, heard.refused) == (False, rules(POLICY).hash, 1)
