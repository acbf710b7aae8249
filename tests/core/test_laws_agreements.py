"""Laws of promises and plans in lives that stop at every wake-up, where senders answer and people pay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.inbox import InstalmentDue, InvoiceSettled, PlanAgreed, PlanCancelled, PromiseMade
from tests.core import test_laws as laws
from tests.core.builders import DAY, policy, profile

RAISING = policy(
    ("min_gap_hours = 20", 'min_gap_hours = 1\npromise_broken = "next_stage"\nplan_grace_days = 2'),
    ('overdue_on = "event"', 'overdue_on = "due_date"'),
)


@pytest.fixture(autouse=True, scope="module")
def _policy():
    laws.POLICIES["raising"] = RAISING
    yield
    del laws.POLICIES["raising"]


def agreed(first: int, ids: tuple[str, ...]) -> PlanAgreed:
    return PlanAgreed("PL-1", ids, "EUR", (InstalmentDue(first, 2000), InstalmentDue(first + 9, 3000)))


ids = st.sampled_from((("I-1",), ("I-2", "I-3"), ()))
coming = st.integers(laws.FIRST_DAY, laws.FIRST_DAY + 25)
agreements = st.one_of(
    st.builds(PromiseMade, st.sampled_from(("P-1", "P-2")), ids, st.sampled_from((2000, 5000)), st.just("EUR"), coming),
    st.builds(agreed, coming, ids),
    st.just(PlanCancelled("PL-1")),
    st.builds(
        InvoiceSettled,
        laws.invoices,
        st.sampled_from((0, 1000, 3000)),
        st.just("EUR"),
        st.sampled_from(("payment", "payment", "cancelled")),
        st.integers(laws.START, laws.START + 20 * DAY),
    ),
)
made = st.lists(st.tuples(laws.moments, agreements), min_size=1, max_size=5)
lives = st.builds(laws.life, laws.reachable, laws.bills, made)


@given(lives, laws.answers)
def test_every_turn_of_a_life_with_agreements_keeps_the_laws_of_a_turn(history, replies):
    laws.live("raising", history, replies, told=laws.Checked)


@given(lives, laws.answers)
def test_no_stage_of_an_obligation_is_claimed_twice_for_one_due_date(history, replies):
    """An attempt that was refused reached nobody: by another channel the contact goes on, for another creditor it begins."""
    story = laws.live("raising", history, replies)
    given_back, refused = laws.released(story), laws.refused(story)
    contacts: dict[tuple, str] = {}
    for claim in story.claims:
        for name, invoice in claim.invoices:
            if claim.attempt_id not in given_back:
                once = (name, invoice.due_on, claim.stage.id)
                for key in ((*once, claim.creditor_id), *((once,) if claim.attempt_id not in refused else ())):
                    assert contacts.setdefault(key, claim.contact_id) == claim.contact_id


@given(lives, laws.answers)
def test_an_invoice_and_an_instalment_of_its_plan_are_never_due_together(history, replies):
    story = laws.live("raising", history, replies)
    for claim in story.claims:
        plans = {invoice.plan for _, invoice in claim.invoices if invoice.plan is not None}
        for plan_id in plans:
            agreed_by_then = [
                (when, fact) for when, fact in history if isinstance(fact, PlanAgreed) and when <= claim.claimed_at
            ]
            _, latest = max(agreed_by_then, key=lambda each: each[0])
            names = {name for name, invoice in claim.invoices if invoice.plan is None}
            assert plan_id == "PL-1"
            assert names.isdisjoint(latest.invoice_ids)


@given(lives, laws.answers)
def test_no_broken_promise_lets_a_later_stage_go_before_the_notice(history, replies):
    story = laws.live("raising", history, replies)
    heard: set[tuple] = set()
    for claim in story.claims:
        told = {(name, invoice.due_on) for name, invoice in claim.invoices if invoice.kind == "invoice"}
        assert claim.stage.id != "call" or told & heard
        heard |= told if claim.stage.id == "notice" else set()


@given(lives, laws.answers)
def test_the_caps_hold_with_agreements(history, replies):
    story = laws.live("raising", history, replies)
    contacts = laws.made_contacts(story)
    for cap in RAISING.caps:
        times = sorted(when for when, channel in contacts if channel in cap.channels)
        for index, first in enumerate(times):
            assert sum(when < first + cap.length for when in times[index:]) <= cap.max


def test_a_stage_brought_forward_under_a_plan_is_given_up_when_its_own_days_have_gone():
    statements = [laws.billed("I-1", laws.FIRST_DAY + 3, 5000, None)]
    promised = (laws.START, PromiseMade("P-1", ("I-1",), 2000, "EUR", laws.FIRST_DAY))
    planned = (laws.START, agreed(laws.FIRST_DAY + 15, ("I-1",)))
    laws.live("raising", laws.life(profile(), statements, [promised, planned]), [], told=laws.Checked)
