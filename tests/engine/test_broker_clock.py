"""Our clock against the broker's: too far away, or after a jump, it is not trusted."""

import pytest

from dispatcher.engine.broker_clock import MOST_SKEW_S, BrokerClock
from dispatcher.engine.gate import Gate


class Machine:
    """Two clocks of a machine, and the broker's; `drift` is how far ahead our wall clock is."""

    def __init__(self, drift: float = 0.0) -> None:
        self.monotonic_s, self.true_s, self.drift = 500.0, 1_000_000.0, drift
        self.told: list[float] = []
        self.clock = BrokerClock(self.told.append, monotonic=lambda: self.monotonic_s, wall=self.wall)

    def wall(self) -> float:
        return self.true_s + self.drift

    def go(self, seconds: float) -> None:
        self.monotonic_s += seconds
        self.true_s += seconds

    def compare(self, there: float = 0.01, back: float = 0.01) -> None:
        """An append that takes so long to reach the broker, and whose answer takes so long."""
        asked = self.clock.asked()
        self.go(there)
        stamped = int(self.true_s * 1000)
        self.go(back)
        self.clock.answered(asked, [stamped])


def test_before_the_first_comparison_nothing_is_trusted():
    assert not Machine().clock.trusted()


@pytest.mark.parametrize("drift", [0.0, 1.9, -1.9])
def test_a_clock_that_is_about_right_is_trusted(drift: float):
    machine = Machine(drift)
    machine.compare()
    assert machine.clock.trusted()


@pytest.mark.parametrize("drift", [2.1, -2.1, 3_600.0, -86_400.0])
def test_a_clock_that_is_more_than_two_seconds_away_is_not(drift: float):
    machine = Machine(drift)
    machine.compare()
    assert not machine.clock.trusted()


def test_the_difference_is_told_with_its_sign():
    for drift in (5.0, -5.0):
        machine = Machine(drift)
        machine.compare(0.0, 0.0)
        assert machine.told == [pytest.approx(drift, abs=0.01)]


def test_a_slow_answer_proves_no_difference():
    machine = Machine()
    machine.compare(there=9.0, back=9.0)
    assert (machine.told, machine.clock.trusted()) == ([0.0], True)


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0, MOST_SKEW_S + 0.1])
def test_a_jump_is_noticed_before_the_next_comparison(jump: float):
    machine = Machine()
    machine.compare()
    machine.drift = jump
    assert not machine.clock.trusted()


def test_a_jump_while_an_answer_is_under_way_is_measured_rightly():
    machine = Machine()
    asked = machine.clock.asked()
    machine.drift = 3_600.0
    machine.clock.answered(asked, [int(machine.true_s * 1000)])
    assert machine.told == [pytest.approx(3_600.0, abs=0.01)]


def test_once_the_clock_was_set_right_it_is_trusted_again():
    machine = Machine(60.0)
    machine.compare()
    machine.drift = 0.0
    before = machine.clock.trusted()
    machine.compare()
    assert (before, machine.clock.trusted()) == (False, True)


def test_where_the_broker_does_not_stamp_only_jumps_are_seen():
    machine = Machine(60.0)
    machine.clock.answered(machine.clock.asked(), [-1])
    before = machine.clock.trusted()
    machine.drift = 0.0
    assert (before, machine.clock.trusted()) == (True, False)


def test_of_several_brokers_the_one_that_differs_most_counts():
    machine = Machine()
    now = int(machine.true_s * 1000)
    machine.clock.answered(machine.clock.asked(), [now, now + 5_000, now - 3_000, -1])
    assert (machine.told, machine.clock.trusted()) == ([pytest.approx(-5.0)], False)


def test_a_comparison_is_due_when_the_last_is_a_second_old():
    machine = Machine()
    seen = [machine.clock.due]
    machine.compare()
    seen.append(machine.clock.due)
    machine.go(1.1)
    assert [*seen, machine.clock.due] == [True, False, True]


def test_a_clock_that_is_not_trusted_closes_the_gate():
    machine = Machine()
    machine.compare()
    gate = Gate(frozenset, machine.clock.trusted, monotonic=lambda: machine.monotonic_s, wall=machine.wall)
    gate.proved(gate.assigned())
    gate.caught_up(machine.monotonic_s)
    before = gate.is_open()
    machine.drift = -3_600.0
    assert (before, gate.is_open()) == (True, False)
