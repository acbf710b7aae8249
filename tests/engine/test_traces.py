"""What a lane writes and a pool does about a contact names the trace of the event behind it."""

from dataclasses import dataclass, replace

import pytest
import structlog
from msgspec.structs import replace as replaced
from structlog.testing import capture_logs

from channels.protocol import Message
from dispatcher.engine.record import Record
from dispatcher.engine.rejection import headers_of as set_aside
from dispatcher.engine.task_records import TaskWriter
from dispatcher.engine.turn import Decider, Turn
from schemas import inbox, state
from schemas.inbox import Fact
from schemas.rejected import Rejected
from schemas.topics import INBOX
from schemas.trace import HEADER, trace_id, trace_of
from tests.core.builders import CUSTOMER, HOUR, LIVE, arrival, due, known, overdue, stage_text, staged
from tests.engine.sending_stories import Inbox, Provider, account, all_done, job, pool
from tests.engine.virtual_time import run

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
CALLED = staged(stage_text("call", 1, 'channels = { default = ["call_task"] }'))


def heard(fact: Fact, at: int, trace: str) -> Record:
    told = arrival(fact, at)
    value = inbox.encode(replaced(told, cause=replaced(told.cause, trace=trace)))
    return Record(INBOX, 0, 7, at, CUSTOMER.encode(), value, ())


def turn_after(trace: str, rules=None) -> Turn:
    """An invoice is overdue, said in an event with this trace; its contact is made at once."""
    story = known(rules, start="2026-03-11 11:00")
    turn = Turn(story.now, story.policy)
    kept = state.encode(story.customer, None, 0)
    decider = Decider(TaskWriter(lambda _, __: "Say this."))
    decider.decide(turn, CUSTOMER.encode(), [heard(overdue(), story.now, trace)], kept, LIVE)
    return turn


def headers(entries) -> list[str]:
    return [trace_of(more[0]) if more else "" for _, _, *more in entries]


def test_every_record_of_the_journal_has_the_trace_of_its_event_as_a_header():
    turn = turn_after(TRACE)
    assert (set(headers(turn.journal)), len(turn.claims)) == ({TRACE}, 1)


def test_a_record_that_time_alone_brought_about_has_the_trace_of_the_event_that_it_goes_back_to():
    story = known(start="2026-03-09 22:00")
    kept = state.encode(replaced(story.customer, traces={"I-1": TRACE}), None, 0)
    night, day = Turn(story.now, story.policy), Turn(story.now + 12 * HOUR, story.policy)
    decider = Decider(TaskWriter(lambda _, __: "Say this."))
    decider.decide(night, CUSTOMER.encode(), [heard(due(), story.now, "")], kept, LIVE)
    decider.decide(day, CUSTOMER.encode(), [], night.state[0][1], LIVE)

    assert (set(headers(day.journal)), len(day.claims)) == ({TRACE}, 1)


@pytest.mark.parametrize(("sent", "kept"), [(TRACE.encode(), [TRACE.encode()]), (b"no trace", [])])
def test_a_record_that_is_set_aside_keeps_its_trace(sent, kept):
    record = Record("billing.due", 0, 7, 0, None, b"{", ((HEADER, sent),))
    told = set_aside(record, Rejected("malformed_json", "", "expected JSON"))
    assert [value for name, value in told if name == HEADER] == kept


def test_a_task_for_people_has_it_too():
    assert headers(turn_after(TRACE, CALLED).tasks) == [TRACE]


def test_without_a_trace_records_have_no_headers():
    turn = turn_after("", CALLED)
    assert {len(each) for each in [*turn.journal, *turn.tasks]} == {2}


def test_a_claim_takes_it_along_to_whoever_sends():
    ((claim, _),) = turn_after(TRACE).claims
    assert claim.trace == TRACE


@dataclass
class Talkative(Provider):
    """Logs what it does, and then fails."""

    async def send(self, prepared, *, permit, deadline_s):
        structlog.get_logger().info("provider_called")
        raise RuntimeError("a fault of a test")


@pytest.mark.parametrize("trace", [TRACE, ""])
def test_what_is_logged_of_an_attempt_names_its_trace_id_and_that_of_no_other(trace):
    async def story():
        made = pool(account(Talkative()), inbox=Inbox())
        for attempt_id, of in (("a.1", trace), ("b.1", "")):
            each = job(attempt_id)
            made.credits.take(0)
            made.submit(replace(each, claim=replaced(each.claim, trace=of)))
        await all_done(made)

    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        run(story())

    named = [(each["event"], each.get("trace_id", "")) for each in lines]
    assert sorted(named) == sorted(
        (event, trace_id(of)) for event in ("provider_called", "attempt_failed") for of in (trace, "")
    )


@pytest.mark.parametrize("trace", [TRACE, ""])
def test_a_message_that_cannot_be_worded_is_logged_with_its_trace_id(trace):
    def unspeakable(*_) -> Message:
        raise ValueError("a fault of a test")

    async def story():
        made = pool(account(Provider()), inbox=Inbox(), compose=unspeakable)
        each = job("a.1")
        made.credits.take(0)
        made.submit(replace(each, claim=replaced(each.claim, trace=trace)))
        await all_done(made)

    with capture_logs([structlog.contextvars.merge_contextvars]) as lines:
        run(story())

    assert [each.get("trace_id", "") for each in lines] == [trace_id(trace)]
