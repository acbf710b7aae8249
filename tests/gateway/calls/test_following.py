"""Tasks come from their topic once each, and go when the journal says so, in whatever order the two are read."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from dispatcher.archive.database import opened
from dispatcher.archive.duty import duty_of
from dispatcher.engine.clients import Record
from dispatcher.gateway.calls.following import DUTY, Overtaken, begin, positions, written
from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import NothingToDo, Recorded
from dispatcher.gateway.calls.tending import KEPT_MS, OVERDUE_MS, forget
from schemas import journal, topics
from schemas.journal import JournalRecord, Reason, Result, TaskRecord
from schemas.reasons import ReasonCode
from schemas.values import Channel
from tests.gateway.calls.house import ANN, DAY, HOUR, NOW, House, task

pytestmark = pytest.mark.asyncio
PREFIX = "t."
BEGUN = {(topics.TASKS, 0): 0, (topics.JOURNAL, 0): 0}


class Topics:
    """Records as they stand in their topics."""

    def __init__(self) -> None:
        self._next = dict(BEGUN)

    def handed_over(self, one: TaskRecord) -> Record:
        return self._record(topics.TASKS, journal.encode(one))

    def told(
        self,
        task_id: str,
        result: Result,
        code: ReasonCode,
        *,
        channel: Channel | None = "call_task",
        kind: str = "attempt",
        rule: str = "",
        **other,
    ) -> Record:
        said = JournalRecord(
            record_id="C-1/1",
            at=NOW,
            kind=kind,
            customer_id="C-1",
            invoice_ids=(),
            result=result,
            reasons=(Reason(code, rule),),
            policy="p",
            channel=channel,
            attempt_id=task_id or None,
            **other,
        )
        return self._record(topics.JOURNAL, journal.encode(said))

    def _record(self, topic: str, value: bytes) -> Record:
        offset = self._next[topic, 0]
        self._next[topic, 0] = offset + 1
        return Record(PREFIX + topic, 0, offset, 0, b"C-1", value, ())


async def read(house: House, *records: Record) -> None:
    """The records of one turn, after whatever was read before."""
    standing = await house.store.reads(positions)
    await house.store.writes(lambda at: begin(at, BEGUN, standing) if not standing else None)
    before = await house.store.reads(positions)
    await house.store.writes(written(records, PREFIX, before))


async def waits(house: House) -> bool:
    return not isinstance(await house.desk.next_task(ANN), NothingToDo)


async def test_a_task_of_the_topic_waits_at_the_desk(store):
    house = House(store)
    await read(house, Topics().handed_over(task("t-1")))

    assert (await house.held()).task_id == "t-1"


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ("cancelled", "paid"),
        ("cancelled", "hold"),
        ("expired", "expired"),
        ("delivered", "reported"),
        ("undelivered", "reported"),
        ("rejected", "not_approved"),
        ("released", "resolved"),
        ("accepted", "approved"),
    ],
)
async def test_the_word_that_it_is_over_takes_it_out_with_everything_personal(store, result, code):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1")), told.told("t-1", result, code))

    row = house.columns("t-1")
    assert (row.state, row.ended_by, row.record) == ("over", code, None)


async def test_many_that_end_in_one_turn_are_all_taken_out(store):
    told, house = Topics(), House(store)
    names = [f"ct-000{n}.1" for n in range(3)]
    await read(house, *(told.handed_over(task(name)) for name in names))
    await read(house, *(told.told(name, "cancelled", "paid") for name in names))
    assert not await waits(house)


async def test_it_is_not_brought_back_by_its_own_record_that_is_read_later(store):
    house, told = House(store), Topics()
    await read(house, told.told("t-1", "cancelled", "paid"))
    await read(house, told.handed_over(task("t-1")))

    assert not await waits(house)


@pytest.mark.parametrize(
    ("result", "code", "kind"),
    [
        ("claimed", "due", "attempt"),
        ("accepted", "due", "attempt"),
        ("permitted", "free_to_dial", "attempt"),
        ("refused", "quiet_hours", "fact"),
    ],
)
async def test_what_is_said_of_a_task_that_goes_on_leaves_it_there(store, result, code, kind):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1")), told.told("t-1", result, code, kind=kind))

    assert await waits(house)


async def test_the_end_of_a_text_message_is_none_of_the_desks_business(store):
    house = House(store)
    await read(house, Topics().told("t-1", "delivered", "reported", channel="sms"))

    assert house.columns("t-1") is None


async def test_the_end_of_a_letter_is(store):
    house, told = House(store), Topics()
    await read(
        house,
        told.handed_over(task("t-1", kind="letter")),
        told.told("t-1", "cancelled", "paid", channel=None, task="letter"),
    )

    assert not await waits(house)


async def test_a_payment_during_a_call_does_not_take_the_call_from_the_person(store):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1")))
    mine = await house.in_call()
    await read(house, told.told("t-1", "cancelled", "paid"))

    assert (await house.held()).ended_by == "paid"
    assert await house.desk.report(ANN, "t-1", mine.fence, "s-1", Outcome("no_answer")) == Recorded()


async def test_after_a_payment_during_a_call_nobody_calls_back(store):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1")))
    mine = await house.in_call()
    await read(house, told.told("t-1", "cancelled", "paid"))
    back = Outcome("callback_requested", "right_party", call_back_at=house.now + HOUR)
    await house.desk.report(ANN, "t-1", mine.fence, "s-1", back)
    house.now += HOUR

    assert not await waits(house)


async def test_a_record_that_is_read_twice_counts_once(store):
    house, told = House(store), Topics()
    one = told.handed_over(task("t-1"))
    await read(house, one)

    with pytest.raises(Overtaken):
        await house.store.writes(written([one], PREFIX, BEGUN))


async def test_of_two_gateways_that_read_one_writes(store):
    house, told = House(store), Topics()
    first, second = told.handed_over(task("t-1")), told.handed_over(task("t-2"))
    await read(house, first)

    with pytest.raises(Overtaken):
        await house.store.writes(written([first, second], PREFIX, BEGUN))
    assert house.columns("t-2") is None


async def test_the_archiver_of_the_same_server_keeps_nobody_from_reading(cluster):
    engine = opened(cluster.database())
    archiver, reader, other = duty_of(engine), duty_of(engine, DUTY), duty_of(engine, DUTY)
    took = [archiver.taken(), reader.taken(), other.taken()]
    for each in (archiver, reader, other):
        each.released()
    engine.dispose()

    assert took == [True, True, False]


async def test_what_cannot_be_read_is_passed_over(store):
    house, told = House(store), Topics()
    broken = told._record(topics.TASKS, b"{")
    await read(house, broken, told.handed_over(task("t-1")))

    assert (await house.held()).task_id == "t-1"


async def test_what_a_collector_wrote_of_a_customer_who_was_erased_is_gone(store):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1", customer_id="C-1")))
    mine = await house.held()
    await house.desk.escalate(ANN, "t-1", mine.fence, "s-1", "a court has written")
    await read(house, told.told("", "recorded", "recorded", channel=None, kind="fact", rule="customer.erased"))

    assert [each.note for each in (await house.desk.overview()).escalations] == [""]


async def test_a_task_whose_end_nobody_told_is_emptied_a_day_after_it(store):
    house = House(store)
    await house.put(task("t-1", expires_at=NOW + timedelta(hours=1)))
    await house.store.writes(lambda at: forget(at, house.now + HOUR + OVERDUE_MS))

    row = house.columns("t-1")
    assert (row.state, row.record) == ("over", None)


async def test_not_while_somebody_still_has_to_say_what_came_of_it(store):
    house = House(store)
    await house.put(task("t-1", expires_at=NOW + timedelta(hours=1)))
    await house.in_call()
    await house.store.writes(lambda at: forget(at, house.now + 30 * DAY))

    assert house.columns("t-1").state == "dialled"


async def test_in_the_end_nothing_is_kept_of_it(store):
    house, told = House(store), Topics()
    await read(house, told.handed_over(task("t-1")), told.told("t-1", "cancelled", "paid"))
    await house.store.writes(lambda at: forget(at, house.now + KEPT_MS))

    assert house.columns("t-1") is None


async def test_a_task_that_comes_again_after_it_was_taken_is_still_the_persons(store):
    house, told = House(store), Topics()
    one = task("t-1")
    await read(house, told.handed_over(one))
    mine = await house.held()
    await read(house, told.handed_over(replace(one, priority=9)))

    assert await house.held() == mine
