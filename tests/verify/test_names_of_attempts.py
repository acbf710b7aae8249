"""No attempt's id is given out twice, whatever becomes of invoices, due dates and claims meanwhile."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatcher.core.policy import Policy, parse
from schemas.inbox import AttemptAccepted, AttemptReleased
from tests.core.builders import LIVE, Story, conditions, due, overdue, paid, profile

_EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.example.toml"
_SECOND, _HOUR, _DAY = 1_000, 3_600_000, 86_400_000
_PAUSES = (0, 1, 50, _SECOND, 5 * _SECOND, 60 * _SECOND, _HOUR, _DAY)
_UNDER = (LIVE, LIVE, conditions(gate_open=False), conditions(credit=()))
_WHY = ("paid", "lease_expired", "input_behind", "provider_unreachable")


def rules() -> Policy:
    found = parse(_EXAMPLE.read_text("utf-8"))
    assert isinstance(found, Policy), found
    return found


def said_of_an_invoice(rnd: random.Random, now: int):
    """It is due in weeks, overdue by days or weeks, or paid: due dates move away and back, and payments bounce."""
    name = f"I-{rnd.randrange(4)}"

    def day(days: int) -> str:
        return str((datetime.fromtimestamp(now / 1000, UTC) + timedelta(days=days)).date())

    return rnd.choice(
        (due(name, day(20)), due(name, day(20)), overdue(name, day(-5)), overdue(name, day(-40)), paid(name))
    )


def outcome(rnd: random.Random, attempt_id: str, now: int):
    return rnd.choice(
        (
            AttemptAccepted(attempt_id, "stand-in", "ref"),
            AttemptReleased(attempt_id, rnd.choice(_WHY), None),
            AttemptReleased(attempt_id, rnd.choice(_WHY), None),
            AttemptReleased(attempt_id, "provider_unreachable", now + rnd.choice((_SECOND, _HOUR))),
        )
    )


def life(seed: int) -> Story:
    """A customer by e-mail, of whom something is said some two hundred times."""
    rnd = random.Random(seed)
    story = Story(rules(), "2026-03-04 10:00")
    story.hear(profile(phones=(), timezone="Europe/London", country="GB"))
    for _ in range(200):
        story.now += rnd.choices(_PAUSES, (8, 8, 8, 8, 8, 8, 2, 1))[0]
        told = [said_of_an_invoice(rnd, story.now) for _ in range(rnd.choice((0, 1, 1, 2, 5)))]
        told += [outcome(rnd, each, story.now) for each in story.last.open_claims if rnd.random() < 0.6]
        rnd.shuffle(told)
        story.under = rnd.choice(_UNDER)
        story.hear(*told)
    return story


@pytest.mark.parametrize("seed", range(60))
def test_no_attempts_id_is_given_out_twice(seed):
    named = [each.attempt_id for each in life(seed).claims]

    assert len(named) == len(set(named))


def test_lives_are_long_enough_to_tell():
    assert max(len(life(seed).claims) for seed in range(10)) > 10
