"""The checker finds no fault in what the core says of an attempt, whatever was told of it in whatever order."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatcher.verify.attempts import judge_attempts
from dispatcher.verify.findings import Findings
from dispatcher.verify.history import History, Said, claims_of
from dispatcher.verify.known import Known
from schemas.values import to_millis
from tests.core.builders import MINUTE, known, overdue
from tests.core.test_lifecycle import FACTS, LADDERS, TASKS

WORDS = FACTS | TASKS


@settings(max_examples=80, deadline=None)
@given(
    rules=st.sampled_from(sorted(LADDERS)),
    said=st.lists(st.tuples(st.sampled_from(sorted(WORDS)), st.sampled_from((0, 1, 300, 1500))), max_size=10),
)
@example(rules="resend", said=[("unanswered", 0), ("cannot tell", 1500), ("reported", 0)])
def test_no_order_of_words_looks_like_a_step_back_or_a_second_message(rules: str, said: list[tuple[str, int]]):
    story = known(LADDERS[rules], "2026-03-17 11:00")
    story.hear(overdue())
    for word, minutes in said:
        story.now += minutes * MINUTE
        story.hear(WORDS[word](story.claims[-1].attempt_id, story))
    journal = [Said(each, ("reminders.journal", 0, n), to_millis(each.at)) for n, each in enumerate(story.records)]
    out = Findings()
    judge_attempts(History("C-1", {}, journal), [(each, Known()) for each in claims_of(journal)], 0, out)
    assert out.report().rows == ()
