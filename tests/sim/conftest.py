"""A small portfolio, lived through once."""

from datetime import UTC, datetime

import pytest

from dispatcher.local.portfolio import POLICY
from dispatcher.sim.life import Rules, Span
from dispatcher.sim.portfolio import Portfolio, rules_of, simulate
from dispatcher.sim.tally import Tally
from schemas.values import to_millis
from tests.cli.conftest import command

__all__ = ["command"]

START = to_millis(datetime(2026, 2, 15, tzinfo=UTC))
SMALL = Portfolio(200, 1, Span(START, 60))


@pytest.fixture(scope="session")
def rules() -> Rules:
    found = rules_of(POLICY.read_text("utf-8"), POLICY.name)
    assert isinstance(found, Rules)
    return found


@pytest.fixture(scope="session")
def lived(rules: Rules) -> Tally:
    return simulate(SMALL, rules)
