"""Which account gets the next message, and how receipts move that."""

from collections import Counter

import pytest

from dispatcher.engine.balance import Balance

BOTH = ("one", "two")


def picked(balance, count=100, ready=BOTH, now=0.0):
    return Counter(balance.pick(ready, now) for _ in range(count))


def test_each_gets_its_weight():
    assert picked(Balance({"one": 70, "two": 30})) == {"one": 70, "two": 30}


def test_they_alternate_evenly():
    balance = Balance({"one": 50, "two": 50})
    assert [balance.pick(BOTH, 0.0) for _ in range(4)] == ["one", "two", "one", "two"]


def test_what_one_cannot_take_now_goes_to_the_other():
    assert picked(Balance({"one": 50, "two": 50}), ready=("two",)) == {"two": 100}


def test_one_that_is_out_gets_nothing():
    balance = Balance({"one": 50, "two": 50})
    for _ in range(5):
        balance.heard("one", 0.0, good=False)
    assert (picked(balance), balance.usable("one", 0.0)) == ({"two": 100}, False)


def test_a_single_account_is_called_however_it_is():
    balance = Balance({"one": 50})
    for _ in range(50):
        balance.heard("one", 0.0, good=False)
    assert (picked(balance, ready=("one",)), balance.usable("one", 0.0)) == ({"one": 100}, True)


def test_where_all_are_out_nobody_is_called_until_one_wants_a_probe():
    balance = Balance({"one": 50, "two": 50})
    for name in BOTH:
        for _ in range(5):
            balance.heard(name, 0.0, good=False)
    assert (balance.pick(BOTH, 1.0), balance.pick(BOTH, 6.0)) == (None, "one")


def lived(seconds, *, late=(), dead=(), receipts=True, a_second=4):
    """Each account takes so many messages a second; receipts come after 3 s, of `late` ones after 400 s, of `dead` never."""
    balance = Balance({"one": 50, "two": 50})
    arrives = {}
    for now in range(seconds):
        for name in BOTH:
            for number in range(a_second):
                attempt = f"{name}-{now}-{number}"
                balance.sent(name, attempt, float(now))
                after = 400 if name in late and now > 60 else 3
                if receipts and not (name in dead and now > 60):
                    arrives.setdefault(now + after, []).append(attempt)
        for attempt in arrives.pop(now, ()):
            balance.received(attempt, float(now), delivered=True)
        balance.review(float(now))
    return balance


def test_an_account_whose_messages_are_late_loses_share():
    assert lived(900, late=("one",)).share("one") < 0.1


def test_so_does_one_whose_receipts_stopped():
    assert lived(900, dead=("one",)).share("one") < 0.1


def test_where_all_are_late_nothing_moves():
    assert lived(900, late=BOTH).share("one") == 0.5


def test_where_nobody_sends_receipts_nothing_moves():
    assert lived(900, receipts=False).share("one") == 0.5


def test_one_message_that_does_not_arrive_moves_nothing():
    balance = lived(400)
    balance.sent("one", "wrong number", 400.0)
    balance.received("wrong number", 401.0, delivered=False)
    balance.review(402.0)
    assert balance.share("one") == 0.5


def test_a_receipt_of_what_another_worker_sent_is_nothing_to_us():
    balance = Balance({"one": 50, "two": 50})
    for number in range(100):
        balance.received(f"foreign-{number}", 0.0, delivered=False)
    balance.review(1.0)
    assert balance.share("one") == 0.5


@pytest.mark.parametrize(("delivered", "share"), [(True, 0.5), (False, 1 / 3)])
def test_messages_that_are_not_delivered_count_like_late_ones(delivered, share):
    balance = Balance({"one": 50, "two": 50})
    for number in range(40):
        for name in BOTH:
            balance.sent(name, f"{name}-{number}", 0.0)
            balance.received(f"{name}-{number}", 1.0, delivered=delivered or name == "two")
    balance.review(2.0)
    assert balance.share("one") == pytest.approx(share)
