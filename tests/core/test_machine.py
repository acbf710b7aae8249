"""The core against a model that shares nothing with it: whatever is said, in whatever order, no contact is a breach.

The model keeps what was said as it was said and reads it naively: the latest word by `time` about each thing counts.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec.structs import replace

from dispatcher.core.policy import Policy
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    DialAsked,
    HoldPlaced,
    HoldReleased,
    InvoiceSettled,
    InvoiceStated,
    PlanAgreed,
    PlanCancelled,
    PromiseCancelled,
    PromiseMade,
)
from tests.core.builders import DAY, EMAIL, HOUR, MINUTE, PHONE, Story, arrival, day, policy, profile

FIRST_DAY = day("2026-03-20")
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Nuuk", "Pacific/Apia")
HOURS = {"sms": (8, 20), "email": (7, 21), "call_task": (9, 18)}
WORKDAYS = {"sms": 5, "email": 6, "call_task": 4}
"""The last day of the week, 0 = Monday, on which a channel may be used."""
GAP, GRACE = 20 * HOUR, 2
CAPS = ((3, 7 * DAY, None), (1, DAY, "sms"))
"""(most, within, channel) as the test policy states them."""

STEPS = 100_000
THANKFUL = policy(
    (
        "\n[consent]",
        (
            '\n[acknowledgements]\nof = ["partial_payment", "full_payment"]\nchannels = ["email", "sms"]\n'
            'responsible = "desk"\n\n[consent]'
        ),
    )
)

CALLING = policy(('default = ["sms", "email"], intense = ["email"]', 'default = ["call_task", "email"]'))
"""Who is overdue is called at once."""

RULES = (policy(), THANKFUL, CALLING, CALLING)

invoices = st.sampled_from(("I-1", "I-2", "I-3"))
ago = st.sampled_from((0, 0, 0, 0, 1, 5 * 60, 3 * 24 * 60))
"""How many minutes before it arrives something was said: mostly it arrives at once."""


@dataclass
class Model:
    """What was said: (time, number) -> fact; and the contacts that count, by attempt."""

    zone: str
    said: dict[tuple[int, int], object] = field(default_factory=dict)
    contacts: dict[str, tuple[int, str]] = field(default_factory=dict)
    thanked: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def facts(self, *types: type) -> list:
        return [self.said[key] for key in sorted(self.said) if isinstance(self.said[key], types)]

    def last(self, kind: type | tuple[type, ...], **wanted: object):
        found = [each for each in self.facts(*(kind if isinstance(kind, tuple) else (kind,))) if matches(each, wanted)]
        return found[-1] if found else None

    def owed(self, invoice_id: str) -> int:
        last = self.last((InvoiceStated, InvoiceSettled), invoice_id=invoice_id)
        return 0 if last is None else last.amount_due

    def stopped(self, invoice_id: str, now: int) -> str | None:
        held = self.last((HoldPlaced, HoldReleased), hold_id="H-1")
        holds = isinstance(held, HoldPlaced) and (held.until is None or held.until > now)
        if holds and (held.scope == "customer" or held.target == invoice_id):
            return "hold"
        promised = self.last((PromiseMade, PromiseCancelled), promise_id="P-1")
        promises = isinstance(promised, PromiseMade) and invoice_id in promised.invoice_ids
        if promises and self.clock(now).date().toordinal() <= promised.promised_on + GRACE:
            return "promise"
        planned = self.last((PlanAgreed, PlanCancelled), plan_id="PL-1")
        return "plan" if isinstance(planned, PlanAgreed) and invoice_id in planned.invoice_ids else None

    def clock(self, now: int) -> datetime:
        return datetime.fromtimestamp(now / 1000, UTC).astimezone(ZoneInfo(self.zone))

    def breaches(self, claim) -> list[str]:
        """Every reason for which this contact should not have been made."""
        now, found = claim.claimed_at, []
        if not self.open(claim.channel, now):
            found.append("quiet hours")
        others = [(at, channel) for at, channel in self.contacts.values() if at <= now]
        for most, within, channel in CAPS:
            counted = [at for at, by in others if at > now - within and channel in (None, by)]
            if channel in (None, claim.channel) and len(counted) >= most:
                found.append(f"cap of {most}")
        own = f"{claim.contact_id}."
        if any(at > now - GAP for name, (at, _) in self.contacts.items() if not name.startswith(own)):
            found.append("gap")
        for invoice_id, invoice in claim.invoices:
            stop = self.stopped(invoice_id, now)
            if claim.acknowledges is not None:
                found += self.unfounded(claim, invoice_id, stop)
                continue
            if invoice.kind == "invoice" and self.owed(invoice_id) == 0:
                found.append(f"{invoice_id} is paid")
            if stop:
                found.append(f"{invoice_id}: {stop}")
        consent = self.last(ConsentChanged, contact_point=claim.contact_point, channel=claim.channel)
        if consent is not None and not consent.allowed:
            found.append("opted out")
        return [*found, "erased"] if self.facts(CustomerErased) else found

    def unfounded(self, claim, invoice_id: str, stop: str | None) -> list[str]:
        """Why nobody should have been thanked: held, nothing of this was paid, or it was said before."""
        if stop == "hold":
            return [f"{invoice_id}: hold"]
        said = claim.claimed_at, claim.attempt_id.rpartition(".")[0]
        left = self.owed(invoice_id)
        paid = any(each.invoice_id == invoice_id and each.amount_due >= left for each in self.facts(InvoiceSettled))
        again = any(name != said[1] for name in self.thanked.get((invoice_id, left), ()))
        self.thanked.setdefault((invoice_id, left), set()).add(said[1])
        return [] if paid and not again else [f"{invoice_id}: thanked"]

    def open(self, channel: str, now: int) -> bool:
        clock = self.clock(now)
        first, last = HOURS[channel]
        if channel == "sms" and clock.weekday() == 5:
            first, last = 9, 18
        return clock.weekday() <= WORKDAYS[channel] and first <= clock.hour < last


def matches(fact: object, wanted: dict[str, object]) -> bool:
    return all(getattr(fact, name, value) == value for name, value in wanted.items())


class Life(RuleBasedStateMachine):
    """One customer. Each step something is said, time passes, or a sender answers."""

    steps = 0
    """Steps of all lives together, after each of which every contact was held against the model."""

    thanked = 0
    """Contacts among them that acknowledged something."""

    dialled = 0
    """Calls among them that were permitted when somebody was about to dial."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.open: list[str] = []
        self.called: set[str] = set()

    @initialize(zone=st.sampled_from(ZONES), rules=st.sampled_from(RULES))
    def begin(self, zone: str, rules: Policy) -> None:
        self.story = Story(rules, "2026-03-20 10:00")
        self.model = Model(zone)
        self.person = profile(timezone=zone, country="ZZ")
        self.story.hear(self.person)

    @invariant()
    def counted(self) -> None:
        Life.steps += 1

    def look(self, made) -> None:
        """Holds what a turn claimed against the model."""
        for claim in made.claims:
            Life.thanked += claim.acknowledges is not None
            assert self.model.breaches(claim) == [], claim
            self.model.contacts[claim.attempt_id] = (claim.claimed_at, claim.channel)
        self.open = [each for each in made.open_claims if each not in made.withdrawn]

    def hear(self, fact: object, minutes: int = 0) -> None:
        self.story.now += 1
        self.number += 1
        stated = self.story.now - minutes * MINUTE
        self.model.said[stated, self.number] = fact
        self.look(self.story.turn(arrival(fact, stated, f"{self.number:09d}")))

    @rule(invoice_id=invoices, days=st.integers(-50, 15), overdue=st.booleans(), minutes=ago)
    def bill(self, invoice_id: str, days: int, overdue: bool, minutes: int) -> None:
        today = self.model.clock(self.story.now).date().toordinal()
        self.hear(InvoiceStated(invoice_id, today + days, 5000, "EUR", overdue), minutes)

    @rule(invoice_id=invoices, rest=st.sampled_from((0, 0, 2500)), minutes=ago)
    def pay(self, invoice_id: str, rest: int, minutes: int) -> None:
        self.hear(InvoiceSettled(invoice_id, rest, "EUR", "payment", self.story.now), minutes)

    @rule(whom=st.sampled_from((None, "I-1", "I-2")), days=st.sampled_from((None, 2, 9)), minutes=ago)
    def hold(self, whom: str | None, days: int | None, minutes: int) -> None:
        until = None if days is None else self.story.now + days * DAY
        self.hear(HoldPlaced("H-1", "customer" if whom is None else "invoice", "dispute", whom, until), minutes)

    @rule(minutes=ago)
    def release(self, minutes: int) -> None:
        self.hear(HoldReleased("H-1"), minutes)

    @rule(invoice_id=invoices, days=st.integers(0, 8), minutes=ago)
    def promise(self, invoice_id: str, days: int, minutes: int) -> None:
        on = self.model.clock(self.story.now).date().toordinal() + days
        self.hear(PromiseMade("P-1", (invoice_id,), 5000, "EUR", on), minutes)

    @rule(minutes=ago)
    def take_back(self, minutes: int) -> None:
        self.hear(PromiseCancelled("P-1"), minutes)

    @rule(invoice_id=invoices, minutes=ago)
    def agree(self, invoice_id: str, minutes: int) -> None:
        self.hear(PlanAgreed("PL-1", (invoice_id,), "EUR", ()), minutes)

    @rule(minutes=ago)
    def end_plan(self, minutes: int) -> None:
        self.hear(PlanCancelled("PL-1"), minutes)

    @rule(channel=st.sampled_from(("sms", "email")), allowed=st.booleans(), minutes=ago)
    def consent(self, channel: str, allowed: bool, minutes: int) -> None:
        point = PHONE if channel == "sms" else EMAIL
        self.hear(ConsentChanged(point, channel, allowed, "reply"), minutes)

    @rule(minutes=st.integers(0, 600))
    def contact_elsewhere(self, minutes: int) -> None:
        at = self.story.now - minutes * MINUTE
        self.model.contacts[f"elsewhere-{self.number}"] = (at, "call_task")
        self.hear(ContactReported("call_task", "outbound", at, "branch", "reached", "right_party"))

    @rule(chance=st.integers(0, 19))
    def erase(self, chance: int) -> None:
        if chance == 13:  # bounds are tried far more often, and an erasure ends every story
            self.hear(CustomerErased())

    @rule()
    def publish_again(self) -> None:
        """The whole portfolio, and the profile: as nightly jobs do."""
        latest = {each.invoice_id: each for each in self.model.facts(InvoiceStated, InvoiceSettled)}
        for fact in [self.person, *(each for each in latest.values() if isinstance(each, InvoiceStated))]:
            self.hear(fact)

    @rule(kind=st.sampled_from(("accepted", "accepted", "refused", "in_doubt", "released")))
    def answer(self, kind: str) -> None:
        for attempt_id in self.open[:1]:
            match kind:
                case "accepted":
                    fact = AttemptAccepted(attempt_id, "p", "r")
                case "refused":
                    fact = AttemptRejected(attempt_id, "p", "recipient", "21614")
                case "in_doubt":
                    fact = AttemptInDoubt(attempt_id, "p", "timeout")
                case _:
                    fact = AttemptReleased(attempt_id, "lease_expired", self.story.now + HOUR)
                    self.model.contacts.pop(attempt_id, None)
            self.hear(fact)

    @rule(invoice_id=invoices, days=st.integers(1, 6))
    def fall_due(self, invoice_id: str, days: int) -> None:
        """An invoice becomes overdue in the hours of work, as most do."""
        self.wait(24 - self.model.clock(self.story.now).hour + 11)
        self.bill(invoice_id, -days, True, 0)

    @rule(fence=st.integers(1, 3))
    def dial(self, fence: int) -> None:
        """Somebody is about to act on the latest task: what is permitted then is held against the model as a contact is."""
        tasks = [each for each in self.story.claims if each.channel == "call_task"]
        if not tasks:
            return
        claim = tasks[-1]
        own = self.model.contacts.pop(claim.attempt_id)
        self.hear(DialAsked(claim.attempt_id, fence, "anna"))
        (told,) = [each for each in self.story.last.records if each.result in ("permitted", "refused")]
        if told.result == "refused":
            self.model.contacts[claim.attempt_id] = own
            return
        Life.dialled += 1
        owed = tuple(each for each in claim.invoices if f"due.{each[0]}" in told.reasons[0].inputs)
        call = replace(claim, claimed_at=self.story.now, invoices=owed)
        assert owed
        assert self.model.breaches(call) == [], call
        assert claim.attempt_id not in self.called
        self.called.add(claim.attempt_id)
        self.model.contacts[claim.attempt_id] = (self.story.now, "call_task")

    @rule(hours=st.sampled_from((1, 5, 11, 24, 24, 72, 200)))
    def wait(self, hours: int) -> None:
        """Through every wake-up; whoever was called answers at once, so that time is not spent on claims under way."""
        end = self.story.now + hours * HOUR
        while self.story.last.wake_at is not None and self.story.last.wake_at <= end:
            if self.open:
                self.answer("accepted")
                continue
            self.story.now = max(self.story.now, self.story.last.wake_at)
            self.look(self.story.turn())
        self.story.now = max(self.story.now, end)
        self.look(self.story.turn())


def test_no_contact_is_a_breach_in_a_few_lives():
    run_state_machine_as_test(Life, settings=settings(max_examples=15, stateful_step_count=40, deadline=None))


@pytest.mark.slow
def test_no_contact_is_a_breach_in_a_hundred_thousand_steps(record_property, capsys):
    Life.steps = Life.thanked = Life.dialled = 0
    while Life.steps < STEPS:
        run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=100, deadline=None))
    record_property("steps", Life.steps)
    with capsys.disabled():
        print(
            f"\n{Life.steps:,} steps without a breach: {Life.thanked:,} thank-yous and {Life.dialled:,} calls in them"
        )
    assert Life.steps >= STEPS
    assert Life.thanked > 0
    assert Life.dialled > 0


def test_a_life_is_not_without_calls():
    life = Life()
    life.begin("Europe/Berlin", CALLING)
    life.bill("I-1", -2, True, 0)
    before = Life.dialled
    life.dial(1)
    assert Life.dialled == before + 1


def test_a_life_is_not_without_contacts():
    life = Life()
    life.begin("Europe/Berlin", policy())
    life.bill("I-1", 5, False, 0)
    life.wait(200)
    life.bill("I-1", -3, True, 0)
    life.wait(24)
    assert len(life.model.contacts) >= 2


SAID = {
    "I-1 is paid": InvoiceSettled("I-1", 0, "EUR", "payment", 0),
    "I-1: hold": HoldPlaced("H-1", "customer", "dispute"),
    "I-1: promise": PromiseMade("P-1", ("I-1",), 5000, "EUR", FIRST_DAY),
    "I-1: plan": PlanAgreed("PL-1", ("I-1",), "EUR", ()),
    "opted out": ConsentChanged(PHONE, "sms", False, "reply"),
    "erased": CustomerErased(),
}
MADE = {
    "gap": [(HOUR, "email")],
    "cap of 3": [(DAY, "email"), (2 * DAY, "email"), (3 * DAY, "call_task")],
    "cap of 1": [(23 * HOUR, "sms")],
}
"""How long before, and by which channel, there was a contact."""


def contacted() -> tuple[Model, object]:
    """A contact that is no breach, and what the model knew of before it."""
    life = Life()
    life.begin("Europe/Berlin", policy())
    life.bill("I-1", 0, False, 0)
    life.model.contacts.clear()
    assert life.model.breaches(life.story.claims[0]) == []
    return life.model, life.story.claims[0]


@pytest.mark.parametrize("breach", SAID)
def test_the_model_sees_what_was_said(breach: str):
    model, claim = contacted()
    model.said[claim.claimed_at, 99] = SAID[breach]
    assert model.breaches(claim) == [breach]


@pytest.mark.parametrize("breach", MADE)
def test_the_model_sees_earlier_contacts(breach: str):
    model, claim = contacted()
    model.contacts.update({str(ago): (claim.claimed_at - ago, channel) for ago, channel in MADE[breach]})
    assert model.breaches(claim) == [breach]


def test_the_model_sees_the_night():
    model, claim = contacted()
    model.zone = "Pacific/Auckland"
    assert model.breaches(claim) == ["quiet hours"]
