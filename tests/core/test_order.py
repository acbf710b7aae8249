"""Whatever order facts arrive in, however often, however late: what is known in the end is the same."""

from typing import get_args

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatcher.core.customer import fold
from dispatcher.core.decide import decide
from dispatcher.core.history import history_of
from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    CustomerErased,
    EmailPoint,
    Fact,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    InstalmentDue,
    InvoiceSettled,
    InvoiceStated,
    PhonePoint,
    PlanAgreed,
    PlanCancelled,
    PreferenceStated,
    PromiseCancelled,
    PromiseMade,
    QuietSpan,
)
from schemas.state import EMPTY
from tests.core.builders import CUSTOMER, DAY, EMAIL, PHONE, arrival, at, conditions, day, policy, profile

START = at("2026-03-20 10:00")
FIRST_DAY = day("2026-03-20")
LATER = START + 45 * DAY

invoices = st.sampled_from(("I-1", "I-2"))
some = st.sampled_from((("I-1",), ("I-1", "I-2"), ()))
days = st.integers(FIRST_DAY - 10, FIRST_DAY + 20)
minutes = st.integers(0, 30 * 24 * 60)
bases = st.sampled_from((None, "contract", "consent"))
wishes = st.fixed_dictionaries(
    {
        "channels": st.sampled_from(((), ("email", "sms"))),
        "quiet_hours": st.sampled_from(((), (QuietSpan(9 * 60, 11 * 60),), (QuietSpan(15 * 60, 10 * 60, (0,)),))),
        "blocked_channels": st.sampled_from(((), ("sms",), ("call_task",))),
    }
)


def instalments(first: int) -> tuple[InstalmentDue, ...]:
    return (InstalmentDue(first, 2000), InstalmentDue(first + 7, 3000))


statements = st.builds(
    InvoiceStated, invoices, days, st.sampled_from((5000, 5000, 7000)), st.just("EUR"), st.booleans()
)
settlements = st.builds(
    InvoiceSettled,
    invoices,
    st.sampled_from((0, 1000, 3000)),
    st.just("EUR"),
    st.sampled_from(("payment", "payment", "credit", "cancelled")),
    minutes.map(lambda minute: START + minute * 60_000),
)
promises = st.one_of(
    st.builds(PromiseMade, st.sampled_from(("P-1", "P-2")), some, st.sampled_from((2000, 5000)), st.just("EUR"), days),
    st.builds(PromiseCancelled, st.just("P-1")),
)
plans = st.one_of(
    st.builds(PlanAgreed, st.sampled_from(("PL-1", "PL-2")), some, st.just("EUR"), days.map(instalments)),
    st.builds(PlanCancelled, st.just("PL-1")),
)
holds = st.one_of(
    st.builds(
        HoldPlaced,
        st.sampled_from(("H-1", "H-2")),
        st.sampled_from(("customer", "invoice", "contact_point")),
        st.sampled_from(("dispute", "breathing_space", "mandate")),
        st.sampled_from((None, PHONE, "I-1")),
    ),
    st.builds(HoldReleased, st.just("H-1")),
)
persons = st.one_of(
    st.builds(
        lambda phone, email, wished: profile(
            phones=(PhonePoint(PHONE, "mobile", phone),), emails=(EmailPoint(EMAIL, "private", email),), **wished
        ),
        bases,
        bases,
        st.just({}) | wishes,
    ),
    st.builds(lambda wished: PreferenceStated(**wished), wishes),
    st.builds(CustomerErased),
    st.builds(ConsentChanged, st.sampled_from((PHONE, EMAIL)), st.just("sms"), st.booleans(), st.just("x")),
)
reports = st.one_of(
    st.builds(
        ContactReported,
        st.sampled_from(("sms", "call_task")),
        st.sampled_from(("outbound", "inbound")),
        minutes.map(lambda minute: START + minute * 60_000),
        st.sampled_from(("desk", "agency")),
        st.sampled_from(("conversation", "no_answer")),
        st.sampled_from(("none", "right_party")),
        invoice_ids=some,
    ),
    st.builds(FeedbackGiven, st.integers(1, 5)),
)
FACTS = (statements, settlements, settlements, promises, plans, holds, persons, reports)
facts = st.one_of(*FACTS)
said = st.lists(st.tuples(minutes, facts), min_size=2, max_size=14)
seeds = st.randoms(use_true_random=False)


def arrivals(history):
    """Each fact stated at a millisecond of its own: then "before" means one thing to all readers."""
    return [arrival(fact, START + minute * 60_000 + number) for number, (minute, fact) in enumerate(history)]


def folded(events):
    customer = EMPTY
    for each in events:
        customer = fold(customer, each, START).customer
    return replace(customer, seen=b"")


PUBLISHED = [each for each in get_args(Fact) if not each.__name__.startswith(("Attempt", "Dial"))]


@pytest.mark.parametrize("kind", PUBLISHED, ids=lambda kind: kind.__name__)
def test_every_type_that_is_published_takes_part(kind):
    found = find(facts, lambda fact: type(fact) is kind, settings=settings(max_examples=10_000, database=None))
    assert type(found) is kind


@given(said, seeds)
def test_the_fold_does_not_depend_on_the_order_of_arrival(history, random):
    events = arrivals(history)
    assert folded(events) == folded(random.sample(events, len(events)))


@given(said, seeds)
def test_the_fold_does_not_depend_on_what_arrives_again(history, random):
    events = arrivals(history)
    assert folded([*events, *random.choices(events, k=len(events))]) == folded(events)


@given(said, seeds)
def test_the_fold_does_not_depend_on_a_replay_under_new_ids(history, random):
    events = arrivals(history)
    again = [replace(each, cause=replace(each.cause, id=f"a{each.cause.id}")) for each in events]
    known, replayed = folded(events), folded([*events, *random.sample(again, len(again))])
    assert without_ids(replayed) == without_ids(known)


def without_ids(customer):
    """What is known, without the ids of the events that said it."""
    return [
        customer.profile,
        customer.suppressed,
        customer.points,
        {name: replace(each, stated=None, valued=None) for name, each in customer.invoices.items()},
        {name: replace(each, stamp=(0, "", "")) for name, each in customer.holds.items()},
        {name: replace(each, stamp=(0, "", "")) for name, each in customer.promises.items()},
        {name: replace(each, stamp=(0, "", "")) for name, each in customer.plans.items()},
        {name: replace(each, stamp=(0, "", "")) for name, each in customer.consents.items()},
    ]


def concluded(events):
    """What decisions concluded from facts that came one by one, at hours between which time passed; nobody is written to."""
    customer = EMPTY
    rules, under = policy(), conditions("off")
    for number, each in enumerate([*events, None]):
        moment = LATER + number * 60_000
        customer = decide(CUSTOMER, customer, () if each is None else (each,), rules, moment, under).customer
    return [
        {name: each.judged for name, each in customer.promises.items()},
        {name: each.missed for name, each in customer.plans.items()},
        {name: (each.due_on, each.amount_due) for name, each in customer.invoices.items()},
        history_of(customer, FIRST_DAY + 45),
    ]


@given(
    st.lists(st.tuples(minutes, st.one_of(statements, settlements, promises, plans)), min_size=2, max_size=10), seeds
)
def test_judgements_plans_and_history_do_not_depend_on_the_order_of_arrival(history, random):
    events = [arrival(profile(), START - 1), *arrivals(history)]
    assert concluded(events) == concluded(random.sample(events, len(events)))
