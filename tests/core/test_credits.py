"""Where a channel's credits are used up: who may still be contacted, what is said to lack, and who is looked at first."""

import pytest

from dispatcher.core.decide import Conditions, Lacking
from schemas.state import URGENT
from tests.core.builders import known, overdue, stage_text, staged

NO_CREDIT = Conditions("on", frozenset(), gate_open=True, credits=frozenset())
RESERVE = Conditions("on", frozenset(), gate_open=True, credits=frozenset(), reserved=frozenset({"email"}))
SEVERAL = (("min_gap_hours = 20", "min_gap_hours = 0"), ("max = 1", "max = 9"))
"""Nothing but credits keeps two creditors' contacts apart."""
MUST = staged(stage_text("notice", 1, "mandatory = true"))
MAY = staged(stage_text("notice", 1))


def heard(rules, under, start="2026-03-11 11:00"):
    return known(rules, start=start, under=under).hear(overdue())


@pytest.mark.parametrize(("rules", "claims"), [(MUST, 1), (MAY, 0)], ids=["mandatory", "any other"])
def test_what_is_reserved_is_for_mandatory_stages(rules, claims):
    assert len(heard(rules, RESERVE).claims) == claims


@pytest.mark.parametrize(("rules", "mandatory"), [(MUST, True), (MAY, False)], ids=["mandatory", "any other"])
def test_what_a_contact_lacks_is_said(rules, mandatory):
    assert heard(rules, NO_CREDIT).lacking == Lacking("email", "default", mandatory)


def test_one_contact_uses_the_reserve_up_for_the_rest_of_the_turn():
    story = known(
        staged(stage_text("notice", 1, "mandatory = true"), changes=SEVERAL), start="2026-03-11 11:00", under=RESERVE
    )
    decision = story.hear(overdue("I-1"), overdue("I-2", creditor_id="acme"))
    assert (len(decision.claims), decision.lacking.mandatory) == (1, True)


def test_of_two_contacts_that_lack_a_credit_the_mandatory_one_is_told():
    """Its creditor goes first; what the second lacks does not hide it."""
    rules = staged(stage_text("mild", 1), stage_text("notice", 5, "mandatory = true"), changes=SEVERAL)
    story = known(rules, start="2026-03-15 11:00", under=NO_CREDIT)
    decision = story.hear(overdue("I-1", due_on="2026-03-10"), overdue("I-2", due_on="2026-03-14", creditor_id="acme"))
    assert decision.lacking == Lacking("email", "default", mandatory=True)


@pytest.mark.parametrize(
    ("rules", "under", "start", "flagged"),
    [
        (MUST, NO_CREDIT, "2026-03-11 11:00", True),
        (MAY, NO_CREDIT, "2026-03-11 11:00", False),
        (MUST, NO_CREDIT, "2026-03-11 07:00", True),
        (MAY, NO_CREDIT, "2026-03-11 07:00", False),
        (MUST, RESERVE, "2026-03-11 11:00", False),
    ],
    ids=["lacks a credit", "not mandatory", "waits for its hour", "not mandatory, waits", "was made"],
)
def test_a_customer_with_a_mandatory_contact_that_waits_is_marked(rules, under, start, flagged):
    assert bool(heard(rules, under, start).flags & URGENT) is flagged
