"""A naive model of a customer: the last statement about each thing counts, whatever the order of arrival."""

from dataclasses import dataclass, field
from functools import singledispatchmethod

from msgspec.structs import replace

from schemas.inbox import (
    Arrival,
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
    ProfileStated,
    PromiseCancelled,
    PromiseMade,
    Stamp,
)
from schemas.values import Channel, Day, Millis

Point = PhonePoint | EmailPoint


def where(point: Point) -> str:
    """The number or address itself."""
    return point.number if isinstance(point, PhonePoint) else point.address


@dataclass(slots=True)
class Bill:
    """One invoice: its latest statement, what is open of it by the latest word on that, and the last settlement.

    `remained` is what payments left of it, each.
    """

    stated: tuple[Stamp, InvoiceStated] | None = None
    amount: tuple[Stamp, int] | None = None
    settled: Stamp | None = None
    remained: frozenset[int] = frozenset()

    @property
    def paid(self) -> bool:
        """Whether nothing remains to be paid."""
        return self.amount is not None and self.amount[1] == 0

    @property
    def open(self) -> bool:
        """Whether it is an invoice about which somebody can be reminded."""
        return self.stated is not None and self.stated[1].kind == "invoice" and not self.paid


@dataclass(slots=True, repr=False)
class Known:
    """Built up by `apply`. The dictionaries hold the latest statement about each id; a withdrawal is one, too."""

    bills: dict[str, Bill] = field(default_factory=dict)
    profiles: list[tuple[Stamp, ProfileStated]] = field(default_factory=list)
    erased: Stamp | None = None
    holds: dict[str, tuple[Stamp, HoldPlaced | HoldReleased]] = field(default_factory=dict)
    promises: dict[str, tuple[Stamp, PromiseMade | PromiseCancelled]] = field(default_factory=dict)
    plans: dict[str, tuple[Stamp, PlanAgreed | PlanCancelled]] = field(default_factory=dict)
    consents: dict[tuple[Channel, str], tuple[Stamp, bool]] = field(default_factory=dict)
    wishes: tuple[Stamp, PreferenceStated] | None = None
    elsewhere: list[tuple[Millis, Channel]] = field(default_factory=list)

    def apply(self, arrival: Arrival) -> None:
        """One published event."""
        self._take(arrival.fact, arrival.stamp)

    def plan_of(self, obligation: str) -> tuple[Stamp, PlanAgreed, int] | None:
        """The plan of an instalment, `<plan>/<number>`, when it was agreed, and the day on which the instalment is due."""
        plan_id, _, number = obligation.rpartition("/")
        stamp, plan = self.plans.get(plan_id, (None, None))
        if stamp is None or not isinstance(plan, PlanAgreed) or not number.isdecimal():
            return None
        days = sorted(each.due_on for each in plan.instalments)
        return (stamp, plan, days[int(number) - 1]) if 0 < int(number) <= len(days) else None

    def due_on(self, obligation: str) -> Day | None:
        """When an invoice or an instalment is due, as far as that is known."""
        bill = self.bills.get(obligation)
        if bill is not None:
            return None if bill.stated is None else bill.stated[1].due_on
        found = self.plan_of(obligation)
        return None if found is None else found[2]

    def plans_of(self, invoice_id: str) -> tuple[str, ...]:
        """The plans that were agreed about an invoice and not cancelled, by what they say."""
        agreed = [plan for _, plan in self.plans.values() if isinstance(plan, PlanAgreed)]
        about = [plan for plan in agreed if not plan.invoice_ids or invoice_id in plan.invoice_ids]
        return tuple(sorted(f"{plan.plan_id} {plan.instalments}" for plan in about))

    @property
    def profile(self) -> ProfileStated | None:
        """The latest profile, with what the customer wished in person."""
        if not self.profiles:
            return None
        stamp, profile = max(self.profiles, key=lambda each: each[0])
        if self.wishes is None or (self.erased is not None and self.wishes[0] < self.erased):
            return profile
        said_at, said = self.wishes
        # A profile never opens what the customer closed; one from before, or without wishes, says nothing beside it.
        silent = said_at > stamp or not (profile.channels or profile.quiet_hours or profile.blocked_channels)
        return replace(
            profile,
            channels=said.channels if silent else profile.channels or said.channels,
            quiet_hours=said.quiet_hours + (() if silent else profile.quiet_hours),
            blocked_channels=said.blocked_channels + (() if silent else profile.blocked_channels),
        )

    def points(self, channel: Channel) -> list[Point]:
        """Where the channel can reach the customer: a text needs a mobile, and nobody is contacted at a consumer's work."""
        profile = self.profile
        if profile is None:
            return []
        points: list[Point] = list(profile.emails if channel == "email" else profile.phones)
        if channel == "sms":
            points = [point for point in points if point.kind in ("mobile", "other")]
        elif profile.party != "business":
            points = [point for point in points if point.kind != "work"]
        return points

    def objected(self, channel: Channel, point: str) -> bool:
        """Whether the latest word on a channel at a contact point forbids it."""
        word = self.consents.get((channel, point))
        return word is not None and not word[1]

    def agreed(self, channel: Channel, point: str) -> bool:
        """Whether the latest word allows it."""
        word = self.consents.get((channel, point))
        return word is not None and word[1]

    def forgotten(self, point: Point) -> bool:
        """Whether an erasure forbids a contact point: only a new basis, stated after it, makes it usable again."""
        if self.erased is None:
            return False
        known = {(where(each), each.basis) for stamp, old in self.profiles if stamp < self.erased for each in _all(old)}
        barred = {at for (_, at), (stamp, allowed) in self.consents.items() if not allowed and stamp < self.erased}
        current = max(stamp for stamp, _ in self.profiles) if self.profiles else self.erased
        fresh = current > self.erased and bool(point.basis)
        return not fresh or (where(point), point.basis) in known or where(point) in barred

    @singledispatchmethod
    def _take(self, fact: object, stamp: Stamp) -> None:
        """Nothing that forbids or allows a contact."""

    @_take.register
    def _(self, fact: InvoiceStated, stamp: Stamp) -> None:
        bill = self.bills.setdefault(fact.invoice_id, Bill())
        if bill.stated is None or stamp > bill.stated[0]:
            bill.stated = (stamp, fact)
        if bill.amount is None or stamp > bill.amount[0]:
            bill.amount = (stamp, fact.amount_due)

    @_take.register
    def _(self, fact: InvoiceSettled, stamp: Stamp) -> None:
        bill = self.bills.setdefault(fact.invoice_id, Bill())
        bill.settled = stamp if bill.settled is None else max(stamp, bill.settled)
        if fact.reason == "payment":
            bill.remained |= {fact.amount_due}
        if bill.amount is None or stamp > bill.amount[0]:
            bill.amount = (stamp, fact.amount_due)

    @_take.register
    def _(self, fact: ProfileStated, stamp: Stamp) -> None:
        self.profiles.append((stamp, fact))

    @_take.register
    def _(self, fact: PreferenceStated, stamp: Stamp) -> None:
        if self.wishes is None or stamp > self.wishes[0]:
            self.wishes = (stamp, fact)

    @_take.register
    def _(self, fact: CustomerErased, stamp: Stamp) -> None:  # noqa: ARG002
        self.erased = stamp if self.erased is None else max(stamp, self.erased)

    @_take.register
    def _(self, fact: ConsentChanged, stamp: Stamp) -> None:
        key = (fact.channel, fact.contact_point)
        if key not in self.consents or stamp > self.consents[key][0]:
            self.consents[key] = (stamp, fact.allowed)

    @_take.register
    def _(self, fact: ContactReported, stamp: Stamp) -> None:  # noqa: ARG002
        if fact.direction == "outbound" and fact.task_id is None and fact.contact_id is None:
            self.elsewhere.append((fact.at, fact.channel))

    @_take.register(HoldPlaced)
    @_take.register(HoldReleased)
    def _(self, fact: HoldPlaced | HoldReleased, stamp: Stamp) -> None:
        if fact.hold_id not in self.holds or stamp > self.holds[fact.hold_id][0]:
            self.holds[fact.hold_id] = (stamp, fact)

    @_take.register(PromiseMade)
    @_take.register(PromiseCancelled)
    def _(self, fact: PromiseMade | PromiseCancelled, stamp: Stamp) -> None:
        if fact.promise_id not in self.promises or stamp > self.promises[fact.promise_id][0]:
            self.promises[fact.promise_id] = (stamp, fact)

    @_take.register(PlanAgreed)
    @_take.register(PlanCancelled)
    def _(self, fact: PlanAgreed | PlanCancelled, stamp: Stamp) -> None:
        if fact.plan_id not in self.plans or stamp > self.plans[fact.plan_id][0]:
            self.plans[fact.plan_id] = (stamp, fact)


def _all(profile: ProfileStated) -> tuple[Point, ...]:
    return (*profile.phones, *profile.emails)
