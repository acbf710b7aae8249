"""The wall clock against the broker's: right, off from the start, and set while we run."""

import pytest

from dispatcher.engine.broker_time import TOLERANCE_S, BrokerTime


class Clocks:
    def __init__(self) -> None:
        self.wall = 5_000.0
        self.boot = 100.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.boot += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


def answered(clocks: Clocks, ahead: float = 0.0, took: float = 0.1) -> BrokerTime:
    """After an answer of a broker whose clock is `ahead` of ours."""
    broker_time = BrokerTime(wall=lambda: clocks.wall, steady=lambda: clocks.boot)
    asked = broker_time.asking()
    clocks.pass_by(took)
    broker_time.heard(asked, [asked.wall + took / 2 + ahead])
    return broker_time


def test_nothing_is_known_before_the_first_answer(clocks: Clocks) -> None:
    assert not BrokerTime(wall=lambda: clocks.wall, steady=lambda: clocks.boot).agrees


def test_a_date_between_question_and_answer_fits(clocks: Clocks) -> None:
    assert answered(clocks).agrees


def test_a_slow_answer_is_no_difference(clocks: Clocks) -> None:
    assert answered(clocks, took=30.0).off_s == 0.0


@pytest.mark.parametrize("ahead", [-TOLERANCE_S - 0.2, TOLERANCE_S + 0.2])
def test_clocks_that_are_too_far_apart_do_not_agree(clocks: Clocks, ahead: float) -> None:
    assert not answered(clocks, ahead).agrees


@pytest.mark.parametrize("jump", [-86_400.0, -3_600.0, 3_600.0, 86_400.0])
def test_a_jump_is_seen_before_the_next_answer(clocks: Clocks, jump: float) -> None:
    broker_time = answered(clocks)
    clocks.wall += jump
    assert not broker_time.agrees


def test_a_clock_that_was_set_right_again_agrees(clocks: Clocks) -> None:
    broker_time = answered(clocks)
    clocks.wall += 3_600.0
    clocks.wall -= 3_600.0
    assert broker_time.agrees


def test_a_clock_that_just_goes_on_agrees(clocks: Clocks) -> None:
    broker_time = answered(clocks)
    clocks.pass_by(600.0)
    assert broker_time.agrees


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_an_answer_during_which_the_clock_was_set_proves_nothing(clocks: Clocks, jump: float) -> None:
    broker_time = answered(clocks)
    asked = broker_time.asking()
    clocks.pass_by(0.1)
    clocks.wall += jump
    broker_time.heard(asked, [asked.wall + 0.05])
    assert not broker_time.agrees


def test_of_several_brokers_the_one_that_differs_most_counts(clocks: Clocks) -> None:
    broker_time = answered(clocks)
    asked = broker_time.asking()
    broker_time.heard(asked, [asked.wall, asked.wall + 60.0, asked.wall])
    assert not broker_time.agrees


def test_a_topic_that_keeps_its_publishers_dates_shows_steps_alone(clocks: Clocks) -> None:
    broker_time = answered(clocks)
    broker_time.heard(broker_time.asking(), [-0.001])
    before = broker_time.agrees
    clocks.wall += 60.0
    assert (before, broker_time.agrees) == (True, False)
