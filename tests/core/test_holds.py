"""Holds: kind x scope x phase, ends stated and ends by rule, and what a policy can change (S19, S21)."""

from typing import get_args

import pytest

from dispatcher.core.policy import parse
from dispatcher.core.policy_problems import PolicyProblems
from schemas.inbox import HoldPlaced, HoldReleased, InstalmentDue, PlanAgreed
from schemas.values import HoldKind
from tests.core.builders import DAY, PHONE, POLICY, Story, at, day, due, known, overdue, policy

KINDS = get_args(HoldKind)
TARGETS = {"customer": None, "invoice": "I-1", "contact_point": PHONE}
PHASES = {  # the moment, and the statement whose stage is then due by SMS alone or by a call
    "pre_due": ("2026-03-06 11:00", due(due_on="2026-03-09")),
    "overdue": ("2026-03-11 11:00", overdue(due_on="2026-03-10")),
    "collection": ("2026-04-09 11:00", overdue(due_on="2026-03-10")),
}


def held(kind, scope, phase, *, until=None, rules=None) -> Story:
    """A customer who can be reached by phone alone, with a hold and a stage of the phase that is due."""
    when, statement = PHASES[phase]
    story = known(rules, start="2026-03-01 10:00", emails=())
    story.hear(HoldPlaced("H-1", scope, kind, TARGETS[scope], until))
    story.policy = rules or policy(("mandatory = true\n", ""))
    story.go(when).hear(statement)
    return story


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("scope", TARGETS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_hold_stops_every_phase_of_its_scope_but_a_mandate_only_what_is_not_due_yet(kind, scope, phase):
    story = held(kind, scope, phase)
    stops = kind != "mandate" or phase == "pre_due"
    assert (story.verdict[1], len(story.claims)) == (("hold", 0) if stops else ("due", 1))


@pytest.mark.parametrize("kind", KINDS)
def test_a_hold_elsewhere_does_not_concern_the_invoice(kind):
    story = known(start="2026-03-11 11:00")
    story.hear(HoldPlaced("H-1", "invoice", kind, "I-9"), HoldPlaced("H-2", "contact_point", kind, "+49"), overdue())
    assert story.verdict[0] == "claimed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_released_hold_stops_nothing(kind):
    story = known(start="2026-03-11 11:00")
    story.hear(HoldPlaced("H-1", "customer", kind))
    story.now += 1
    story.hear(HoldReleased("H-1"), overdue())
    assert story.verdict[0] == "claimed"


@pytest.mark.parametrize("scope", TARGETS)
@pytest.mark.parametrize("kind", [each for each in KINDS if each not in ("deceased", "mandate")])
def test_a_stated_end_ends_a_hold(kind, scope):
    story = held(kind, scope, "overdue", until=at("2026-03-11 15:00"))
    story.until("2026-03-11 16:00")
    assert [claim.claimed_at for claim in story.claims] == [at("2026-03-11 15:00")]


def test_a_hold_of_somebody_who_died_does_not_end_by_itself_whatever_it_states():
    story = held("deceased", "customer", "overdue", until=at("2026-03-11 15:00"))
    story.until("2026-06-30 12:00")
    assert story.claims == []


@pytest.mark.parametrize(("kind", "lasts"), [("breathing_space", 60), ("dispute", None)])
def test_only_breathing_space_ends_by_itself_sixty_days_after_it_began(kind, lasts):
    story = known(policy(("mandatory = true\n", "")), start="2026-03-01 10:00", emails=())
    story.hear(HoldPlaced("H-1", "customer", kind))
    story.go("2026-03-21 10:00").hear(overdue(due_on="2026-03-20"))
    story.until("2026-06-30 12:00")
    # 60 days after Sunday the 1st of March is Thursday the 30th of April: within the hours for calls in Berlin.
    began = at("2026-03-01 10:00") + 60 * DAY
    assert [claim.claimed_at for claim in story.claims][:1] == ([began] if lasts else [])


def test_breathing_space_may_state_a_longer_end():
    story = held("breathing_space", "customer", "overdue", until=at("2026-08-01 00:00"))
    story.until("2026-07-30 12:00")
    assert story.claims == []


RULES = policy(
    ("[consent]", '[holds.dispute]\ndefault_days = 9\nphases = ["collection"]\n\n[consent]'),
    ("mandatory = true\n", ""),
)


def test_a_policy_says_which_phases_a_kind_stops():
    verdicts = [held("dispute", "customer", phase, rules=RULES).verdict[0] for phase in ("pre_due", "overdue")]
    assert verdicts == ["claimed", "claimed"]


def test_a_policy_says_how_long_a_kind_lasts():
    story = known(RULES, start="2026-04-09 06:00", emails=())
    story.hear(HoldPlaced("H-1", "customer", "dispute"), overdue(due_on="2026-03-10"))
    story.until("2026-04-20 23:00")
    # Nine days end on Saturday the 18th; calls are made on weekdays.
    assert [claim.claimed_at for claim in story.claims] == [at("2026-04-20 07:00")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_holds_the_one_that_lasts_longer_is_told(order):
    story = known(start="2026-03-11 11:00")
    placed = (
        HoldPlaced("H-1", "customer", "manual", None, at("2026-03-12 12:00")),
        HoldPlaced("H-2", "invoice", "dispute", "I-1", at("2026-03-13 12:00")),
    )
    story.hear(*(placed[index] for index in order), overdue())
    assert story.records[-1].reasons[0].rule == "holds.dispute.H-2"


def test_a_dispute_about_an_invoice_stops_the_instalments_of_its_plan():
    story = known(start="2026-03-11 11:00")
    story.hear(
        overdue(),
        PlanAgreed("PL-1", ("I-1",), "EUR", (InstalmentDue(day("2026-03-20"), 2500),)),
        HoldPlaced("H-1", "invoice", "dispute", "I-1"),
    )
    before = len(story.claims)
    story.until("2026-03-25 12:00")
    assert len(story.claims) == before


WRONG = {
    "a kind that does not exist": ("[holds.quarrel]\ndefault_days = 9", "holds.quarrel"),
    "no phase": ("[holds.dispute]\nphases = []", "holds.dispute.phases"),
    "an end for the dead": ("[holds.deceased]\ndefault_days = 9", "holds.deceased.default_days"),
    "an unknown key": ("[holds.dispute]\nuntil = 9", "holds.dispute.until"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_section_is_named(what):
    text, path = WRONG[what]
    problems = parse(POLICY + "\n" + text)
    assert isinstance(problems, PolicyProblems)
    assert [each.path for each in problems.problems] == [path]
