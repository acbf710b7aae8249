"""Everything that the last release wrote means today what it meant then."""

from itertools import chain

import msgspec
import pytest

from dispatcher.engine.log_position import Watermark
from schemas import brakes, inbox, journal, points, policies, state
from tests.released.meaning import changes
from tests.released.recorded import filled, lived

READERS = {
    "arrival": inbox.decode_arrival,
    "mark": inbox.decode_mark,
    "state": state.decode,
    "position": msgspec.msgpack.Decoder(Watermark).decode,
    "journal": journal.decode_journal,
    "task": journal.decode_task,
    "point": points.decode,
    "brake": brakes.decode,
    "policy text": policies.decode_text,
    "policy in force": policies.decode_in_force,
}


def recorded(kind):
    return [each for each in chain(lived(), filled()) if each.kind == kind]


def test_every_recorded_kind_has_a_reader():
    assert {each.kind for each in chain(lived(), filled())} == READERS.keys()


@pytest.mark.parametrize("kind", READERS)
def test_a_record_of_the_last_release_means_what_it_meant(kind):
    read = READERS[kind]
    assert [change for each in recorded(kind) for change in changes(each.meant, read(each.value))] == []


def test_a_state_of_the_last_release_is_written_again_without_a_loss():
    states = recorded("state")
    again = [state.decode(state.encode(state.decode(each.value), None, 0)) for each in states]
    assert [change for each, now in zip(states, again, strict=True) for change in changes(each.meant, now)] == []


def test_flags_and_wake_ups_stand_where_they_stood():
    states = [each for each in filled() if each.kind == "state"]
    assert {(state.flags_of(each.value), state.wake_of(each.value)) for each in states} == {(31, states[0].at)}
