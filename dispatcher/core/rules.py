"""The compiled policy: frozen values with everything precomputed that does not depend on a customer.

What a policy can say is all here, in the words in which the core speaks of it; how it is decided stands in other modules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from dispatcher.core.counts import NOTHING_COUNTED, Counts
from schemas.inbox import ProfileStated
from schemas.journal import Gate, TaskKind
from schemas.reasons import ReasonCode
from schemas.values import Channel, Day, HoldKind, Millis, Phase

DEFAULT = "default"
"""Key of the creditor, the ladder and the amount that apply where nothing more particular is named."""

MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR

NEVER: Day = 10_000_000
"""A day after all days."""

USUAL_SMS_PARTS = 6
"""Parts of an SMS beyond which it is said more shortly, unless a policy says otherwise."""

ANY_NUMBER = 1_000_000
"""More than anything that is counted here."""

PAYMENT_RECEIVED, PLAN_AGREED = ACKNOWLEDGEMENTS = ("acknowledgement", "plan_agreed")
"""Stages, and messages, that ask for nothing: they say thank you for a payment, or note what was agreed (S23)."""

Tone = Literal["friendly", "firm", "formal"]
Missed = Literal["collapse", "send", "skip"]
DayKind = Literal["weekday", "saturday", "sunday", "holiday"]
Period = Literal["rolling", "calendar_day", "calendar_week", "calendar_month"]

DAY_KINDS: tuple[DayKind, ...] = ("weekday", "saturday", "sunday", "holiday")


@dataclass(frozen=True, slots=True)
class Creditor:
    """In whose name a message speaks. `consequences`: locale -> sentences that the creditor declares true.

    `opt_out_line`: every message says how to opt out, whether a duty asks for it or not.
    """

    id: str
    legal_name: str
    display_name: str
    phone: str
    email: str
    sms_from: str
    email_from: str
    party: Literal["creditor", "third_party"]
    country: str
    consequences: Mapping[str, tuple[str, ...]]
    link_hosts: tuple[str, ...]
    postal_address: str | None
    opt_out_line: bool = True


@dataclass(frozen=True, slots=True)
class Moment:
    """A day relative to the due date: `count` calendar days, or the `count`-th working day after it."""

    count: int
    working: bool


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One rung: when it is due, and how it is done. `index` orders stages by severity.

    `until` is the last day on which it may still be done (None: until its successor is due). `ladders`: tier -> channels in
    order; every tier of the policy has an entry. `first_day` and `last_day` are the bounds of its overdue classes, in days
    after the due date. `missed`: a stage that is late gives way to its successor ("collapse"), goes out before it ("send"),
    or is dropped as soon as its day is over ("skip"). `min_gap` stands in for the policy's. Repetitions of a stage are
    stages of their own, `<id>.2` and so on.

    `task` is what the stage hands over to people instead of sending a message: its ladder is then calls alone, and unless
    it is a call it is `apart`, a contact about nothing but its own stage. Letters, legal steps and hand-overs to an agency
    reach nobody by themselves: they are not `timed` by hours, gaps and caps. A stage with a `gate` counts once that person
    has approved it.

    A stage that `acknowledges` is anchored on a payment or a plan; it is no rung of the ladder, and asks for nothing.

    After `fallback` (0: never) without receipt or outcome the next channel follows; `attempts` are the most channels that a
    contact is tried by.
    """

    id: str
    index: int
    phase: Phase
    when: Moment
    until: Moment | None
    ladders: Mapping[str, tuple[Channel, ...]]
    tone: Tone
    message: str
    responsible: str
    mandatory: bool
    customer_chooses: bool
    task_days: int
    first_day: int | None = None
    last_day: int | None = None
    missed: Missed = "collapse"
    min_gap: Millis | None = None
    task: TaskKind | None = None
    gate: Gate | None = None
    fallback: Millis = 0
    attempts: int = ANY_NUMBER
    acknowledges: bool = field(init=False)
    rule: str = field(init=False)
    goes_first: bool = field(init=False)
    apart: bool = field(init=False)
    timed: bool = field(init=False)

    def __post_init__(self) -> None:
        """The stage's name in reasons, whether it goes before later stages that have begun, and what its task means."""
        name, _, repetition = self.id.partition(".")
        place = f"stages.{name}.repeat" if repetition else f"stages.{self.id}"
        object.__setattr__(self, "acknowledges", self.id in ACKNOWLEDGEMENTS)
        object.__setattr__(self, "rule", "acknowledgements" if self.acknowledges else place)
        object.__setattr__(self, "goes_first", self.mandatory or self.missed == "send")
        object.__setattr__(self, "apart", self.task not in {None, "call"})
        object.__setattr__(self, "timed", self.task in {None, "call", "visit"})


InDoubt = Literal["hold", "resend", "fail"]
"""What becomes of an attempt of which nobody can find out whether it was sent: a person decides, again, or not at all."""

IN_DOUBT: Mapping[Channel, InDoubt] = {"sms": "hold", "email": "resend", "call_task": "hold"}
"""Where the policy says nothing. A copy of an e-mail has the same Message-ID; a second text is a second text."""


class Case(msgspec.Struct, frozen=True, gc=False):
    """What conditions look at: the person, the days overdue (0 or less: not yet), the sums by currency, and the past."""

    profile: ProfileStated
    days_overdue: int
    amounts: Mapping[str, int]
    history: Counts = NOTHING_COUNTED


CaseTest = Callable[[Case], bool]
"""Whether a rule, or one of its conditions, holds for a case."""


class Tier(msgspec.Struct, frozen=True, gc=False):
    """A tier, and the rule that gives it."""

    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class TierRule:
    """The tier of a customer for whom every stated condition holds."""

    tier: Tier
    holds: CaseTest


@dataclass(frozen=True, slots=True)
class StageCondition:
    """For which invoices a stage is meant at all. `tiers` is empty where the stage is for every tier."""

    index: int
    holds: CaseTest
    tiers: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Acknowledging:
    """What is acknowledged (S23): payments that settle an invoice (`full`) or a part of it (`partial`), and plans.

    `payment` and `plan` are their stages; None: not asked for. What was not sent for so long (`lasts`) is not sent any more.
    """

    payment: Stage | None
    plan: Stage | None
    full: bool
    partial: bool
    lasts: Millis

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those that are asked for."""
        return tuple(stage for stage in (self.payment, self.plan) if stage is not None)


Counted = Literal["claims", "attempts", "contacts", "conversations"]
"""What a cap counts; each of them is among those before it. What is not known yet counts as what it may still become.

`claims`: every contact from its claim on. `attempts`: unless it was refused before it left. `contacts`: unless it is known
to have reached nobody. `conversations`: with the customer, whoever called.
"""

Scope = Literal["person", "creditor", "debt", "point"]
"""Within what a cap counts: all about the customer, one creditor's account, one invoice, one number or address."""


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `max` contacts within the period; `length` is that of a rolling one.

    It holds back contacts by `channels`, and counts those by `of` (None: the same channels). `rule` and `code` say so in
    reasons: a minimum gap and a cool-down are caps of one within their hours.
    """

    id: str
    max: int
    period: Period
    length: Millis
    channels: frozenset[Channel]
    counts: Counted = "claims"
    scope: Scope = "person"
    of: frozenset[Channel] | None = None
    code: ReasonCode = "cap"
    rule: str = ""
    counted: frozenset[Channel] = field(init=False)

    def __post_init__(self) -> None:
        """The channels that count, and the cap's name in reasons."""
        object.__setattr__(self, "counted", self.channels if self.of is None else self.of)
        object.__setattr__(self, "rule", self.rule or f"caps.{self.id}")


@dataclass(frozen=True, slots=True)
class HoldRule:
    """What a hold of one kind stops (`phases`), and how long one lasts that states no end (None: until released).

    `endless`: a stated end does not count either, only a release ends it.
    """

    phases: frozenset[Phase]
    lasts: Millis | None
    endless: bool


Ranges = tuple[tuple[int, int], ...]
"""Minutes of a local day [start, end); an end past 1440 reaches into the next day."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """At which minutes of which kind of day a channel may be used; `also`: only where these allow it, too."""

    channel: Channel
    ranges: Mapping[DayKind, Ranges]
    rule: str = ""
    also: tuple["Window", ...] = ()

    def __post_init__(self) -> None:
        """The window's name in reasons."""
        object.__setattr__(self, "rule", self.rule or f"windows.{self.channel}")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Policy:
    """A whole policy. `hash` is that of its content: comments and layout do not change it.

    `reserve_for_mandatory`: a contact that is not mandatory leaves a slot of the caps to one that is and will need it.
    `day_starts` is the local minute at which the stages of a day become due, `spread` the minutes over which customers are
    spread from then on and from each opening of a window. `horizon` is how far back the ledger of contacts matters,
    `counts_points` whether a cap asks for contact points. `presets` are the ids of the jurisdictions that apply beside it.
    `conditions` are those of the stages that are not for everybody; `tier_conditions` says whether any names a tier, and
    `tier_days` are the days overdue on which that tier can change; `asks_history` whether any asks for the past.
    `max_contacts_per_hour` is where a channel stops by itself, for all customers together. `variants` are policies under
    which a part of the customers lives, `variant` is the name of such a policy. An SMS of more than
    `sms_max_parts` parts is said more shortly. `acknowledging` is None where nothing is acknowledged. `desk_capacity` is how
    many call tasks people work off in an hour, None: any number.
    """

    hash: str
    creditors: Mapping[str, Creditor]
    stages: tuple[Stage, ...]
    pre_due_stages: int
    tiers: tuple[TierRule, ...]
    default_tier: Tier
    windows: Mapping[Channel, Window]
    caps: tuple[Cap, ...]
    min_gap: Millis
    minimum_amount: Mapping[str, int]
    overdue_by_date: bool
    promise_grace_days: int
    promise_raises: bool
    plan_grace_days: int
    holds: Mapping[HoldKind, HoldRule]
    day_starts: int
    spread: int
    reserve_for_mandatory: bool
    phases: Mapping[str, Phase]
    consent_required: frozenset[Channel]
    accepted_bases: frozenset[str]
    horizon: Millis
    counts_points: bool
    presets: tuple[str, ...]
    in_doubt: Mapping[Channel, InDoubt]
    conditions: tuple[StageCondition, ...] = ()
    tier_conditions: bool = False
    tier_days: tuple[int, ...] = ()
    asks_history: bool = False
    max_contacts_per_hour: Mapping[Channel, int] = field(default_factory=dict)
    sms_max_parts: int = USUAL_SMS_PARTS
    acknowledging: Acknowledging | None = None
    desk_capacity: int | None = None
    variant: str | None = None
    variants: tuple["Variant", ...] = ()

    def __repr__(self) -> str:
        return f"Policy({self.hash})"

    @property
    def stage_ids(self) -> tuple[str, ...]:
        """Every stage by name, mildest first, and then those that only variants have."""
        return tuple(dict.fromkeys(stage.id for stage in self.every_stage))

    @property
    def every_stage(self) -> tuple[Stage, ...]:
        """The stages of the policy, those of its variants, and those that acknowledge."""
        asked = () if self.acknowledging is None else self.acknowledging.stages
        return (*self.stages, *(stage for each in self.variants for stage in each.policy.stages), *asked)

    def creditor(self, creditor_id: str | None) -> Creditor:
        """The creditor of an invoice: `default` for an invoice that names none, or one that the policy does not list."""
        return self.creditors.get(creditor_id or DEFAULT) or self.creditors[DEFAULT]

    def minimum(self, currency: str) -> int:
        """The smallest sum, in minor units and at least 1, about which anyone is contacted."""
        return self.minimum_amount.get(currency, self.minimum_amount[DEFAULT])


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A challenger, for customers whose number from 0 to 99 is below `below` and not below the previous variant's."""

    id: str
    below: int
    policy: Policy
