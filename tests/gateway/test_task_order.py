"""A customer's tasks go one after the other, customers side by side, and a partition is at its first open one."""

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.engine.clients import Record
from dispatcher.gateway.task_order import MOST_OPEN, TaskOrder


def record(offset: int, customer: str) -> Record:
    return Record("tasks", 0, offset, 0, customer.encode(), b"", ())


A0, A1, B2 = record(0, "a"), record(1, "a"), record(2, "b")


def test_a_customers_first_task_may_go_at_once():
    assert TaskOrder().take(A0) == A0


def test_the_next_one_of_the_same_customer_waits():
    order = TaskOrder()
    order.take(A0)

    assert order.take(A1) is None


def test_it_may_go_once_the_first_is_done():
    order = TaskOrder()
    order.take(A0)
    order.take(A1)

    assert order.done(A0) == A1


def test_another_customer_does_not_wait():
    order = TaskOrder()
    order.take(A0)

    assert order.take(B2) == B2


def test_nothing_has_been_reached_before_the_first():
    assert TaskOrder().position is None


def test_what_is_done_behind_an_open_task_is_not_yet_reached():
    order = TaskOrder()
    for each in (A0, B2):
        order.take(each)
    order.done(B2)

    assert order.position == 0


def test_with_the_last_one_all_are_reached():
    order = TaskOrder()
    for each in (A0, A1, B2):
        order.take(each)
    for each in (B2, A0, A1):
        order.done(each)

    assert (order.position, len(order)) == (3, 0)


def test_it_takes_no_more_than_it_can_lose():
    order = TaskOrder()
    for offset in range(MOST_OPEN):
        order.take(record(offset, "a"))

    assert order.is_full


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_in_whatever_order_they_end_no_task_is_passed_over_and_none_overtakes(customers, chance):
    order, going, done = TaskOrder(), [], []
    for offset, customer in enumerate(customers):
        if (first := order.take(record(offset, customer))) is not None:
            going.append(first)
    while going:
        done.append(going.pop(chance.randrange(len(going))))
        if (following := order.done(done[-1])) is not None:
            going.append(following)
        still = set(range(len(customers))) - {each.offset for each in done}
        assert order.position == min(still, default=len(customers))

    for customer in set(customers):
        offsets = [each.offset for each in done if each.key == customer.encode()]
        assert offsets == sorted(offsets)
    assert len(done) == len(customers)
