"""A wake-up that leads to nothing for want of credit leaves no trace: it is tried again when there is credit."""

import pytest

from dispatcher.core.claim import Claim
from dispatcher.core.decide import Decision, Lacking
from dispatcher.core.policy import Policy
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.turn import Decider, StateUnreadable, Turn
from schemas import journal, state
from tests.core.builders import CUSTOMER, conditions, due, known


def no_script(claim: Claim, policy: Policy) -> str:
    raise AssertionError("no call is due")


def woken(record: bytes | None = None, credit: tuple[str, ...] = ()) -> tuple[Turn, Decision | None]:
    """A customer whose invoice is due today, and whose message was put off before, is looked at."""
    story = known(under=conditions(credit=()), start="2026-03-10 10:00")
    story.hear(due())
    turn = Turn(story.now + 5_000, story.policy)
    kept = state.encode(story.customer, story.now, 0)
    decider = Decider(TaskWriter(no_script))
    return turn, decider.decide(turn, CUSTOMER.encode(), [], record or kept, conditions(credit=credit))


def test_nothing_is_written() -> None:
    turn, _ = woken()
    assert (turn.state, turn.journal, turn.wakes) == ([], [], {})


def test_the_channel_that_has_no_credit_is_named() -> None:
    _, decision = woken()
    assert decision is not None
    assert decision.lacking == Lacking("sms", "default", mandatory=False)


def test_with_credit_it_is_claimed() -> None:
    turn, decision = woken(credit=("sms", "email"))
    assert decision is not None
    assert (decision.lacking, len(turn.claims)) == (None, 1)


def test_a_claim_that_time_caused_was_due_since_its_customer_was_to_be_looked_at() -> None:
    turn, _ = woken(credit=("sms", "email"))
    ((claim, _),) = turn.claims

    assert turn.due == {claim.attempt_id: turn.now - 5_000}


def test_a_record_that_cannot_be_read_decides_nothing() -> None:
    with pytest.raises(StateUnreadable, match=CUSTOMER):
        woken(record=b"\x01\x00" + bytes(8) + b"\xff\xff")


def test_where_the_journal_says_that_it_waits_for_the_input_the_true_reason_is_told_once() -> None:
    story = known(under=conditions(gate_open=False, credit=()), start="2026-03-10 10:00")
    story.hear(due())
    turn = Turn(story.now + 5_000, story.policy)
    kept = state.encode(story.customer, story.now, 0)
    decider = Decider(TaskWriter(no_script))
    decider.decide(turn, CUSTOMER.encode(), [], kept, conditions(credit=()))
    told = [journal.decode_journal(value).reasons[0].code for _, value in turn.journal]
    decider.decide(turn, CUSTOMER.encode(), [], turn.state[0][1], conditions(credit=()))
    assert (told, len(turn.journal)) == (["provider_limit"], 1)
