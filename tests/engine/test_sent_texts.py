"""What was sent is written down for the archive, beside the outcomes and never in their way."""

import asyncio
from collections import Counter

import pytest

from channels.protocol import Accepted, Message, NotStarted, Rejected, Unknown
from dispatcher.engine.inbox_writer import AppendFailed
from dispatcher.engine.placement import partition_of
from dispatcher.engine.sent_texts import SentTexts
from schemas import texts
from schemas.texts import SentText
from tests.engine.sending_stories import SHORT, Provider, account, all_done, job, pool, submit
from tests.engine.virtual_time import run

PARTITIONS = 4
SMS = Message("ct-1.1", "sms", "+447700900123", "Your invoice is due.", "en")
MAIL = Message("ct-2.1", "email", "ada@example.com", "It is due.", "en", subject="Invoice 7", html="<p>It is due.</p>")


class Topic:
    """Takes batches, as often as it does not fail."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.written: list[tuple[int, bytes, SentText]] = []

    async def append_texts(self, batches):
        if self.failures:
            self.failures -= 1
            raise AppendFailed("KafkaTimeoutError")
        for partition, entries in batches:
            self.written += [(partition, key, texts.decode(value)) for key, value in entries]
        return ()

    async def discard(self):
        pass


class Kept:
    """Texts of a worker, and what became of them."""

    def __init__(self, topic: Topic, *, there: bool = True, most_bytes: int = 10_000) -> None:
        async def is_there() -> bool:
            return there

        self.fates: Counter[str] = Counter()
        self.texts = SentTexts(topic, PARTITIONS, is_there, self._counted, most_bytes)

    def _counted(self, fate: str, n: int) -> None:
        self.fates[fate] += n

    async def run(self, *noted: Message) -> None:
        running = asyncio.ensure_future(self.texts.run())
        await asyncio.sleep(0.01)
        for each in noted:
            self.texts.note("Ada", each)
        await self.texts.drain(30.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def test_a_text_stands_with_the_customer_whom_it_was_sent_to():
    topic = Topic()
    run(Kept(topic).run(SMS))
    assert topic.written == [(partition_of("Ada", PARTITIONS), b"Ada", SentText("ct-1.1", "sms", SMS.text))]


def test_of_a_mail_subject_and_plain_text_are_the_whole():
    topic = Topic()
    run(Kept(topic).run(MAIL))
    assert [text.whole for _, _, text in topic.written] == ["Invoice 7\n\nIt is due."]


def test_neither_number_nor_address_is_written_down():
    topic = Topic()
    run(Kept(topic).run(SMS, MAIL))
    written = [texts.encode(text) for _, _, text in topic.written]
    assert not [each for each in written if b"900123" in each or b"ada@" in each]


def test_what_is_refused_for_a_while_stands_in_the_end_and_once():
    topic = Topic(failures=3)
    kept = Kept(topic)
    run(kept.run(SMS, MAIL))
    assert ([text.attempt_id for _, _, text in topic.written], kept.fates) == (["ct-1.1", "ct-2.1"], {"written": 2})


def test_texts_that_find_no_room_are_counted_and_the_others_stand():
    topic = Topic()
    kept = Kept(topic, most_bytes=3 * len(texts.encode(SentText("ct-1.1", "sms", SMS.text))))
    run(kept.run(*[SMS] * 5))
    assert (len(topic.written), kept.fates) == (3, {"written": 3, "dropped": 2})


def test_without_a_topic_nothing_is_written_and_everything_counted():
    topic = Topic()
    kept = Kept(topic, there=False)
    run(kept.run(SMS, MAIL))
    assert (topic.written, kept.fates) == ([], {"dropped": 2})


def test_whoever_drains_waits_no_longer_than_that():
    topic = Topic(failures=1_000)
    kept = Kept(topic)
    run(kept.run(SMS))
    assert kept.fates == {"dropped": 1}


async def noted(says: object) -> list[str]:
    heard: list[str] = []
    provider = Provider(says=None if says is None else lambda *_: says)
    made = pool(account(provider), sent=lambda customer, message: heard.append(message.text))
    submit(made, job("a-1"))
    await all_done(made)
    return heard


@pytest.mark.parametrize("says", [Accepted("ref"), Unknown("timeout")])
def test_the_words_of_what_was_sent_or_may_have_been_are_noted(says):
    assert run(noted(says)) == [SHORT]


@pytest.mark.parametrize("says", [Rejected("recipient", "21211"), NotStarted()])
def test_the_words_of_what_was_not_sent_are_not(says):
    assert run(noted(says)) == []
