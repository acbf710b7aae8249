"""A customer whose aggregate was lost: the journal knows the contacts, and the inbox brings the facts again."""

import pytest
from msgspec.structs import replace

from dispatcher.core.remembrance import remembered
from schemas.inbox import AttemptReleased, DialAsked, HoldPlaced
from tests.core.builders import Story, arrival, due, known, overdue, paid, profile, stage_text, staged

FACTS = (profile(), due(), overdue())


def contacted() -> Story:
    """Three contacts: three days before, on the day, and on the first working day after it."""
    story = known(start="2026-03-07 10:00")
    story.hear(due())
    story.until("2026-03-10 12:00")
    story.go("2026-03-11 10:00").hear(overdue())
    return story.until("2026-03-12 12:00")


def begun_anew(story: Story, *facts) -> Story:
    """Its aggregate made of the journal, and these facts heard again in one turn, as a lane that reads its inbox does."""
    anew = Story(story.policy)
    anew.customer = remembered(story.records)
    anew.now = story.now
    anew.turn(*(arrival(fact, story.now - 1_000) for fact in facts))
    return anew


def test_the_story_has_contacts():
    assert len(contacted().claims) == 3


def test_nobody_hears_again_what_the_journal_knows_of():
    assert begun_anew(contacted(), *FACTS).until("2026-03-20 12:00").claims == []


def test_the_next_stage_comes_all_the_same():
    anew = begun_anew(contacted(), *FACTS).until("2026-03-25 12:00")
    assert [claim.stage.id for claim in anew.claims] == ["notice"]


def test_caps_count_what_the_journal_knows_of():
    story = contacted()
    assert [each.at for each in remembered(story.records).contacts] == [each.at for each in story.customer.contacts]


def test_a_claim_that_was_given_back_may_be_made_again():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    story.hear(AttemptReleased(claim.attempt_id, "lease_expired"), paid())
    anew = begun_anew(story, profile(), due(), due("I-2"))
    assert len(anew.claims) == 1


def test_an_attempt_after_one_that_was_given_back_has_the_next_number():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    story.go("2026-03-10 10:01").hear(AttemptReleased(claim.attempt_id, "lease_expired", story.now + 3_600_000))
    anew = begun_anew(story, profile(), due())
    assert [each.attempt_id for each in anew.claims] == [f"{claim.contact_id}.2"]


def test_what_was_given_back_and_claimed_again_is_open():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    story.hear(AttemptReleased(claim.attempt_id, "lease_expired"))
    assert list(begun_anew(story, profile(), due()).customer.attempts) == [f"{claim.contact_id}.2"]


def test_what_was_given_back_is_not_tried_again_once_it_is_paid():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    story.hear(AttemptReleased(claim.attempt_id, "lease_expired", story.now + 3_600_000))
    assert begun_anew(story, profile(), due(), paid()).until("2026-03-12 12:00").claims == []


def test_an_outcome_that_only_the_inbox_holds_gives_a_claim_back():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    facts = (profile(), due(), AttemptReleased(claim.attempt_id, "lease_expired"))
    assert [each.contact_id for each in begun_anew(story, *facts).claims] == [claim.contact_id]


def test_a_claim_of_which_nothing_more_is_known_stays_open():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    assert list(begun_anew(story, profile(), due()).customer.attempts) == [claim.attempt_id]


def test_a_claim_that_names_no_stage_is_a_fault_of_the_journal():
    story = known(start="2026-03-10 10:00")
    story.hear(due())
    told = [replace(each, stage=None) for each in story.records if each.result == "claimed"]
    with pytest.raises(ValueError, match="is no claim"):
        remembered(told)


def test_numbers_go_on():
    story = contacted()
    assert begun_anew(story, *FACTS).records[0].record_id == f"C-1.{story.customer.sequence + 1}"


def test_a_claim_that_the_journal_no_longer_holds_leaves_nothing_to_try_again():
    story = known(start="2026-03-10 10:00")
    claim = story.hear(due()).claims[0]
    before = len(story.records)
    story.hear(AttemptReleased(claim.attempt_id, "lease_expired", story.now + 3_600_000))
    assert remembered(story.records[before:]).retries == {}


def called() -> Story:
    """A task was written at noon, and nothing more came of it."""
    story = known(staged(stage_text("call", 1, 'channels = { default = ["call_task"] }')), "2026-03-11 11:00")
    story.hear(overdue())
    return story


def test_a_task_that_was_withdrawn_is_written_anew_under_the_next_number():
    story = called()
    story.hear(HoldPlaced("H", "customer", "dispute"))
    anew = begun_anew(story, profile(), overdue())
    assert [each.attempt_id for each in anew.claims] == [f"{story.claims[0].contact_id}.2"]


def test_a_task_that_was_settled_is_remembered_as_made():
    story = called()
    story.hear(paid())
    assert [each.attempt_id for each in remembered(story.records).contacts] == [story.claims[0].attempt_id]


def test_a_refused_question_leaves_a_task_in_the_hands_of_people():
    story = called()
    story.go("2026-03-11 20:00").hear(DialAsked(story.claims[0].attempt_id, 1, "anna"))
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert list(remembered(story.records).retries) == [story.claims[0].contact_id]


def test_a_call_is_remembered_at_the_hour_of_the_call():
    story = called()
    story.now += 3_600_000
    story.hear(DialAsked(story.claims[0].attempt_id, 1, "anna"))
    assert [each.at for each in remembered(story.records).contacts] == [story.now]


def test_a_call_whose_claim_the_journal_no_longer_holds_is_not_invented():
    story = called()
    told = [each for each in story.records if each.result != "claimed"]
    story.hear(DialAsked(story.claims[0].attempt_id, 1, "anna"))
    assert remembered([*told, *story.last.records]).contacts == ()
