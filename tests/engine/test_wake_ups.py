"""The index of wake-ups finds everybody who is due, once, and nobody who is not."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.engine.wake_ups import Instants, WakeUps
from schemas import state
from schemas.state import EMPTY

_HOUR = 3_600_000


def record(at: int) -> bytes:
    return state.encode(EMPTY, at, 0)


def indexed(wakes: dict[bytes, int]) -> tuple[WakeUps, dict[bytes, bytes]]:
    records = {key: record(at) for key, at in wakes.items()}
    index = WakeUps()
    for key, at in wakes.items():
        index.add(key, at, urgent=at % 3 == 0)
    return index, records


KEYS = st.dictionaries(st.binary(min_size=1, max_size=3), st.integers(1, 5 * _HOUR), max_size=40)


@given(KEYS, st.integers(1, 5 * _HOUR))
def test_exactly_those_whose_instant_has_come_are_due(wakes: dict[bytes, int], now: int) -> None:
    index, records = indexed(wakes)
    assert sorted(index.due(now, Instants(records))) == sorted(key for key, at in wakes.items() if at <= now)


@given(KEYS, st.lists(st.integers(1, 5 * _HOUR), max_size=6))
def test_nobody_is_due_twice_while_time_goes_on(wakes: dict[bytes, int], times: list[int]) -> None:
    index, records = indexed(wakes)
    found = [key for now in sorted(times) for key in index.due(now, Instants(records))]
    assert len(found) == len(set(found))


@given(KEYS)
def test_the_next_wake_up_is_never_later_than_the_earliest(wakes: dict[bytes, int]) -> None:
    index, _ = indexed(wakes)
    bound = index.next_at()
    assert (bound is None) == (not wakes)
    if bound is not None:
        assert bound <= min(wakes.values())


def test_what_a_later_record_made_obsolete_does_not_come_up() -> None:
    index, records = indexed({b"a": 1000})
    records[b"a"] = record(10 * _HOUR)
    index.add(b"a", 10 * _HOUR)
    assert list(index.due(5 * _HOUR, Instants(records))) == []
    assert list(index.due(10 * _HOUR, Instants(records))) == [b"a"]


def test_what_was_not_taken_stays_due() -> None:
    index, records = indexed({b"a": 1000, b"b": 2000})
    first = next(index.due(_HOUR, Instants(records)))
    assert first == b"a"
    assert list(index.due(_HOUR, Instants(records))) == [b"b"]


def test_a_wake_up_in_the_minute_that_has_begun_is_found() -> None:
    index, records = indexed({b"a": 1000})
    assert list(index.due(30_000, Instants(records))) == [b"a"]
    records[b"b"] = record(40_000)
    index.add(b"b", 40_000)
    assert list(index.due(39_999, Instants(records))) == []
    assert list(index.due(40_000, Instants(records))) == [b"b"]


def test_urgent_ones_come_up_before_all_that_are_due() -> None:
    index = WakeUps()
    at = {b"a": 1, b"b": 2, b"must": _HOUR}
    for key, instant in at.items():
        index.add(key, instant, urgent=key == b"must")
    records = {key: record(instant) for key, instant in at.items()}
    assert list(index.due(_HOUR, Instants(records))) == [b"must", b"a", b"b"]


def test_urgent_ones_can_be_taken_alone() -> None:
    index = WakeUps()
    index.add(b"a", 1)
    index.add(b"must", 2, urgent=True)
    records = {b"a": record(1), b"must": record(2)}
    assert (list(index.urgent(3, Instants(records))), len(index)) == ([b"must"], 1)


@given(KEYS, st.integers(1, 5 * _HOUR))
def test_the_longest_overdue_is_the_earliest_of_those_who_are_due(wakes: dict[bytes, int], now: int) -> None:
    index, records = indexed(wakes)

    assert index.overdue_since(now, Instants(records)) == min((at for at in wakes.values() if at <= now), default=None)


@given(KEYS, st.integers(1, 5 * _HOUR))
def test_asking_who_is_overdue_takes_nobody_out(wakes: dict[bytes, int], now: int) -> None:
    index, records = indexed(wakes)
    index.overdue_since(now, Instants(records))

    assert sorted(index.due(now, Instants(records))) == sorted(key for key, at in wakes.items() if at <= now)


def test_who_was_put_off_is_not_overdue() -> None:
    index, records = indexed({b"a": 1_000})
    records[b"a"] = record(9_000)

    assert index.overdue_since(5_000, Instants(records)) is None
