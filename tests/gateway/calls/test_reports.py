"""What a person reports stands in Kafka, said once, before the task counts as done."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatcher.gateway.calls.outcomes import Outcome
from dispatcher.gateway.calls.results import Incomplete, Kept, LeaseLost, NotAllowed, NothingToDo, Problem, Recorded
from schemas.inbox import ConsentChanged, ContactReported, HoldPlaced, PromiseMade
from schemas.values import to_date
from tests.gateway.calls.house import (
    ANN,
    BEN,
    DAY,
    EVE,
    HOUR,
    MINUTE,
    NOW,
    NUMBER,
    PROMISE,
    House,
    task,
)

pytestmark = pytest.mark.asyncio
NO_ANSWER = Outcome("no_answer")


async def called(store, **of_task) -> House:
    """A house in which Ann is in a call."""
    house = House(store)
    await house.put(task("t-1", **of_task))
    await house.in_call(ANN)
    return house


async def report(house: House, outcome: Outcome = PROMISE, submit_id: str = "s-1"):
    fence = house.columns("t-1").fence
    return await house.desk.report(ANN, "t-1", fence, submit_id, outcome)


# --- what is written


async def test_a_promise_is_a_promise_and_a_contact(store):
    house = await called(store)

    assert await report(house) == Recorded()
    assert [type(each) for each in house.kafka.facts()] == [PromiseMade, ContactReported]


async def test_it_promises_what_was_said(store):
    house = await called(store)
    await report(house)

    promise = house.kafka.facts()[0]
    assert (promise.invoice_ids, promise.amount, promise.currency, to_date(promise.promised_on)) == (
        ("R-1", "R-2"),
        17_900,
        "EUR",
        PROMISE.day,
    )


async def test_the_contact_is_told_in_four_fields_and_closes_the_task(store):
    house = await called(store)
    await report(house)

    told = house.kafka.facts()[1]
    assert (told.outcome, told.contact_class, told.number_status, told.next_action, told.task_id, told.by) == (
        "promise_to_pay",
        "right_party",
        "good",
        "await_payment",
        "t-1",
        "desk",
    )


async def test_every_statement_names_the_collector_as_its_source(store):
    """S34, S43"""
    house = await called(store)
    await report(house)

    assert {each.source for each in house.kafka.events()} == {"dispatcher/desk/ann"}


async def test_the_contact_took_place_when_it_was_dialled(store):
    house = await called(store)
    dialled_at = house.now
    house.now += 5 * MINUTE
    await report(house)

    assert house.kafka.facts()[1].at == dialled_at


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("dispute", "dispute"),
        ("hardship", "hardship"),
        ("vulnerable", "hardship"),
        ("complaint", "complaint"),
        ("deceased", "deceased"),
        ("represented_by_attorney", "legal"),
        ("bankruptcy", "legal"),
        ("do_not_call", "manual"),
    ],
)
async def test_what_stops_contact_is_a_hold_of_the_customer_and_comes_first(store, word, kind):
    """S19, S21"""
    house = await called(store)
    contact_class = "third_party" if word == "deceased" else "right_party"
    await report(house, Outcome(word, contact_class, note="as was said"))

    first = house.kafka.facts()[0]
    assert (type(first), first.kind, first.scope, first.until) == (HoldPlaced, kind, "customer", None)


async def test_a_dispute_of_one_invoice_holds_that_one(store):
    house = await called(store)
    await report(house, Outcome("dispute", "right_party", note="never received", invoices=("R-2",)))

    first = house.kafka.facts()[0]
    assert (first.scope, first.target) == ("invoice", "R-2")


async def test_a_wrong_number_is_neither_called_nor_written_to_for_this_customer(store):
    house = await called(store)
    await report(house, Outcome("wrong_number", "third_party"))

    barred = [each for each in house.kafka.facts() if isinstance(each, ConsentChanged)]
    assert {(each.contact_point, each.channel, each.allowed) for each in barred} == {
        (NUMBER, "call_task", False),
        (NUMBER, "sms", False),
    }


async def test_do_not_call_is_said_of_the_number_whoever_has_it(store):
    house = await called(store)
    await report(house, Outcome("do_not_call", "right_party"))

    assert [each.topic for each in house.kafka.entries].count("reminders.points") == 1


async def test_a_message_on_a_machine_is_told_in_the_word_that_caps_know(store):
    house = await called(store)
    await report(house, Outcome("voicemail_left"))

    assert house.kafka.facts()[-1].outcome == "message_left"


async def test_a_note_goes_with_the_contact_without_control_characters(store):
    house = await called(store)
    await report(house, replace(NO_ANSWER, note="try\x00 mornings\x1b"))

    assert house.kafka.facts()[-1].note == "try mornings"


# --- once


async def test_the_same_form_twice_says_it_once(store):
    house = await called(store)
    first = await report(house)
    again = await report(house)

    assert (first, again, len(house.kafka.entries)) == (Recorded(), Recorded(again=True), 2)


async def test_while_kafka_is_away_a_report_is_kept(store):
    house = await called(store)
    house.kafka.away = True

    assert (await report(house), house.columns("t-1").state) == (Kept("paused by a test"), "reported")


async def test_and_published_later_as_it_was_said_the_first_time(store):
    house = await called(store)
    house.kafka.away = True
    await report(house)
    house.kafka.away = False
    house.now += HOUR

    assert (await house.desk.publish_kept(), house.columns("t-1").state) == (0, "over")
    assert house.kafka.facts()[1].at == house.now - HOUR


async def test_a_gateway_that_died_between_kafka_and_its_own_note_repeats_the_very_same_events(store):
    house = await called(store)
    died = RuntimeError("killed")

    def dies(work):
        raise died

    writes, appended = house.store.writes, house.kafka.entries
    kept = await house.store.writes(lambda at: None)
    assert kept is None
    house.desk._append = _then(house, dies)
    with pytest.raises(RuntimeError):
        await report(house)
    house.store.writes = writes
    house.desk._append = house.kafka
    first = [each.id for each in house.kafka.events()]
    appended.clear()

    await House(store, kafka=house.kafka, now=house.now + MINUTE).desk.publish_kept()

    assert [each.id for each in house.kafka.events()] == first


def _then(house: House, dies):
    """Kafka takes it, and then the process ends."""

    async def append(entries):
        stood = await house.kafka(entries)
        house.store.writes = dies
        return stood

    return append


async def test_once_it_is_published_nothing_of_what_was_said_is_kept(store):
    house = await called(store)
    await report(house)

    row = house.columns("t-1")
    assert (row.state, row.record, row.amounts) == ("over", None, None)


async def test_a_form_of_another_task_is_refused(store):
    house = await called(store)
    await report(house)
    await house.put(task("t-2"))
    mine = await house.in_call(ANN)

    answer = await house.desk.report(ANN, "t-2", mine.fence, "s-1", NO_ANSWER)

    assert isinstance(answer, Incomplete)
    assert answer.problems[0].trouble == "other_task"


# --- who may


async def test_another_person_cannot_report_it(store):
    house = await called(store)

    assert await house.desk.report(BEN, "t-1", house.columns("t-1").fence, "s-1", NO_ANSWER) == LeaseLost("not_held")


async def test_under_a_stale_fence_nothing_is_reported(store):
    house = House(store)
    await house.put(task("t-1"))
    stale = await house.held(ANN)
    house.now += 2 * MINUTE
    await house.in_call(BEN)

    assert await house.desk.report(ANN, "t-1", stale.fence, "s-1", NO_ANSWER) == LeaseLost("over_time")


async def test_a_call_that_was_not_dialled_has_no_outcome(store):
    house = House(store)
    await house.put(task("t-1"))
    mine = await house.held(ANN)

    answer = await house.desk.report(ANN, "t-1", mine.fence, "s-1", NO_ANSWER)

    assert isinstance(answer, Incomplete)
    assert answer.problems[0].trouble == "not_dialled"


async def test_who_dialled_may_report_however_late(store):
    house = await called(store)
    house.now += DAY

    assert await report(house, NO_ANSWER) == Recorded()


async def test_a_supervisor_says_what_came_of_a_call_whose_caller_vanished(store):
    house = await called(store)
    house.now += HOUR

    assert await house.desk.resolve(EVE, "t-1", "s-9", Outcome("abandoned")) == Recorded()
    assert (house.kafka.events()[-1].source, house.columns("t-1").state) == ("dispatcher/desk/eve", "over")


async def test_after_that_the_callers_own_report_comes_too_late(store):
    house = await called(store)
    await house.desk.resolve(EVE, "t-1", "s-9", Outcome("abandoned"))

    assert await report(house) == LeaseLost("ended")


async def test_an_agent_cannot_resolve(store):
    house = await called(store)

    assert await house.desk.resolve(ANN, "t-1", "s-9", Outcome("abandoned")) == NotAllowed()


# --- call-backs


CALL_BACK = Outcome("callback_requested", "right_party")


async def test_a_call_back_brings_the_same_task_at_its_time(store):
    house = await called(store)
    at = house.now + 5 * HOUR

    assert await report(house, replace(CALL_BACK, call_back_at=at)) == Recorded(("identity", "check"), at)
    assert isinstance(await house.desk.next_task(BEN), NothingToDo)
    house.now = at
    assert (await house.held(ANN)).call_back


async def test_at_its_time_it_comes_before_everything_else(store):
    house = await called(store)
    await report(house, replace(CALL_BACK, call_back_at=house.now + HOUR))
    await house.put(task("t-2", priority=9))
    house.now += HOUR

    assert (await house.held(ANN)).task_id == "t-1"


async def test_it_is_told_so_that_the_task_stays_open(store):
    house = await called(store)
    await report(house, replace(CALL_BACK, call_back_at=house.now + HOUR))

    assert house.kafka.facts()[-1].next_action == "call_back"


async def test_it_can_be_dialled_and_reported_again(store):
    house = await called(store)
    await report(house, replace(CALL_BACK, call_back_at=house.now + HOUR))
    house.now += HOUR
    again = await house.in_call(ANN)

    assert again.tries == 2
    assert await report(house, PROMISE, "s-2") == Recorded()


# --- what must be said


async def test_disclosures_that_were_not_confirmed_are_told_and_counted(store):
    """S34"""
    house = await called(store)

    assert await report(house, replace(PROMISE, said=frozenset({"identity"}))) == Recorded(("check",))
    assert house.kafka.facts()[-1].omitted == ("check",)
    assert house.counted("dispatcher_call_disclosures_missing_total") == 1


async def test_nobody_has_to_disclose_anything_to_a_machine(store):
    house = await called(store)

    assert await report(house, Outcome("voicemail_left")) == Recorded()


# --- what is not dialled


async def test_a_letter_is_reported_without_dialling(store):
    house = House(store)
    await house.put(task("t-1", kind="letter", contact_point="postal_address"))
    await house.held(ANN)

    assert await report(house, Outcome("done")) == Recorded()
    assert house.kafka.facts()[-1].outcome == "delivered"


async def test_counsel_approves_a_gated_step(store):
    """S7"""
    house = House(store)
    await house.put(task("t-1", kind="legal", gate="counsel"))
    mine = await house.held(EVE)

    assert await house.desk.report(EVE, "t-1", mine.fence, "s-1", Outcome("approved")) == Recorded()
    assert house.kafka.facts()[-1].outcome == "approved"


async def test_a_letter_cannot_promise(store):
    house = House(store)
    await house.put(task("t-1", kind="letter"))
    await house.held(ANN)

    answer = await report(house, PROMISE)

    assert answer == Incomplete((Problem("outcome", "not_fitting", "this task can end in one of: done, not_done"),))


async def test_reports_are_counted_by_their_outcome(store):
    house = await called(store)
    await report(house)

    assert house.counted("dispatcher_call_reports_total", outcome="promise_to_pay") == 1


async def test_a_task_that_ended_while_somebody_was_in_the_call_is_reported_all_the_same(store):
    house = await called(store, expires_at=NOW + timedelta(hours=1))
    house.now += 2 * HOUR

    assert await report(house, NO_ANSWER) == Recorded()
