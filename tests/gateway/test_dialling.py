"""Before a number is dialled the lane is asked; only its answer to this very question counts, and nobody waits for long."""

import asyncio
from datetime import UTC, datetime

import pytest

from dispatcher.gateway.appending import SOURCE, Away, Stood, Whereabouts
from dispatcher.gateway.asking import FRESH_S, AskLane
from dispatcher.gateway.dial_answers import answer_of
from dispatcher.gateway.dialling import ANSWERED_WITHIN_S, AmountNow, NoAnswer, Permitted, Refused
from schemas import inbox
from schemas.journal import CauseRecord, JournalRecord, Reason, encode
from schemas.reasons import CODES
from schemas.values import from_millis
from tests.engine.virtual_time import run

NOW = 1_773_226_800_000
TASK = "ct-1.1"
INPUTS = {"by": "anna", "fence": 1, "until": NOW + 60_000, "due.I-1": "4200 EUR"}


def said(nonce: str, result="permitted", code="free_to_dial", task_id=TASK, source=SOURCE, **more) -> bytes:
    record = JournalRecord(
        "C-1.7",
        from_millis(NOW),
        "attempt",
        "C-1",
        ("I-1",),
        result,
        (Reason(code, "task.dialled", INPUTS),),
        "hash",
        attempt_id=task_id,
        cause=CauseRecord("reminders.inbox", 0, 4, source, nonce),
        **more,
    )
    return encode(record)


PERMITTED = Permitted(NOW, NOW + 60_000, (AmountNow("I-1", 4200, "EUR"),))


class Lane:
    """An inbox that keeps what was asked, and the journal's reader that tells the gateway what the lane says."""

    def __init__(self, *, away=False, listening=True) -> None:
        self.asked: list[inbox.Arrival] = []
        self.customers: list[str] = []
        self.away = away
        numbers = iter(range(1, 99))
        self.dial = AskLane(
            self.append,
            lambda: Whereabouts(4, b"key", NOW * 1000),
            lambda: f"nonce-{next(numbers)}",
            lambda: asyncio.get_running_loop().time(),
        )
        if listening:
            self.dial.listens(listening=True)

    async def append(self, entries):
        self.asked += [inbox.decode_arrival(each.value) for each in entries]
        self.customers += [each.key.decode() for each in entries]
        return Away("no Kafka") if self.away else Stood()

    def ask(self, fence=1, by="anna") -> asyncio.Task:
        return asyncio.ensure_future(self.dial("C-1", TASK, fence, by))

    async def answered(self, *words: bytes):
        """The answer to one question after the lane said these."""
        asking = self.ask()
        await asyncio.sleep(0.1)
        for each in words:
            self.dial.hears(each)
        return await asking


def test_the_question_goes_to_the_customers_inbox():
    async def story():
        lane = Lane()
        await lane.answered(said("nonce-1"))
        return lane

    lane = run(story())
    assert (lane.customers, [each.fact for each in lane.asked]) == (["C-1"], [inbox.DialAsked(TASK, 1, "anna")])


def test_what_the_lane_permits_is_permitted():
    assert run(Lane().answered(said("nonce-1"))) == PERMITTED


def test_what_the_lane_refuses_is_refused_with_its_reason_and_its_hour():
    told = said("nonce-1", "refused", "quiet_hours", next_at=from_millis(NOW + 3_600_000))
    answer = run(Lane().answered(told))
    assert answer == Refused((Reason("quiet_hours", "task.dialled", INPUTS),), NOW + 3_600_000, is_over=False)


OTHERS = {
    "the answer to another question": said("nonce-9"),
    "an answer about another task": said("nonce-1", task_id="ct-2.1"),
    "an answer that somebody else's question caused": said("nonce-1", source="/desk"),
    "a record of another kind": said("nonce-1", "delivered", "reported"),
    "no record at all": None,
}


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_else_is_taken_for_the_answer(other):
    assert run(Lane().answered(OTHERS[other], said("nonce-1"))) == PERMITTED


@pytest.mark.parametrize("other", OTHERS)
def test_nothing_else_ends_the_wait(other):
    assert isinstance(run(Lane().answered(OTHERS[other])), NoAnswer)


def test_nobody_waits_longer_than_was_said():
    async def story():
        began = asyncio.get_running_loop().time()
        answer = await Lane().answered()
        return answer, asyncio.get_running_loop().time() - began

    answer, waited = run(story())
    assert (isinstance(answer, NoAnswer), waited) == (True, pytest.approx(ANSWERED_WITHIN_S))


def test_while_nobody_listens_nothing_is_asked():
    async def story():
        lane = Lane(listening=False)
        return await lane.answered(), lane.asked

    answer, asked = run(story())
    assert (isinstance(answer, NoAnswer), asked) == (True, [])


def test_where_kafka_does_not_take_the_question_nobody_dials():
    assert run(Lane(away=True).answered()) == NoAnswer("no Kafka")


def test_a_question_that_kafka_did_not_take_is_asked_anew():
    async def story():
        lane = Lane(away=True)
        await lane.answered()
        lane.away = False
        return await lane.answered(said("nonce-2"))

    assert run(story()) == PERMITTED


def late(word: bytes, after_s: float):
    """An answer comes when nobody waits for it any more; the same lease asks again after this time."""

    async def story():
        lane = Lane()
        first = await lane.ask()
        lane.dial.hears(word)
        await asyncio.sleep(after_s)
        return first, await lane.ask(), len(lane.asked)

    return run(story())


def test_an_answer_that_came_late_is_not_lost():
    first, again, asked = late(said("nonce-1"), 1.0)
    assert (isinstance(first, NoAnswer), again, asked) == (True, PERMITTED, 1)


def test_an_answer_that_is_no_longer_fresh_is_asked_for_anew():
    _, again, asked = late(said("nonce-1"), FRESH_S)
    assert (isinstance(again, NoAnswer), asked) == (True, 2)


def test_an_answer_is_given_once():
    async def story():
        lane = Lane()
        await lane.answered(said("nonce-1"))
        return await lane.answered(said("nonce-2", "refused", "already_dialled"))

    assert run(story()).reasons[0].code == "already_dialled"


def test_a_button_that_is_pressed_twice_asks_once():
    async def story():
        lane = Lane()
        both = lane.ask(), lane.ask()
        await asyncio.sleep(0.1)
        lane.dial.hears(said("nonce-1"))
        return [await each for each in both], len(lane.asked)

    assert run(story()) == ([PERMITTED, PERMITTED], 1)


def test_two_leases_ask_two_questions():
    async def story():
        lane = Lane()
        one, other = lane.ask(1), lane.ask(2, "ben")
        await asyncio.sleep(0.1)
        lane.dial.hears(said("nonce-2", "refused", "already_dialled"))
        lane.dial.hears(said("nonce-1"))
        return await one, (await other).reasons[0].code

    assert run(story()) == (PERMITTED, "already_dialled")


def test_what_was_asked_before_the_reader_began_anew_is_asked_again():
    async def story():
        lane = Lane()
        first = lane.ask()
        await asyncio.sleep(0.1)
        lane.dial.listens(listening=False)
        lane.dial.listens(listening=True)
        again = lane.ask()
        await asyncio.sleep(0.1)
        lane.dial.hears(said("nonce-2"))
        return isinstance(await first, NoAnswer), await again

    assert run(story()) == (True, PERMITTED)


STAYING = {
    "already_dialled",
    "cap",
    "cool_down",
    "holiday",
    "input_behind",
    "lease_overtaken",
    "min_gap",
    "not_in_allowlist",
    "paused",
    "quiet_hours",
    "shadow",
    "waiting_for_profile",
}


@pytest.mark.parametrize("code", CODES)
def test_a_task_stays_in_the_queue_where_time_or_the_lane_stands_in_its_way(code):
    record = JournalRecord("C.1", datetime.now(UTC), "fact", "C", (), "refused", (Reason(code),), "h")
    assert answer_of(record).is_over == (code not in STAYING)


def test_a_no_answer_names_nobody():
    assert "C-1" not in repr(run(Lane().answered()))
