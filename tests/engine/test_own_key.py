"""The key under which a client seals what it writes for others: it stands before it is used, and opens what it sealed."""

import pytest

from dispatcher.engine.own_key import OwnKey
from schemas import inbox, topics
from schemas.master_keys import INBOX_WRITER, REJECTED_WRITER, MasterKeys, owner_of
from schemas.sealed import key_id_of, sealing_key, unseal

pytestmark = pytest.mark.asyncio

MASTERS = MasterKeys([b"m" * 32])
INBOX, REJECTED = f"x.{topics.INBOX}", f"x.{topics.REJECTED}"


class KeyTopic:
    """Remembers what was published, or is away."""

    def __init__(self) -> None:
        self.records: list[tuple[str, bytes, bytes]] = []
        self.away = False

    async def publish(self, topic: str, key: bytes, value: bytes) -> object:
        if self.away:
            raise ConnectionError
        self.records.append((topic, key, value))
        return None


@pytest.fixture
def key_topic() -> KeyTopic:
    return KeyTopic()


@pytest.fixture
def own(key_topic: KeyTopic) -> OwnKey:
    return OwnKey(MASTERS, key_topic.publish)


async def test_what_it_sealed_opens_with_the_key_that_stands_in_the_topic(own: OwnKey, key_topic: KeyTopic):
    sealed = await own.seal(INBOX, b"C-1", b"said")
    ((topic, name, record),) = key_topic.records
    key = sealing_key(owner_of(name)[1], MASTERS.unwrap(name, record))
    assert (topic, key_id_of(topics.INBOX, sealed)) == (f"x.{topics.KEYS}", key.id)
    assert unseal(key, topics.INBOX, b"C-1", sealed) == b"said"


async def test_a_key_is_made_once_for_each_topic(own: OwnKey, key_topic: KeyTopic):
    for topic in (INBOX, REJECTED) * 3:
        await own.seal(topic, b"C-1", b"said")
    assert [owner_of(name)[0] for _, name, _ in key_topic.records] == [INBOX_WRITER, REJECTED_WRITER]


async def test_nothing_is_sealed_with_a_key_that_does_not_stand(own: OwnKey, key_topic: KeyTopic):
    key_topic.away = True
    with pytest.raises(ConnectionError):
        await own.seal(INBOX, b"C-1", b"said")
    key_topic.away = False
    assert (await own.seal(INBOX, b"C-1", b"said") != b"said", len(key_topic.records)) == (True, 1)


@pytest.mark.parametrize(("topic", "key"), [(INBOX, inbox.PROGRESS_MARK_KEY), ("x.billing.due", b"C-1")])
async def test_marks_and_other_topics_stay_plain_and_need_no_key(
    own: OwnKey, key_topic: KeyTopic, topic: str, key: bytes
):
    assert (await own.seal(topic, key, b"said"), key_topic.records) == (b"said", [])
