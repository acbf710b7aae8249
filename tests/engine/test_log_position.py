"""A lane goes on only where the inbox continues its state; everything else is refused aloud."""

from dispatcher.engine.log_position import Continue, LogBounds, Refused, Watermark, position

NAME = "reminders.inbox[3]"


def judged(
    state: Watermark | None, log: LogBounds, committed: int | None = None, *, accept_gap: bool = False
) -> Continue | Refused:
    return position(state, log, committed, partition=NAME, accept_gap=accept_gap)


def test_a_new_installation_begins_at_the_mark() -> None:
    assert judged(None, LogBounds(0, 1, "log-a")) == Continue(Watermark("log-a", -1))


def test_it_goes_on_after_its_watermark() -> None:
    known = Watermark("log-a", 41)
    assert judged(known, LogBounds(0, 100, "log-a"), 42) == Continue(known)


def test_a_watermark_at_the_very_end_is_fine() -> None:
    known = Watermark("log-a", 99)
    assert judged(known, LogBounds(0, 100, "log-a"), 100) == Continue(known)


def test_a_log_whose_start_was_deleted_is_fine_while_nothing_is_missing() -> None:
    known = Watermark("log-a", 41)
    assert judged(known, LogBounds(42, 100, None)) == Continue(known)


def test_a_recreated_inbox_is_refused_even_if_it_is_longer() -> None:
    found = judged(Watermark("log-a", 41), LogBounds(0, 5_000, "log-b"), 42)
    assert isinstance(found, Refused)
    assert NAME in found.why
    assert "recreated" in found.why


def test_a_recreated_inbox_without_our_mark_is_refused() -> None:
    assert isinstance(judged(Watermark("log-a", 41), LogBounds(0, 5_000, None)), Refused)


def test_an_inbox_that_is_shorter_than_the_state_is_refused() -> None:
    assert isinstance(judged(Watermark("log-a", 41), LogBounds(0, 10, "log-a")), Refused)


def test_records_deleted_before_they_were_applied_are_refused() -> None:
    found = judged(Watermark("log-a", 41), LogBounds(60, 100, None))
    assert isinstance(found, Refused)
    assert "--accept-gap" in found.why


def test_a_lost_state_is_refused() -> None:
    found = judged(None, LogBounds(0, 100, "log-a"), 42)
    assert isinstance(found, Refused)
    assert "state was lost" in found.why


def test_an_inbox_without_a_mark_is_refused() -> None:
    found = judged(None, LogBounds(0, 0, None))
    assert isinstance(found, Refused)
    assert "topics apply" in found.why


def test_an_operator_may_accept_the_gap() -> None:
    log = LogBounds(60, 100, None)
    assert judged(Watermark("log-a", 41), log, accept_gap=True) == Continue(Watermark("log-a", 59))


def test_an_operator_may_go_on_with_a_new_inbox() -> None:
    found = judged(Watermark("log-a", 41), LogBounds(0, 5, "log-b"), 42, accept_gap=True)
    assert found == Continue(Watermark("log-b", -1))
