"""The gate opens only when all of it is known: ownership, the inbox, and every input that can forbid a contact."""

import pytest

from dispatcher.engine.gate import FRESH_S, Gate
from schemas.inbox import ProgressMark

SOURCES = frozenset({("billing.settled", 0), ("customers.feedback", 0)})


class Clock:
    def __init__(self) -> None:
        self.at = 1_000.0
        self.right = True

    def __call__(self) -> float:
        return self.at

    def agrees(self) -> bool:
        return self.right


@pytest.fixture
def clock() -> Clock:
    return Clock()


def marks(clock: Clock, *sources: tuple[str, int]) -> ProgressMark:
    return ProgressMark(tuple((topic, partition, int(clock.at * 1000)) for topic, partition in sources))


def opened(clock: Clock) -> Gate:
    gate = Gate(lambda: SOURCES, clock.agrees, lambda: True, monotonic=clock, wall=clock)
    gate.proved(gate.assigned())
    gate.caught_up(clock.at)
    gate.progressed(marks(clock, *SOURCES))
    return gate


def test_it_is_open_when_everything_is_known(clock: Clock) -> None:
    assert opened(clock).is_open()


def test_it_starts_closed(clock: Clock) -> None:
    assert not Gate(lambda: SOURCES, clock.agrees, lambda: True, monotonic=clock, wall=clock).is_open()


def test_silence_closes_it(clock: Clock) -> None:
    gate = opened(clock)
    clock.at += FRESH_S + 0.001
    assert not gate.is_open()


def test_one_silent_source_closes_it(clock: Clock) -> None:
    gate = opened(clock)
    clock.at += FRESH_S + 0.001
    gate.caught_up(clock.at)
    gate.progressed(marks(clock, ("billing.settled", 0)))
    assert not gate.is_open()
    gate.progressed(marks(clock, ("customers.feedback", 0)))
    assert gate.is_open()


def test_an_inbox_that_is_not_read_to_its_end_closes_it(clock: Clock) -> None:
    gate = opened(clock)
    clock.at += FRESH_S + 0.001
    gate.progressed(marks(clock, *SOURCES))
    assert not gate.is_open()


def test_a_revocation_closes_it_at_once(clock: Clock) -> None:
    gate = opened(clock)
    gate.revoked()
    assert not gate.is_open()


def test_after_a_rebalance_a_flush_of_the_new_generation_opens_it(clock: Clock) -> None:
    gate = opened(clock)
    before = gate.generation
    gate.revoked()
    gate.assigned()
    gate.proved(before)
    assert not gate.is_open(), "a flush that began before the rebalance proves nothing"
    assert gate.unproved
    gate.proved(gate.generation)
    assert gate.is_open()


def test_a_failed_flush_closes_it_until_another_succeeds(clock: Clock) -> None:
    gate = opened(clock)
    gate.lost()
    gate.caught_up(clock.at)
    assert not gate.is_open()
    gate.proved(gate.generation)
    assert gate.is_open()


def test_a_worker_that_stops_never_opens_it_again(clock: Clock) -> None:
    gate = opened(clock)
    gate.drain()
    gate.proved(gate.assigned())
    assert not gate.is_open()


def test_a_clock_that_was_set_closes_it_at_once(clock: Clock) -> None:
    gate = opened(clock)
    clock.right = False
    assert not gate.is_open()


def test_a_word_of_an_instant_that_has_not_come_yet_proves_nothing(clock: Clock) -> None:
    gate = opened(clock)
    ahead = ProgressMark(tuple((*source, int((clock.at + 3_600) * 1000)) for source in SOURCES))
    gate.progressed(ahead)
    clock.at += FRESH_S + 0.001
    gate.caught_up(clock.at)
    assert not gate.is_open()


def test_what_is_known_ages_by_the_oldest_of_it(clock: Clock) -> None:
    gate = opened(clock)
    clock.at += 3.0
    gate.caught_up(clock.at)
    gate.progressed(marks(clock, ("billing.settled", 0)))

    assert gate.age_s() == 3.0


def test_an_inbox_that_is_not_read_ages_too(clock: Clock) -> None:
    gate = opened(clock)
    clock.at += 3.0
    gate.progressed(marks(clock, *SOURCES))

    assert gate.age_s() == 3.0


def test_what_was_never_heard_is_as_old_as_the_gate(clock: Clock) -> None:
    gate = Gate(lambda: SOURCES, clock.agrees, lambda: True, monotonic=clock, wall=clock)
    clock.at += 5.0

    assert gate.age_s() == 5.0
