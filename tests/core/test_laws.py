"""Laws that hold in every story: random events in random order, on a clock that stops at every wake-up."""

from dataclasses import replace as replaced
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatcher.core.customer import fold
from dispatcher.core.decide import decide
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    EmailPoint,
    HoldPlaced,
    HoldReleased,
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
from tests.core.builders import (
    CUSTOMER,
    DAY,
    EMAIL,
    HOUR,
    LIVE,
    PHONE,
    Story,
    arrival,
    at,
    conditions,
    day,
    policy,
    profile,
)

START = at("2026-03-20 00:00")
FIRST_DAY = day("2026-03-20")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "America/Nuuk", None)
POLICIES = {
    "plain": policy(),
    "spread": policy(("min_gap_hours = 20", "min_gap_hours = 0"), ("spread_minutes = 0", "spread_minutes = 45")),
    "by date": policy(("min_gap_hours = 20", "min_gap_hours = 1"), ('overdue_on = "event"', 'overdue_on = "due_date"')),
}

names = st.sampled_from(tuple(POLICIES))
invoices = st.sampled_from(("I-1", "I-2", "I-3"))
days = st.integers(FIRST_DAY - 35, FIRST_DAY + 20)
creditors = st.sampled_from((None, "acme"))

reachable = st.builds(
    profile,
    timezone=st.sampled_from(ZONES),
    country=st.sampled_from(("DE", "US")),
    channels=st.sampled_from(((), ("email", "sms"))),
    quiet_hours=st.sampled_from(((), (), (QuietSpan(9 * 60, 11 * 60),), (QuietSpan(15 * 60, 10 * 60, (0, 2, 4)),))),
    phones=st.sampled_from(((PhonePoint(PHONE, "mobile"),), (PhonePoint(PHONE, "mobile", "contract-2"),))),
)
profiles = st.one_of(
    reachable,
    st.builds(profile, blocked_channels=st.just(("sms",))),
    st.builds(profile, phones=st.just(()), emails=st.sampled_from(((EmailPoint(EMAIL, "private"),), ()))),
)
statements = st.builds(
    InvoiceStated,
    invoices,
    days,
    st.sampled_from((5000, 5000, 5000, 50, 200_000)),
    st.sampled_from(("EUR", "EUR", "USD")),
    st.booleans(),
    creditors,
    st.sampled_from(("invoice", "invoice", "invoice", "invoice", "credit_note")),
)
facts = st.one_of(
    profiles,
    statements,
    statements,
    st.builds(
        InvoiceSettled,
        invoices,
        st.sampled_from((0, 0, 2500)),
        st.just("EUR"),
        st.sampled_from(("payment", "cancelled")),
        st.just(0),
    ),
    st.builds(
        HoldPlaced,
        st.just("H-1"),
        st.sampled_from(("customer", "invoice", "contact_point")),
        st.just("dispute"),
        st.sampled_from((None, "I-1", PHONE)),
        st.sampled_from((None, START + 9 * DAY)),
    ),
    st.builds(HoldReleased, st.just("H-1")),
    st.builds(
        PromiseMade, st.just("P-1"), st.sampled_from((("I-1",), ("I-2", "I-3"))), st.just(1), st.just("EUR"), days
    ),
    st.builds(PromiseCancelled, st.just("P-1")),
    st.builds(PlanAgreed, st.just("PL-1"), st.sampled_from((("I-1",), ("I-3",))), st.just("EUR"), st.just(())),
    st.builds(PlanCancelled, st.just("PL-1")),
    st.builds(
        PreferenceStated,
        st.sampled_from(((), ("email", "sms"))),
        st.sampled_from(((), (QuietSpan(9 * 60, 11 * 60),))),
        st.sampled_from(((), ("sms",))),
    ),
    st.builds(
        ConsentChanged, st.sampled_from((PHONE, EMAIL)), st.sampled_from(("sms", "email")), st.booleans(), st.just("x")
    ),
    st.builds(
        ContactReported,
        st.sampled_from(("sms", "call_task")),
        st.just("outbound"),
        st.integers(START, START + 10 * DAY),
        st.just("branch"),
        st.just("reached"),
        st.just("right_party"),
    ),
)
moments = st.integers(0, 30 * 24 * 60).map(lambda minute: START + minute * 60_000)


def billed(invoice_id: str, due_on: int, amount: int, creditor: str | None) -> list[tuple]:
    """What billing says of one invoice that nobody pays: stated early, overdue on the day after its due date."""
    statement = InvoiceStated(invoice_id, due_on, amount, "EUR", False, creditor)
    day_after = max(START, START + (due_on + 1 - FIRST_DAY) * DAY + 12 * HOUR)
    return [(START, statement), (day_after, replace(statement, overdue=True))]


bills = st.lists(
    st.builds(billed, invoices, days, st.sampled_from((5000, 5000, 200_000)), creditors), min_size=1, max_size=3
)
disturbances = st.lists(st.tuples(moments, facts), max_size=4)


def life(who, bill, disturbed) -> list[tuple]:
    """Everything that is said, each at a millisecond of its own: then "before" means one thing to all readers."""
    said = [(START, who), *(event for each in bill for event in each), *disturbed]
    return [(when + number, fact) for number, (when, fact) in enumerate(said)]


events = st.builds(life, reachable, bills, disturbances)
answers = st.lists(
    st.sampled_from(("accepted", "accepted", "rejected", "content", "in_doubt", "released", "none")), max_size=12
)


def answer(kind: str, attempt_id: str, now: int):
    match kind:
        case "accepted":
            return AttemptAccepted(attempt_id, "p", "r")
        case "rejected":
            return AttemptRejected(attempt_id, "p", "recipient", "21614")
        case "content":
            return AttemptRejected(attempt_id, "p", "content", "30007")
        case "in_doubt":
            return AttemptInDoubt(attempt_id, "p", "timeout")
        case _:
            return AttemptReleased(attempt_id, "lease_expired", now + HOUR)


class Checked(Story):
    """A story whose every turn is held against the laws of a single turn."""

    def turn(self, *arrivals):
        before = self.customer
        made = super().turn(*arrivals)
        left = replaced(self.under, credits=self.under.credits - {claim.channel for claim in made.claims})
        again = decide(CUSTOMER, made.customer, (), self.policy, self.now, left)
        assert again.records == [], "a plan repeated at once said something new"
        assert again.customer is made.customer, "a plan repeated at once changed the customer"
        assert (again.wake_at, again.flags) == (made.wake_at, made.flags)
        if made.wake_at is not None:
            assert made.wake_at > self.now
            early = decide(CUSTOMER, made.customer, (), self.policy, made.wake_at - 1, left)
            assert early.records == [], "something changed before the wake-up"
            assert early.customer == made.customer
        numbers = [int(record.record_id.rpartition(".")[2]) for record in made.records]
        assert numbers == list(range(before.sequence + 1, made.customer.sequence + 1))
        return made


def live(name, history, replies, under=LIVE, *, days_long=45, told=Story) -> Story:
    """Lives through events as they come, and through every wake-up; senders answer as told, then accept."""
    story = told(POLICIES[name], "2026-03-20 00:00", under)
    replies = iter(replies)
    waiting = sorted(((when, number, fact) for number, (when, fact) in enumerate(history)), key=lambda each: each[:2])
    asked = set()
    end = START + days_long * DAY
    for _ in range(1500):
        made = story.last or story.turn()
        fresh = [each for each in made.open_claims if each not in asked]
        if fresh:
            asked.update(fresh)
            kinds = {each: next(replies, "accepted") for each in fresh}
            given = [answer(kind, each, story.now) for each, kind in kinds.items() if kind != "none"]
            if given:
                story.hear(*given)
                continue
        wake = made.wake_at if made.wake_at is not None else end + 1
        if waiting and waiting[0][0] <= wake:
            story.now, _, fact = waiting.pop(0)
            story.hear(fact)
        elif wake <= end:
            story.now = wake
            story.turn()
        else:
            return story
    return story


def released(story) -> set[str]:
    return {record.attempt_id for record in story.records if record.result == "released"}


def refused(story) -> set[str]:
    return {record.attempt_id for record in story.records if record.result == "rejected"}


def made_contacts(story):
    """(instant, channel) of every claim that was not given back."""
    given_back = released(story)
    return [(c.claimed_at, c.channel) for c in story.claims if c.attempt_id not in given_back]


@given(names, events, answers)
def test_every_turn_of_a_life_keeps_the_laws_of_a_turn(name, history, replies):
    live(name, history, replies, told=Checked)


@given(names, events, answers)
def test_no_cap_is_exceeded_in_any_sliding_window(name, history, replies):
    story = live(name, history, replies)
    contacts = made_contacts(story)
    for cap in POLICIES[name].caps:
        times = sorted(when for when, channel in contacts if channel in cap.channels)
        for index, first in enumerate(times):
            assert sum(when < first + cap.length for when in times[index:]) <= cap.max


@given(names, events, answers)
def test_no_claim_falls_outside_the_hours_of_the_customer(name, history, replies):
    story = live(name, history, replies)
    for claim in story.claims:
        zone = claim.profile.timezone or "Europe/Berlin"
        if claim.profile.timezone is None and claim.profile.country == "US":
            zones = (
                "America/New_York",
                "America/Los_Angeles",
                "Pacific/Honolulu",
                "America/Phoenix",
                "America/Anchorage",
            )
        else:
            zones = (zone,)
        for zone in zones:
            for instant in (claim.claimed_at, claim.not_after - 1):
                clock = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))
                assert permitted(claim, clock), (claim, zone, clock)


def permitted(claim, clock) -> bool:
    hours = {"sms": (8, 20), "email": (7, 21), "call_task": (9, 18)}[claim.channel]
    if claim.channel == "sms" and clock.weekday() == 5:
        hours = (9, 18)
    if claim.channel != "email" and clock.weekday() > (5 if claim.channel == "sms" else 4):
        return False
    minute = clock.hour * 60 + clock.minute
    if not hours[0] * 60 <= minute < hours[1] * 60:
        return False
    return not any(quiet(span, clock, minute) for span in claim.profile.quiet_hours)


def quiet(span, clock, minute) -> bool:
    def on(which) -> bool:
        return not span.days or which.weekday() in span.days

    if span.start < span.end:
        return on(clock) and span.start <= minute < span.end
    return (on(clock) and minute >= span.start) or (on(clock - timedelta(days=1)) and minute < span.end)


@given(names, events, answers)
def test_no_stage_is_claimed_twice_for_one_invoice_and_due_date(name, history, replies):
    story = live(name, history, replies)
    given_back = released(story)
    contacts: dict[tuple, str] = {}
    for claim in story.claims:
        for invoice_id, invoice in claim.invoices:
            if invoice.kind == "invoice" and claim.attempt_id not in given_back:
                key = (invoice_id, invoice.due_on, claim.stage.id)
                assert contacts.setdefault(key, claim.contact_id) == claim.contact_id


@given(names, events, answers)
def test_one_attempt_has_one_claim_and_a_contact_never_has_two_that_may_have_arrived(name, history, replies):
    story = live(name, history, replies)
    attempts = [claim.attempt_id for claim in story.claims]
    assert len(set(attempts)) == len(attempts)
    failed = {r.attempt_id for r in story.records if r.kind == "attempt" and r.result in ("released", "rejected")}
    arrived = [claim.contact_id for claim in story.claims if claim.attempt_id not in failed]
    assert len(set(arrived)) == len(arrived)


@given(names, events, answers, st.integers(0, 13))
def test_nobody_is_contacted_after_an_erasure(name, history, replies, index):
    when = history[index % len(history)][0]
    story = live(name, [*history, (when, CustomerErased())], replies)
    for claim in story.claims:
        bases = [p.basis for p in (*claim.profile.phones, *claim.profile.emails)]
        assert claim.claimed_at <= when or all(bases)


def owes(story: Story, invoice_id: str, until: int, history) -> bool:
    """An own reading of the facts: the last word said up to an instant, by time and order."""
    owed = False
    for when, fact in sorted(history, key=lambda each: each[0]):
        if when <= until and getattr(fact, "invoice_id", None) == invoice_id:
            owed = fact.amount_due > 0
    return owed


def stopped(invoice_id: str, until: int, history) -> bool:
    held = planned = False
    for when, fact in sorted(history, key=lambda each: each[0]):
        if when > until:
            break
        if isinstance(fact, HoldPlaced):
            concerned = fact.scope == "customer" or (fact.scope == "invoice" and fact.target == invoice_id)
            held = concerned and (fact.until is None or fact.until > until)
        elif isinstance(fact, HoldReleased):
            held = False
        elif isinstance(fact, PlanAgreed):
            planned = invoice_id in fact.invoice_ids
        elif isinstance(fact, PlanCancelled):
            planned = False
    return held or planned


@given(names, events, answers)
def test_nobody_is_contacted_about_what_is_paid_held_or_in_a_plan(name, history, replies):
    story = live(name, history, replies)
    for claim in story.claims:
        for invoice_id, invoice in claim.invoices:
            if invoice.kind == "invoice":
                assert owes(story, invoice_id, claim.claimed_at, history)
                assert not stopped(invoice_id, claim.claimed_at, history)


@given(names, events, answers)
def test_one_contact_speaks_for_one_creditor_by_one_channel(name, history, replies):
    story = live(name, history, replies)
    for claim in story.claims:
        assert {POLICIES[name].creditor(invoice.creditor_id).id for _, invoice in claim.invoices} == {claim.creditor_id}


@given(st.sampled_from(("plain", "by date")), events)
def test_shadow_marks_and_counts_exactly_what_would_have_been_sent(name, history):
    """As long as no task is withdrawn: that leads to another attempt, and in the shadow there was no task."""
    lived = live(name, history, (), conditions("on"))
    shadowed = live(name, history, (), conditions("shadow"))
    assume(not any(r.kind == "attempt" and r.result == "cancelled" for r in lived.records))
    sent = [(r.at, r.stage, r.channel, r.invoice_ids) for r in lived.records if r.result == "claimed"]
    kept = [(r.at, r.stage, r.channel, r.invoice_ids) for r in shadowed.records if r.reasons[0].code == "shadow"]
    assert sent == kept


@given(events, st.randoms(use_true_random=False))
def test_the_order_of_arrival_never_matters(history, random):
    arrivals = [arrival(fact, when) for when, fact in history]
    shuffled = random.sample(arrivals, len(arrivals))
    assert known_facts(arrivals) == known_facts(shuffled)


@given(events, st.randoms(use_true_random=False))
def test_what_is_repeated_changes_nothing(history, random):
    arrivals = [arrival(fact, when) for when, fact in history]
    repeated = [*arrivals, *random.choices(arrivals, k=len(arrivals))]
    assert known_facts(repeated) == known_facts(arrivals)


def known_facts(arrivals):
    """The aggregate without the memory of ids, which is one of arrival; texts of what was closed once may be gone."""
    customer = EMPTY
    for each in arrivals:
        customer = fold(customer, each, START).customer
    return replace(customer, seen=b"")
