"""How a lane keeps what it knows: with a key for each customer, which it makes and destroys."""

from dataclasses import dataclass

import pytest

from dispatcher.engine.keeping import PLAIN, KeyLost, Sealed
from dispatcher.engine.own_key import new_key
from dispatcher.engine.worker_keys import outworn
from schemas import inbox, topics
from schemas.inbox import Arrival, Cause, CustomerErased
from schemas.master_keys import INBOX_WRITER, REJECTED_WRITER, MasterKeys, owner_of, wrapped_by
from schemas.sealed import Damaged, key_id_of, seal, sealing_key
from schemas.state import Customer

MASTERS = MasterKeys([b"m" * 32])
DAY = 24 * 60 * 60 * 1000
ADA = Customer(sequence=3)


@dataclass(frozen=True)
class Raw:
    """A record of the inbox."""

    value: bytes
    key: bytes = b"C-1"
    partition: int = 0
    offset: int = 0


def keeper(keys: dict[bytes, bytes] | None = None, masters: MasterKeys = MASTERS, writers=lambda _: None) -> Sealed:
    return Sealed(masters, keys or {}, writers, lambda: 1_000)


def written(by: Sealed) -> dict[bytes, bytes]:
    """The key topic after what a keeper wrote."""
    return {name: record for name, record in by.take_keys() if record is not None}


def test_what_is_kept_is_read_again():
    one = keeper()
    assert one.customer(b"C-1", one.record(b"C-1", ADA, None, 0)) == ADA


def test_and_by_the_next_owner_who_reads_the_keys():
    one = keeper()
    record = one.record(b"C-1", ADA, None, 0)
    assert keeper(written(one)).customer(b"C-1", record) == ADA


def test_a_customers_key_is_made_once():
    one = keeper()
    for _ in range(3):
        one.record(b"C-1", ADA, None, 0)
    assert (len(one.take_keys()), one.take_keys()) == (1, [])


def test_what_was_plain_before_is_read_as_it_stands():
    assert keeper().customer(b"C-1", PLAIN.record(b"C-1", ADA, None, 0)) == ADA


def test_an_erasure_ends_the_key_and_the_next_record_has_another():
    one = keeper()
    before = one.record(b"C-1", ADA, None, 0)
    (made,) = one.take_keys()
    one.erase(b"C-1")
    after = one.record(b"C-1", ADA, None, 0)
    ended, again = one.take_keys()
    assert (ended, again[1] is not None) == ((made[0], None), True)
    assert key_id_of(topics.STATE, before) != key_id_of(topics.STATE, after)


def test_what_was_written_before_an_erasure_is_not_read_after_it():
    one = keeper()
    before = one.record(b"C-1", ADA, None, 0)
    one.erase(b"C-1")
    one.record(b"C-1", ADA, None, 0)
    with pytest.raises(KeyLost):
        one.customer(b"C-1", before)


def test_the_erasure_of_one_leaves_the_others_alone():
    one = keeper()
    other = one.record(b"C-2", ADA, None, 0)
    one.erase(b"C-1")
    assert (one.customer(b"C-2", other), [each for each in one.take_keys() if each[1] is None]) == (ADA, [])


def test_a_record_in_the_place_of_another_customers_is_noticed():
    one = keeper()
    first = one.record(b"C-1", ADA, None, 0)
    one.record(b"C-2", ADA, None, 0)
    with pytest.raises((Damaged, KeyLost)):
        one.customer(b"C-2", first)


def test_a_state_whose_key_is_gone_is_known_to_be_so():
    one = keeper()
    record = one.record(b"C-1", ADA, None, 0)
    assert (one.holds(b"C-1", record), keeper().holds(b"C-1", record)) == (True, False)


def test_a_record_of_the_inbox_is_opened_with_its_writers_key():
    said = Arrival(1, Cause("t", 0, 0, "/s", "e"), CustomerErased())
    writer = sealing_key(b"writer-1", b"w" * 32)
    value = seal(writer, topics.INBOX, b"C-1", inbox.encode(said), b"n" * 12)
    assert keeper(writers={b"writer-1": writer}.get).arrival(Raw(value)) == said


def test_one_whose_writers_key_is_gone_is_never_taken_for_nothing():
    value = seal(sealing_key(b"writer-1", b"w" * 32), topics.INBOX, b"C-1", b"", b"n" * 12)
    with pytest.raises(KeyLost):
        keeper().arrival(Raw(value))


def test_after_a_new_master_key_every_key_is_wrapped_by_it():
    one = keeper()
    record = one.record(b"C-1", ADA, None, 0)
    both = MasterKeys([b"n" * 32, b"m" * 32])
    next_owner = keeper(written(one), both)
    next_owner.wrap_anew()
    ((name, wrapped),) = next_owner.take_keys()
    assert wrapped is not None
    assert wrapped_by(wrapped) == both.current
    assert keeper({name: wrapped}, MasterKeys([b"n" * 32])).customer(b"C-1", record) == ADA


def test_a_writers_key_has_had_its_time_when_its_topic_keeps_nothing_of_it():
    owners = (INBOX_WRITER, REJECTED_WRITER, b"C-1")
    keys = dict(new_key(MASTERS, owner, made)[1:] for owner in owners for made in (0, 5 * DAY))
    ended = outworn(keys, {INBOX_WRITER: 3 * DAY, REJECTED_WRITER: 9 * DAY}, 6 * DAY)
    assert [owner_of(name)[0] for name in ended] == [INBOX_WRITER]
