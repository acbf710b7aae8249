"""A lane takes exactly what follows its position, once, in order; a hole is seen, whatever was delivered or dropped."""

from types import SimpleNamespace

from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.engine.backlog import Backlog
from dispatcher.engine.carriers import Stretch
from schemas import inbox

TP_0 = TP("inbox", 0)


def stretch(first: int, last: int, after: int | None = None) -> Stretch:
    records = [SimpleNamespace(offset=n, key=b"c%d" % (n % 3), value=b"") for n in range(first, last + 1)]
    return Stretch(TP_0, after, records)


def offsets(taken: object) -> list[int]:
    return sorted(record.offset for found in taken.by_customer.values() for record in found)  # type: ignore[attr-defined]


def backlog(*stretches: Stretch) -> Backlog:
    made = Backlog()
    for each in stretches:
        assert made.offer(each)
    return made


def test_what_follows_the_position_is_taken() -> None:
    taken = backlog(stretch(5, 9), stretch(10, 12)).take(4, 100)
    assert (offsets(taken), taken.applied, taken.hole) == ([5, 6, 7, 8, 9, 10, 11, 12], 12, False)


def test_what_was_applied_already_is_left_out() -> None:
    taken = backlog(stretch(0, 9)).take(6, 100)
    assert (offsets(taken), taken.applied) == ([7, 8, 9], 9)


def test_a_stretch_that_is_old_altogether_moves_nothing_back() -> None:
    taken = backlog(stretch(0, 3)).take(6, 100)
    assert (offsets(taken), taken.applied, taken.hole) == ([], 6, False)


def test_a_hole_stops_the_turn_and_nothing_after_it_is_taken() -> None:
    taken = backlog(stretch(5, 6), stretch(8, 9)).take(4, 100)
    assert (offsets(taken), taken.applied, taken.hole) == ([5, 6], 6, True)


def test_the_rest_of_a_long_stretch_waits_for_the_next_turn() -> None:
    waiting = backlog(stretch(0, 9))
    first = waiting.take(-1, 4)
    second = waiting.take(first.applied, 100)
    assert (offsets(first), offsets(second)) == ([0, 1, 2, 3], [4, 5, 6, 7, 8, 9])


def test_records_of_a_customer_keep_their_order() -> None:
    taken = backlog(stretch(0, 8)).take(-1, 100)
    assert [record.offset for record in taken.by_customer[b"c1"]] == [1, 4, 7]


def test_marks_are_told_apart_from_customers() -> None:
    mark = inbox.ProgressMark((("billing.settled", 0, 1_000),))
    record = SimpleNamespace(offset=0, key=inbox.PROGRESS_MARK_KEY, value=inbox.encode(mark))
    taken = backlog(Stretch(TP_0, None, [record])).take(-1, 100)
    assert (taken.marks, taken.by_customer, taken.applied) == ([mark], {}, 0)


def test_too_much_is_refused() -> None:
    made = backlog(stretch(0, 20_001))
    assert not made.offer(stretch(20_002, 20_003))
    assert not made.has_room


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=12), st.integers(1, 7))
def test_whatever_arrives_nothing_is_skipped_and_nothing_is_taken_twice(
    arrivals: list[tuple[int, int]], most: int
) -> None:
    waiting = backlog(*(stretch(first, first + length) for first, length in arrivals))
    applied, seen = -1, []
    while waiting:
        taken = waiting.take(applied, most)
        seen += offsets(taken)
        applied = taken.applied
    assert seen == list(range(len(seen)))
    assert applied == len(seen) - 1
