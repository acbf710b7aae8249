"""What becomes of attempts in doubt on a real cluster: providers are asked, copies have the same id, a person has a word."""

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from dispatcher.cli.app import run
from dispatcher.engine.clients import Appended
from dispatcher.engine.placement import partition_of
from dispatcher.local.smtp_faults import DropAfterData
from dispatcher.local.twilio_faults import Cut
from schemas.inbox import Arrival, AttemptReceipt, Cause, encode
from schemas.journal import JournalRecord
from tests.broker.installation import Installation, codes, due, each_of, installation, new_prefix, profile
from tests.broker.providers import number, providers, starting_at

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday in London on which every channel may be used."""

TAKEN, LOST, MAILED, ASKED, CALLED_BACK = "taken", "lost", "mailed", "asked", "called-back"
NUMBERS = {customer: number(800 + n) for n, customer in enumerate((TAKEN, LOST, ASKED, CALLED_BACK))}
ADDRESS = "mailed@customers.example"


@dataclass(frozen=True)
class Resolved:
    """Texts were cut off after and before the provider took them, a mail after its data; a person resolved the third text.

    `texts` are those that the provider took, by customer; `ids` the Message-IDs of the mails that were taken. `callback` is
    where the provider's word on a text that it could not find before stands in the inbox.
    """

    journal: list[JournalRecord]
    texts: dict[str, int]
    ids: list[str]
    listed: int
    resolved: int
    callback: Appended

    def attempts(self, customer: str) -> list[tuple[str, list[str]]]:
        of_attempt = [each for each in self.journal if each.customer_id == customer and each.attempt_id is not None]
        return [(each.result, codes(each)) for each in of_attempt]


async def command(installed: Installation, *arguments: str) -> int:
    """Run a command as an operator of this installation would."""
    named = {
        "DISPATCHER_BOOTSTRAP_SERVERS": installed.broker,
        "DISPATCHER_TOPIC_PREFIX": installed.prefix,
        "DISPATCHER_PARTITIONS": str(installed.partitions),
    }

    def told() -> int:
        with pytest.MonkeyPatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("DISPATCHER_")]:
                patch.delenv(name)
            for name, value in named.items():
                patch.setenv(name, value)
            return run(list(arguments))

    return await asyncio.to_thread(told)


def texted(customer: str) -> dict[str, object]:
    return {"phones": [{"number": NUMBERS[customer], "kind": "mobile"}], "emails": []}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def resolved(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Resolved:
    folder = tmp_path_factory.mktemp("resolved")
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), folder, partitions=2, settings=reachable.settings) as installed,
    ):
        twilio, smtp = reachable.twilio, reachable.smtp
        twilio.by_recipient[NUMBERS[TAKEN]] = Cut(created=True)
        twilio.by_recipient[NUMBERS[LOST]] = Cut(created=False)
        twilio.by_recipient[NUMBERS[ASKED]] = Cut(created=False)
        smtp.stage([DropAfterData(taken=True)])
        installed.worker(program=("tests.broker.impaired_worker", "asking_soon"), **starting_at(OPENED))
        twilio.by_recipient[NUMBERS[CALLED_BACK]] = Cut(created=False)
        for customer in (TAKEN, LOST, ASKED, CALLED_BACK):
            known = profile(customer, at=OPENED, **texted(customer))
            await installed.publish([known, due(customer, "I-1", at=OPENED)])
        mail = {"phones": [], "emails": [{"address": ADDRESS, "kind": "private"}]}
        await installed.publish([profile(MAILED, at=OPENED, **mail), due(MAILED, "I-1", at=OPENED)])
        await installed.until(each_of([TAKEN, MAILED], lambda each: each.result == "accepted"))
        await installed.until(each_of([LOST, ASKED, CALLED_BACK], _looked_twice()))
        callback = await called_back(installed)
        await installed.until(each_of([CALLED_BACK], lambda each: each.result == "delivered"))
        asked = next(each for each in await installed.journal() if each.customer_id == ASKED and each.attempt_id)
        listed = await command(installed, "doubt", "list")
        del twilio.by_recipient[NUMBERS[ASKED]]
        resolved = await command(installed, "doubt", "resolve", str(asked.attempt_id), "--not-sent")
        await installed.until(each_of([ASKED], lambda each: each.result == "accepted"))
        journal = await installed.journal()  # of all partitions: the wait was for one of them
        texts = [each.to for each in twilio.messages]
        taken = {customer: texts.count(to) for customer, to in NUMBERS.items()}
        ids = [str(each.parsed()["Message-ID"]) for each in smtp.messages]
        return Resolved(journal, taken, ids, listed, resolved, callback)


async def called_back(installed: Installation) -> Appended:
    """What the provider's callback about the text becomes: a fact of the customer's inbox."""
    told = next(each for each in await installed.journal() if each.customer_id == CALLED_BACK and each.attempt_id)
    cause = Cause("", -1, -1, "twilio/callback", f"{told.attempt_id}/delivered")
    said = Arrival(int(OPENED.timestamp() * 1e6), cause, AttemptReceipt(str(told.attempt_id), "twilio", "delivered"))
    partition = partition_of(CALLED_BACK, installed.partitions)
    return await installed.append("reminders.inbox", encode(said), CALLED_BACK.encode(), partition=partition)


def _looked_twice():
    looks: dict[str, int] = {}

    def done(each: JournalRecord) -> bool:
        if codes(each) == ["unanswered"]:
            looks[each.customer_id] = looks.get(each.customer_id, 0) + 1
        return looks.get(each.customer_id, 0) >= 3  # in doubt, and twice not found

    return done


async def test_a_text_that_the_provider_took_is_found_and_not_sent_again(resolved: Resolved):
    assert resolved.texts[TAKEN] == 1
    assert resolved.attempts(TAKEN) == [("claimed", ["due"]), ("in_doubt", ["unanswered"]), ("accepted", ["due"])]


async def test_a_text_that_nobody_can_find_is_held(resolved: Resolved):
    assert resolved.texts[LOST] == 0
    assert [result for result, _ in resolved.attempts(LOST)] == ["claimed", "in_doubt", "in_doubt", "in_doubt"]


async def test_a_callback_ends_a_doubt_and_the_journal_names_its_record(resolved: Resolved):
    told = [each for each in resolved.journal if each.customer_id == CALLED_BACK and each.result == "delivered"]

    assert resolved.attempts(CALLED_BACK)[-1] == ("delivered", ["reported"])
    assert [(each.cause.topic, each.cause.partition, each.cause.offset) for each in told] == [
        ("reminders.inbox", resolved.callback.partition, resolved.callback.offset)
    ]


async def test_a_mail_whose_answer_was_lost_is_sent_again_with_the_same_id(resolved: Resolved):
    assert len(resolved.ids) == 2
    assert len(set(resolved.ids)) == 1


async def test_a_person_who_says_that_it_was_not_sent_has_it_sent(resolved: Resolved):
    assert (resolved.listed, resolved.resolved, resolved.texts[ASKED]) == (0, 0, 1)
    assert [result for result, _ in resolved.attempts(ASKED)][-3:] == ["released", "claimed", "accepted"]
