"""What a reader makes of sealed records, before any Kafka is asked."""

import pytest

from dispatcher.engine.config import Connection
from dispatcher.engine.keyring import Keyring
from dispatcher.engine.record import Record
from schemas import state, topics
from schemas.master_keys import MasterKeyRefused
from schemas.sealed import seal, sealing_key

pytestmark = pytest.mark.asyncio

NOWHERE = Connection("nowhere.example:1")
STATE = f"x.{topics.STATE}"
PLAIN = state.encode(state.EMPTY, None, 0)
SEALED = seal(sealing_key(b"key-of-c", b"k" * 32), topics.STATE, b"C-1", PLAIN, b"n" * 12)


def record(value: bytes | None, key: bytes = b"C-1") -> Record:
    return Record(STATE, 0, 0, 0, key, value, ())


async def test_plain_records_are_handed_on_and_nobody_is_asked():
    plain = [record(PLAIN), record(None)]
    assert await Keyring(NOWHERE).opened(STATE, plain) is plain


async def test_positions_are_never_sealed_whatever_they_begin_with():
    position = [record(b"\x95abcdefghijklmnop", b"\0watermark")]
    assert await Keyring(NOWHERE).opened(STATE, position) is position


async def test_records_of_other_topics_are_never_sealed():
    other = [record(SEALED)]
    assert await Keyring(NOWHERE).opened("x.reminders.journal", other) is other


async def test_sealed_records_without_a_master_key_are_refused():
    with pytest.raises(MasterKeyRefused, match="DISPATCHER_MASTER_KEY_FILE"):
        await Keyring(NOWHERE).opened(STATE, [record(PLAIN), record(SEALED)])
