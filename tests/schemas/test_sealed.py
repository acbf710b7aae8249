"""Sealed records: what goes in comes out, nothing else does, and what must stay readable does."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import master_keys, state, topics
from schemas.master_keys import MasterKeyRefused, MasterKeys, Unsuitable
from schemas.sealed import SEALED, Damaged, key_id_of, seal, sealing_key, unseal

KEY = sealing_key(b"key-of-c", b"k" * 32)
OTHER = sealing_key(b"another.", b"o" * 32)
NONCE = b"n" * 12
FIRST, SECOND = b"1" * 32, b"2" * 32
RECORD = state.encode(state.Customer(sequence=7), 123, 5)


@pytest.mark.parametrize("topic", sorted(SEALED - {topics.STATE}))
@given(plain=st.binary(max_size=60), name=st.none() | st.binary(max_size=10))
def test_what_was_sealed_is_opened_again(topic: str, plain: bytes, name: bytes | None):
    assert unseal(KEY, topic, name, seal(KEY, topic, name, plain, NONCE)) == plain


def test_a_state_record_too():
    assert unseal(KEY, topics.STATE, b"C-1", seal(KEY, topics.STATE, b"C-1", RECORD, NONCE)) == RECORD


def test_its_wake_up_and_flags_are_read_without_a_key():
    sealed = seal(KEY, topics.STATE, b"C-1", RECORD, NONCE)
    assert (state.wake_of(sealed), state.flags_of(sealed)) == (123, 5)


@pytest.mark.parametrize("topic", sorted(SEALED))
def test_a_sealed_record_names_its_key_and_a_plain_one_none(topic: str):
    plain = RECORD if topic == topics.STATE else b"{}"
    assert (key_id_of(topic, plain), key_id_of(topic, seal(KEY, topic, b"C", plain, NONCE))) == (None, b"key-of-c")


@pytest.mark.parametrize(
    ("key", "topic", "name", "change"),
    [
        (OTHER, topics.TASKS, b"C-1", lambda value: value),
        (KEY, topics.REJECTED, b"C-1", lambda value: value),
        (KEY, topics.TASKS, b"C-2", lambda value: value),
        (KEY, topics.TASKS, b"C-1", lambda value: value[:-1] + bytes([value[-1] ^ 1])),
    ],
    ids=["another key", "another topic", "another customer", "a changed byte"],
)
def test_nothing_else_opens(key, topic, name, change):
    with pytest.raises(Damaged):
        unseal(key, topic, name, change(seal(KEY, topics.TASKS, b"C-1", b"{}", NONCE)))


def test_a_wake_up_that_was_changed_is_noticed():
    sealed = bytearray(seal(KEY, topics.STATE, b"C-1", RECORD, NONCE))
    sealed[9] ^= 1
    with pytest.raises(Damaged):
        unseal(KEY, topics.STATE, b"C-1", bytes(sealed))


def test_a_wrapped_key_is_unwrapped_and_says_when_it_was_made():
    masters = MasterKeys([FIRST])
    record = masters.wrap(b"k" * 32, b"C-1\0key-of-c", 1234, NONCE)
    assert (masters.unwrap(b"C-1\0key-of-c", record), master_keys.created_at(record)) == (b"k" * 32, 1234)


def test_it_is_not_unwrapped_under_another_name():
    masters = MasterKeys([FIRST])
    with pytest.raises(MasterKeyRefused, match="damaged"):
        masters.unwrap(b"C-2\0key-of-c", masters.wrap(b"k" * 32, b"C-1\0key-of-c", 0, NONCE))


def test_another_master_key_is_refused_by_both_their_fingerprints():
    record = MasterKeys([FIRST]).wrap(b"k" * 32, b"C\0key-of-c", 0, NONCE)
    ours, theirs = MasterKeys([SECOND]).fingerprints[0], MasterKeys([FIRST]).fingerprints[0]
    with pytest.raises(MasterKeyRefused, match=f"{theirs}.*{ours}"):
        MasterKeys([SECOND]).unwrap(b"C\0key-of-c", record)


def test_a_record_of_a_later_release_is_refused():
    with pytest.raises(MasterKeyRefused, match="later release"):
        MasterKeys([FIRST]).unwrap(b"C\0key-of-c", b"\x02" + bytes(80))


def test_the_first_master_key_wraps_and_the_second_still_unwraps():
    record = MasterKeys([FIRST]).wrap(b"k" * 32, b"C\0key-of-c", 9, NONCE)
    both = MasterKeys([SECOND, FIRST])
    again = master_keys.rewrapped(both, b"C\0key-of-c", record, NONCE)
    assert (both.unwrap(b"C\0key-of-c", record), MasterKeys([SECOND]).unwrap(b"C\0key-of-c", again)) == (b"k" * 32,) * 2


def test_a_key_that_is_wrapped_anew_is_as_old_as_before():
    record = MasterKeys([FIRST]).wrap(b"k" * 32, b"C\0key-of-c", 9, NONCE)
    again = master_keys.rewrapped(MasterKeys([SECOND, FIRST]), b"C\0key-of-c", record, NONCE)
    assert master_keys.created_at(again) == 9


def test_a_file_of_master_keys_is_read_in_its_order():
    lines = ["# the new one", b64encode(SECOND).decode(), "", b64encode(FIRST).decode()]
    read = master_keys.read("\n".join(lines))
    assert isinstance(read, MasterKeys)
    assert read.fingerprints == MasterKeys([SECOND, FIRST]).fingerprints


@pytest.mark.parametrize(
    ("text", "line"),
    [("", 0), ("# nothing\n", 0), ("not base64!", 1), (f"{b64encode(FIRST).decode()}\nc2hvcnQ=", 2)],
)
def test_what_is_no_master_key_is_named_by_its_line(text: str, line: int):
    read = master_keys.read(text)
    assert isinstance(read, Unsuitable)
    assert read.line == line


def test_the_owner_of_a_key_stands_in_its_records_name():
    assert master_keys.owner_of(master_keys.name_of(b"C-1", b"12345678")) == (b"C-1", b"12345678")
