"""This release can be recorded as the last one was."""

import pytest

from tests.released import record
from tests.released.meaning import changes, meaning
from tests.released.test_reading import READERS


@pytest.fixture(scope="module")
def written() -> list[record.Written]:
    rules, lived = record.lived(3)
    return [*lived, *record.standing(rules, lived[-1].at, 1), *record.of_every_kind()]


def test_every_kind_of_record_is_recorded(written):
    assert {each.kind for each in written} == READERS.keys()


def test_what_is_recorded_is_read_back_as_it_was_meant(written):
    read = [(each.meant, READERS[each.kind](each.value)) for each in written]
    assert [change for meant, value in read for change in changes(meant, value)] == []


def test_another_value_is_another_meaning(written):
    state = next(each for each in written if each.kind == "state")
    read = READERS["state"](state.value)
    assert list(changes(meaning(read) | {"sequence": read.sequence + 1}, read)) == [
        "Customer.sequence has another value"
    ]
