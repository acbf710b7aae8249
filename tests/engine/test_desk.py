"""How long people need for the open calls of this worker's partitions, and one more."""

from msgspec.structs import replace

from dispatcher.engine.desk import Desk
from dispatcher.engine.hourly import Hourly
from dispatcher.engine.senders import Senders
from tests.messages.samples import claim

HOUR = 3_600_000


def desk(capacity=10.0):
    return Desk(lambda: capacity)


def test_without_a_capacity_nobody_is_ever_busy():
    people = Desk()
    people.holds(0, 1_000)
    assert people.busy == 0


def test_an_empty_desk_needs_the_time_of_one_call():
    assert desk().busy == HOUR / 10


def test_open_calls_of_all_partitions_count():
    people = desk()
    people.holds(0, 4)
    people.holds(1, 5)
    assert people.busy == HOUR


def test_what_the_state_says_replaces_what_was_counted():
    people = desk()
    people.count(0)
    people.holds(0, 1)
    assert people.busy == 2 * HOUR / 10


def test_the_calls_of_a_partition_that_went_are_somebody_elses():
    people = desk()
    people.holds(0, 9)
    people.abandon(0)
    assert people.busy == HOUR / 10


def senders(people):
    return Senders({}, Hourly("call_task", lambda: None, lambda: 0, lambda channel: None), people)


def test_a_claim_counts_before_it_is_flushed():
    people = desk()
    senders(people).reserve(replace(claim("sms"), channel="call_task"), 0)
    assert people.busy == 2 * HOUR / 10


def test_a_partition_that_is_given_up_leaves_nothing():
    people = desk()
    made = senders(people)
    people.holds(0, 9)
    made.abandon(0)
    assert people.busy == HOUR / 10


def test_a_task_that_was_not_flushed_does_not_count_for_the_hour():
    hour = Hourly("call_task", lambda: 1, lambda: 0, lambda channel: None)
    senders = Senders({}, hour)
    task = claim("call_task")
    senders.reserve(task, 0)
    full = hour.reached
    senders.give_back(task, 0)
    assert (full, hour.reached) == (True, False)
