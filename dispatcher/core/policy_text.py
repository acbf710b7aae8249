"""What may stand in a policy file: one model a section, unknown keys refused."""

from typing import Annotated, Literal

import msgspec

from dispatcher.core.rules import IN_DOUBT, USUAL_SMS_PARTS, Counted, InDoubt, Missed, Tone
from schemas.journal import Gate, TaskKind
from schemas.values import CHANNELS, Channel, ClockTime, Country, HoldKind, Party, Phase

Name = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[a-z0-9][a-z0-9_\-]{0,39}$",
        description="a name of at most 40 small letters, digits, - and _",
    ),
]
"""A name given by the policy's author: it becomes a metric label and a template's name."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Days = Annotated[int, msgspec.Meta(ge=-365, le=3650)]
WorkingDays = Annotated[int, msgspec.Meta(ge=1, le=60)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Range = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$",
        description="a range of local time like 09:00-20:00",
    ),
]
ScopeText = Literal["person", "creditor", "account", "debt", "point"]
CapWindow = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([1-9]\d{0,3}[hd]|calendar_(day|week|month))$",
        description="a window like 24h, 7d, calendar_day, calendar_week or calendar_month",
    ),
]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: a section refuses what it does not know, so that a misspelt rule is never silently absent."""


class General(_Section, frozen=True):
    """The keys before the first table."""

    default_tier: Name
    overdue_on: Literal["event", "due_date"] = "event"
    day_starts: ClockTime = "08:00"
    spread_minutes: Annotated[int, msgspec.Meta(ge=0, le=240)] = 0
    min_gap_hours: Count = 0
    reserve_for_mandatory: bool = False
    presets: tuple[Name, ...] | Literal["all"] = ()
    promise_grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0
    max_contacts_per_hour: dict[Channel, Positive] = {}
    promise_broken: Literal["none", "next_stage"] = "none"
    plan_grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 7
    sms_max_parts: Annotated[int, msgspec.Meta(ge=1, le=10)] = USUAL_SMS_PARTS


class CreditorText(_Section, frozen=True):
    """`[creditors.<id>]`."""

    legal_name: Text
    display_name: Text
    phone: Text
    email: Text
    sms_from: Text
    email_from: Text
    country: Country
    party: Literal["creditor", "third_party"] = "creditor"
    consequences: dict[str, tuple[Text, ...]] = {}
    link_hosts: tuple[Text, ...] = ()
    postal_address: Text | None = None
    opt_out_line: bool = True


class ClassText(_Section, frozen=True):
    """`[[classes]]`: degrees of being overdue, `from` and `to` in days after the due date; the last one may have no end."""

    id: Name
    first: Positive = msgspec.field(name="from")
    last: Positive | None = msgspec.field(name="to", default=None)


DEFAULT_CLASSES = (ClassText("light", 1, 30), ClassText("medium", 31, 60), ClassText("severe", 61, None))
"""Where a policy states none: 1-30 light, 31-60 medium, 61 and more severe (requirement S4)."""


class AttributeRange(_Section, frozen=True):
    """`{ min = N, max = M }`: a number within these bounds; either may be left out."""

    min: float | None = None
    max: float | None = None


class CaseConditions(_Section, frozen=True):
    """What tier rules and stages may ask of a customer and a debt: all that is stated must hold.

    `stated_tiers`, `account_managers` and `has_account_manager` are the customer's importance as billing states it.
    `unreachable_by`: the profile holds nothing by which any of these channels reaches the customer. The counts are those of
    the last twelve calendar months: promises broken and kept, invoices paid late and on time, and the longest time that one
    was overdue, in days.
    """

    min_amount: dict[str, Positive] = {}
    max_amount: dict[str, Positive] = {}
    min_risk_score: float | None = None
    max_risk_score: float | None = None
    segments: tuple[str, ...] = ()
    stated_tiers: tuple[str, ...] = ()
    credit_grades: tuple[str, ...] = ()
    account_managers: tuple[str, ...] = ()
    has_account_manager: bool | None = None
    party: Party | None = None
    attributes: dict[str, str | float | AttributeRange] = {}
    unreachable_by: tuple[Channel, ...] = ()
    min_broken_promises: Positive | None = None
    max_broken_promises: Count | None = None
    min_kept_promises: Positive | None = None
    min_late_12m: Positive | None = None
    max_late_12m: Count | None = None
    min_on_time_12m: Positive | None = None
    min_longest_overdue: Positive | None = None


class MomentText(_Section, frozen=True):
    """`{ days = N }` or `{ working_days = N }`, counted from the due date, or `{ class = "..." }`.

    A class means its first day where a stage begins, and its last day where it ends.
    """

    days: Days | None = None
    working_days: WorkingDays | None = None
    overdue_class: Name | None = msgspec.field(name="class", default=None)


class StageConditions(CaseConditions, frozen=True):
    """`only` of a stage: the invoices for which it is meant. Amounts are those of the invoice."""

    classes: tuple[Name, ...] = ()
    tiers: tuple[Name, ...] = ()


class RepeatText(_Section, frozen=True):
    """`repeat` of a stage: again every so many days, and at most so many times in all, the first one included."""

    every_days: Annotated[int, msgspec.Meta(ge=1, le=365)]
    most: Annotated[int, msgspec.Meta(ge=2, le=36)]


class StageText(_Section, frozen=True):
    """`[[stages]]`."""

    id: Name
    phase: Phase
    when: MomentText
    tone: Tone
    message: Name
    responsible: Text
    channels: dict[str, tuple[Channel, ...]] = {}
    fallback_hours: Annotated[int, msgspec.Meta(ge=1, le=2160)] | None = None
    attempts: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None
    task: TaskKind | None = None
    gate: Gate | None = None
    until: MomentText | None = None
    mandatory: bool = False
    customer_chooses: bool = True
    task_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 3
    only: StageConditions | None = None
    missed: Missed | None = None
    min_gap_hours: Count | None = None
    repeat: RepeatText | None = None


class TierConditions(CaseConditions, frozen=True):
    """`when` of a tier rule; amounts are the sums of the contact."""

    min_days_overdue: int | None = None
    max_days_overdue: int | None = None


class TierText(_Section, frozen=True):
    """`[[tiers]]`: the first rule that holds decides."""

    id: Name
    tier: Name
    when: TierConditions


class WindowText(_Section, frozen=True):
    """`[windows.<channel>]`: ranges of local time by kind of day; an empty list means never."""

    weekday: tuple[Range, ...]
    saturday: tuple[Range, ...]
    sunday: tuple[Range, ...]
    holiday: tuple[Range, ...]


class CapText(_Section, frozen=True):
    """`[[caps]]`: `window` is "24h", "7d" (rolling) or "calendar_day", "calendar_week", "calendar_month".

    `account` is another word for `creditor`: within one customer they are the same.
    """

    id: Name
    max: Positive
    window: CapWindow
    channels: tuple[Channel, ...] = CHANNELS
    counts: Counted = "claims"
    scope: ScopeText = "person"
    min_gap_hours: Count = 0


class CooldownText(_Section, frozen=True):
    """`[[cooldowns]]`: no contact by `channels` for `hours` after what is named, if it came about by `after_channels`."""

    id: Name
    after: Literal["claim", "attempt", "contact", "conversation"]
    hours: Positive
    channels: tuple[Channel, ...] = CHANNELS
    after_channels: tuple[Channel, ...] = CHANNELS
    scope: ScopeText = "person"


class HoldText(_Section, frozen=True):
    """`[holds.<kind>]`: days that a hold without an end lasts (0: until released), and the phases that it stops."""

    default_days: Annotated[int, msgspec.Meta(ge=0, le=3650)] | None = None
    phases: tuple[Phase, ...] | None = None


class InDoubtText(_Section, frozen=True):
    """`[in_doubt]`: what becomes, by channel, of an attempt of which nobody can find out whether it was sent."""

    sms: InDoubt = IN_DOUBT["sms"]
    email: InDoubt = IN_DOUBT["email"]
    call_task: InDoubt = IN_DOUBT["call_task"]


class ConsentText(_Section, frozen=True):
    """`[consent]`: channels that need a consent on file, and bases of a contact point that stand for one."""

    required: tuple[Channel, ...] = ()
    accepted_bases: tuple[str, ...] = ()


Occasion = Literal["partial_payment", "full_payment", "plan"]


class DeskText(_Section, frozen=True):
    """`[desk]`: how many call tasks people work off in an hour; no more are open than fit before a customer's hours end."""

    capacity_per_hour: Positive


class AcknowledgementsText(_Section, frozen=True):
    """`[acknowledgements]`: what customers get a word of thanks for (S23), and by which channels."""

    of: tuple[Occasion, ...]
    channels: tuple[Literal["sms", "email"], ...]
    responsible: Text
    within_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 72


class VariantSections(_Section, frozen=True):
    """`[variants.<id>.policy]`: what stands in for the champion's, whole sections or single keys of the top."""

    default_tier: Name | None = None
    min_gap_hours: Count | None = None
    promise_grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)] | None = None
    stages: tuple[StageText, ...] | None = None
    tiers: tuple[TierText, ...] | None = None
    windows: dict[Channel, WindowText] | None = None
    caps: tuple[CapText, ...] | None = None
    cooldowns: tuple[CooldownText, ...] | None = None
    minimum_amount: dict[str, int] | None = None


class VariantText(_Section, frozen=True):
    """`[variants.<id>]`: so many of a hundred customers, drawn by a stable hash, live under a policy that differs."""

    share: Annotated[int, msgspec.Meta(ge=1, le=99)]
    policy: VariantSections


class Sections(General, frozen=True):
    """A policy file: the keys at its top, then its tables."""

    creditors: dict[str, CreditorText] = {}
    classes: tuple[ClassText, ...] = DEFAULT_CLASSES
    stages: tuple[StageText, ...] = ()
    tiers: tuple[TierText, ...] = ()
    windows: dict[Channel, WindowText] = {}
    caps: tuple[CapText, ...] = ()
    cooldowns: tuple[CooldownText, ...] = ()
    consent: ConsentText = ConsentText()
    minimum_amount: dict[str, int] = {}
    in_doubt: InDoubtText = InDoubtText()
    holds: dict[HoldKind, HoldText] = {}
    variants: dict[Name, VariantText] = {}
    acknowledgements: AcknowledgementsText | None = None
    desk: DeskText | None = None
