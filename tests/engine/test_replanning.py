"""After a switch everybody is planned once by the new policy, whoever owns the partition by then."""

from itertools import islice

from dispatcher.engine.replanning import Replanning

CUSTOMERS = [b"C-1", b"C-2", b"C-3"]


def test_nobody_waits_where_the_policy_is_the_one_that_planned():
    replanning = Replanning("a")
    replanning.begin("a", CUSTOMERS)

    assert list(replanning.take()) == []


def test_everybody_waits_after_a_switch():
    replanning = Replanning("a")
    replanning.begin("b", CUSTOMERS)

    assert sorted(replanning.take()) == CUSTOMERS


def test_nobody_is_planned_twice_by_the_same_policy():
    replanning = Replanning("a")
    for _ in range(2):
        replanning.begin("b", CUSTOMERS)
        list(replanning.take())

    assert len(replanning) == 0


def test_who_was_not_taken_waits_for_the_next_slice():
    replanning = Replanning("a")
    replanning.begin("b", CUSTOMERS)
    first = list(islice(replanning.take(), 2))

    assert sorted([*first, *replanning.take()]) == CUSTOMERS


def test_while_some_wait_no_policy_has_planned_everybody():
    replanning = Replanning("a")
    replanning.begin("b", CUSTOMERS)
    next(replanning.take())

    assert replanning.planned == ""


def test_once_all_are_planned_the_new_policy_has():
    replanning = Replanning("a")
    replanning.begin("b", CUSTOMERS)
    list(replanning.take())

    assert replanning.planned == "b"


def test_a_switch_back_begins_again_for_those_who_were_planned_meanwhile():
    replanning = Replanning("a")
    replanning.begin("b", CUSTOMERS)
    next(replanning.take())
    replanning.begin("a", CUSTOMERS)

    assert sorted(replanning.take()) == CUSTOMERS


def test_a_lane_without_customers_has_nobody_to_plan():
    replanning = Replanning("")
    replanning.begin("a", [])

    assert (len(replanning), replanning.planned) == (0, "a")


def test_everybody_waits_again_where_what_held_them_back_is_gone():
    replanning = Replanning("a")
    replanning.begin("a", CUSTOMERS)
    replanning.again(CUSTOMERS)

    assert sorted(replanning.take()) == CUSTOMERS
