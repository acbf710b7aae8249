"""Who is due and lacks a credit waits in order until the channel has one."""

from dispatcher.engine.held import Held

NOBODY: frozenset[str] = frozenset()


def held(*waiting: tuple[str, bytes]) -> Held:
    made = Held()
    for channel, key in waiting:
        made.add(channel, key)
    return made


def test_nobody_is_ready_without_credit() -> None:
    assert list(held(("email", b"a")).ready(lambda: NOBODY)) == []


def test_the_first_to_wait_is_the_first_to_go() -> None:
    waiting = held(("email", b"b"), ("email", b"a"))
    assert list(waiting.ready(lambda: frozenset({"email"}))) == [b"b", b"a"]


def test_another_channel_does_not_wait_behind_them() -> None:
    waiting = held(("email", b"a"), ("sms", b"b"))
    assert list(waiting.ready(lambda: frozenset({"sms"}))) == [b"b"]


def test_who_waits_already_keeps_the_place() -> None:
    waiting = held(("email", b"a"), ("email", b"b"), ("email", b"a"))
    assert (len(waiting), next(waiting.ready(lambda: frozenset({"email"})))) == (2, b"a")


def test_credit_is_asked_for_each() -> None:
    waiting = held(("email", b"a"), ("email", b"b"))
    answers = iter([frozenset({"email"}), NOBODY])
    assert (list(waiting.ready(lambda: next(answers))), len(waiting)) == ([b"a"], 1)


def test_who_comes_back_while_others_are_taken_is_last() -> None:
    waiting = held(("email", b"a"), ("email", b"b"))
    taken = waiting.ready(lambda: frozenset({"email"}))
    first = next(taken)
    waiting.add("email", first)
    assert list(taken) == [b"b", b"a"]
