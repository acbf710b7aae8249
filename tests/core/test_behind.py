"""While a lane is far behind its input, events are folded at once and planned once it has caught up."""

from dataclasses import replace

from dispatcher.core.forgetting import CLOSED_KEPT
from tests.core.builders import LIVE, Story, arrival, at, due, known, overdue, paid, profile

NOON = "2026-03-11 11:00"
BEHIND = replace(LIVE, gate_open=False, behind=True)


def behind() -> Story:
    story = known(None, NOON)
    story.under = BEHIND
    return story


def caught_up(story: Story) -> Story:
    story.under = LIVE
    story.turn()
    return story


def test_an_event_is_a_fact_at_once_and_no_decision_yet():
    story = behind()
    story.hear(overdue())
    assert (story.said("fact")[-1][1], story.said()) == ("recorded", [])


def test_the_customer_is_due_for_planning_at_once():
    story = behind()
    assert story.hear(overdue()).wake_at == at(NOON)


def test_what_it_leads_to_is_decided_once_the_lane_has_caught_up():
    story = behind()
    story.hear(overdue())
    assert [claim.stage.id for claim in caught_up(story).claims] == ["first"]


def test_a_payment_that_came_behind_it_leaves_nothing_to_contact_anybody_about():
    story = behind()
    story.hear(overdue())
    story.hear(paid())
    assert caught_up(story).claims == []


def test_the_plan_is_the_one_that_would_have_been_made_at_once():
    late, prompt = behind(), known(None, NOON)
    for fact in (overdue(), due("I-2", "2026-03-20"), profile(name="Jo B. Example")):
        late.hear(fact)
    prompt.hear(overdue(), due("I-2", "2026-03-20"), profile(name="Jo B. Example"))
    assert caught_up(late).said() == prompt.said()


def test_a_payment_withdraws_an_attempt_that_has_not_left_however_far_behind_the_lane_is():
    story = known(None, NOON)
    story.hear(overdue())
    story.under = BEHIND
    assert story.hear(paid()).withdrawn == (story.claims[0].attempt_id,)


def test_an_event_that_was_known_leaves_the_customer_as_planned():
    story = known(None, NOON)
    said = arrival(due("I-2", "2026-03-20"), story.now)
    planned = story.turn(said).wake_at
    story.under = BEHIND
    again = story.turn(said)
    assert (again.repeated, again.wake_at) == (1, planned)


def test_an_aggregate_stays_small_however_long_the_lane_is_behind():
    story = behind()
    for number in range(40):
        story.hear(overdue(f"I-{number}"))
        story.hear(paid(f"I-{number}"))
    assert len(story.customer.invoices) <= CLOSED_KEPT + 1
