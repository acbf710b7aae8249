"""The oldest doubt is found among all lanes, and only what changed is read again."""

from types import SimpleNamespace

from dispatcher.engine.doubt_age import DoubtAge
from schemas import state
from schemas.state import Attempt, Customer


def record(claimed_at: int, standing: str = "in_doubt") -> bytes:
    attempt = Attempt("ct-1", standing, "sms", "first", None, ("I-1",), "+447700900001", claimed_at, 9)
    return state.encode(Customer(attempts={"ct-1.1": attempt}), None, state.HAS_IN_DOUBT)


def lane(**records: bytes):
    kept = {key.encode(): value for key, value in records.items()}
    return SimpleNamespace(doubtful=set(kept), records=kept)


def test_without_a_doubt_there_is_none():
    assert DoubtAge().oldest([lane()]) is None


def test_the_oldest_of_all_lanes_counts():
    assert DoubtAge().oldest([lane(a=record(7_000), b=record(5_000)), lane(c=record(6_000))]) == 5_000


def test_an_attempt_that_is_not_in_doubt_does_not_count():
    assert DoubtAge().oldest([lane(a=record(5_000, "claimed"))]) is None


def test_a_doubt_that_was_settled_does_not_count_any_more():
    age, doubtful = DoubtAge(), lane(a=record(5_000), b=record(6_000))
    age.oldest([doubtful])
    doubtful.doubtful.discard(b"a")

    assert age.oldest([doubtful]) == 6_000


def test_what_stands_as_it_was_is_not_read_again():
    kept = bytearray(record(5_000))
    age, doubtful = DoubtAge(), lane(a=kept)
    age.oldest([doubtful])
    kept[:] = b"\xff" * len(kept)  # nothing that could be read

    assert age.oldest([doubtful]) == 5_000


def test_a_record_that_was_replaced_is_read_anew():
    age, doubtful = DoubtAge(), lane(a=record(5_000))
    age.oldest([doubtful])
    doubtful.records[b"a"] = record(8_000)

    assert age.oldest([doubtful]) == 8_000
