"""Who is due and lacks a credit waits in order until the channel has one; mandatory contacts wait for nobody else."""

from dispatcher.core.decide import Lacking
from dispatcher.engine.held import Held

NOBODY: frozenset[str] = frozenset()
TEXTS = frozenset({"sms"})


def held(*waiting: tuple[str, bytes]) -> Held:
    made = Held()
    for channel, key in waiting:
        made.add(Lacking(channel, "default", mandatory=False), key)
    return made


def ready(waiting: Held, with_credit=lambda: frozenset({"sms", "email"}), with_reserve=lambda: NOBODY):
    return waiting.ready(with_credit, with_reserve)


def test_nobody_is_ready_without_credit() -> None:
    assert list(ready(held(("email", b"a")), lambda: NOBODY)) == []


def test_the_first_to_wait_is_the_first_to_go() -> None:
    assert list(ready(held(("email", b"b"), ("email", b"a")))) == [b"b", b"a"]


def test_another_channel_does_not_wait_behind_them() -> None:
    assert list(ready(held(("email", b"a"), ("sms", b"b")), lambda: TEXTS)) == [b"b"]


def test_who_waits_already_keeps_the_place() -> None:
    waiting = held(("email", b"a"), ("email", b"b"), ("email", b"a"))
    assert (len(waiting), next(ready(waiting))) == (2, b"a")


def test_the_first_of_each_queue_can_be_looked_at_and_stays() -> None:
    waiting = held(("email", b"a"), ("email", b"b"), ("sms", b"c"))
    waiting.add(Lacking("sms", "default", mandatory=True), b"d")

    assert (sorted(waiting.first()), len(waiting)) == ([b"a", b"c", b"d"], 4)


def test_credit_is_asked_for_each() -> None:
    waiting = held(("email", b"a"), ("email", b"b"))
    answers = iter([frozenset({"email"}), NOBODY])
    assert (list(ready(waiting, lambda: next(answers))), len(waiting)) == ([b"a"], 1)


def test_who_comes_back_while_others_are_taken_is_last() -> None:
    waiting = held(("email", b"a"), ("email", b"b"))
    taken = ready(waiting)
    first = next(taken)
    waiting.add(Lacking("email", "default", mandatory=False), first)
    assert list(taken) == [b"b", b"a"]


def test_creditors_take_turns() -> None:
    waiting = Held()
    for key in (b"a1", b"a2", b"a3"):
        waiting.add(Lacking("sms", "A", mandatory=False), key)
    waiting.add(Lacking("sms", "B", mandatory=False), b"b1")
    assert list(ready(waiting)) == [b"a1", b"b1", b"a2", b"a3"]


def test_a_mandatory_contact_goes_on_what_is_reserved_while_others_wait() -> None:
    waiting = held(("sms", b"a"))
    waiting.add(Lacking("sms", "default", mandatory=True), b"m")
    assert list(ready(waiting, lambda: NOBODY, lambda: TEXTS)) == [b"m"]


def test_nobody_waits_any_more_once_all_were_taken() -> None:
    waiting = held(("sms", b"a"))
    waiting.add(Lacking("sms", "default", mandatory=True), b"m")
    before = bool(waiting)
    list(ready(waiting, lambda: TEXTS, lambda: TEXTS))
    assert (before, bool(waiting), len(waiting)) == (True, False, 0)
