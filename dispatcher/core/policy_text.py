"""What may stand in a policy file: one model a section, unknown keys refused."""

from typing import Annotated, Literal

import msgspec

from dispatcher.core.rules import Tone
from schemas.values import CHANNELS, Channel, ClockTime, Country, Party, Phase

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_\-]{0,39}$")]
"""A name given by the policy's author: it becomes a metric label and a template's name."""

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Days = Annotated[int, msgspec.Meta(ge=-365, le=3650)]
WorkingDays = Annotated[int, msgspec.Meta(ge=1, le=60)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Range = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
CapWindow = Annotated[str, msgspec.Meta(pattern=r"^([1-9]\d{0,3}[hd]|calendar_(day|week|month))$")]


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base: a section refuses what it does not know, so that a misspelt rule is never silently absent."""


class General(_Section, frozen=True):
    """The keys before the first table."""

    default_tier: Name
    overdue_on: Literal["event", "due_date"] = "event"
    day_starts: ClockTime = "08:00"
    spread_minutes: Annotated[int, msgspec.Meta(ge=0, le=240)] = 0
    min_gap_hours: Count = 0
    promise_grace_days: Annotated[int, msgspec.Meta(ge=0, le=60)] = 0


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


class MomentText(_Section, frozen=True):
    """`{ days = N }` or `{ working_days = N }`, counted from the due date."""

    days: Days | None = None
    working_days: WorkingDays | None = None


class StageText(_Section, frozen=True):
    """`[[stages]]`."""

    id: Name
    phase: Phase
    when: MomentText
    channels: dict[str, tuple[Channel, ...]]
    tone: Tone
    message: Name
    responsible: Text
    until: MomentText | None = None
    mandatory: bool = False
    customer_chooses: bool = True
    task_days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 3


class TierConditions(_Section, frozen=True):
    """`when` of a tier rule: all that is stated must hold."""

    min_days_overdue: int | None = None
    max_days_overdue: int | None = None
    min_amount: dict[str, Positive] = {}
    min_risk_score: float | None = None
    segments: tuple[str, ...] = ()
    stated_tiers: tuple[str, ...] = ()
    credit_grades: tuple[str, ...] = ()
    party: Party | None = None


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
    """`[[caps]]`: `window` is "24h", "7d" (rolling) or "calendar_day", "calendar_week", "calendar_month"."""

    id: Name
    max: Positive
    window: CapWindow
    channels: tuple[Channel, ...] = CHANNELS


class ConsentText(_Section, frozen=True):
    """`[consent]`: channels that need a consent on file, and bases of a contact point that stand for one."""

    required: tuple[Channel, ...] = ()
    accepted_bases: tuple[str, ...] = ()
