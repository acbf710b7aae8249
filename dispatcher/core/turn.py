"""What one planning turn shares: the draft, the instant, the customer's clock, and what was decided so far."""

from datetime import datetime
from functools import lru_cache

from msgspec import field
from msgspec.structs import astuple

from dispatcher.core.caps import Asked
from dispatcher.core.claim import Claim, Conditions, Lacking
from dispatcher.core.counts import NOTHING_COUNTED, Counts
from dispatcher.core.draft import Draft
from dispatcher.core.history import history_of
from dispatcher.core.identity import share
from dispatcher.core.phone_areas import area_of
from dispatcher.core.rules import MINUTE, NEVER, Policy
from dispatcher.core.zones import Place, day_begins, day_in, place_of
from schemas.inbox import Cause, DialAsked
from schemas.journal import CauseRecord, JournalRecord
from schemas.state import Customer
from schemas.values import Channel, Day, Millis, from_millis

_NOWHERE = Place(("Etc/UTC",), "", None)

_instant = lru_cache(maxsize=64)(from_millis)
"""The datetime of an instant; all turns of one flush share theirs."""


class Turn(Draft, kw_only=True):
    """One customer, one instant: the draft into which arrivals were folded, and everything that planning looks at.

    `starts` is when the customer's days begin, in milliseconds past local midnight, `spread` the customer's delay after an
    opening; `today` is the customer's day. `wake_at` is the earliest instant found so far at which something can change.
    `causes`: invoice -> the event of this turn that touched it; `cause`, the last event, stands in for the others. `told` is
    the journal's form of the cause that was last written, `told_of`. `mandatory_waits`: stage, contact and planned
    instant of mandatory contacts that are due and wait for their hour.
    `resting`: invoice -> the running plan that covers it. `counts` are those of `past`, once it was asked. `skips`: due
    date, amount and currency -> the stages not meant for such an invoice, as bits. `lacking` is a contact that is put
    off for want of credit alone, a mandatory one if there are several. `urgent`: a mandatory contact waits for its hour, or
    for the lane. `asked`: questions whether a task may be dialled, answered once everything that arrived is known.
    """

    customer_id: str
    policy: Policy
    now: Millis
    at: datetime
    conditions: Conditions
    credits: frozenset[Channel]
    reserved: frozenset[Channel]
    place: Place = _NOWHERE
    spread: Millis = 0
    starts: Millis = 0
    today: Day = 0
    causes: dict[str, Cause] = field(default_factory=dict)
    cause: Cause | None = None
    told_of: Cause | None = None
    told: CauseRecord | None = None
    wake_at: Millis | None = None
    records: list[JournalRecord] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    withdrawn: tuple[str, ...] = ()
    mandatory_waits: tuple[tuple[str, Asked, Millis], ...] = ()
    resting: dict[str, str] = field(default_factory=dict)
    counts: Counts | None = None
    skips: dict[tuple[Day, int, str], int] = field(default_factory=dict)
    lacking: Lacking | None = None
    urgent: bool = False
    asked: tuple[tuple[DialAsked, Cause], ...] = ()

    def begin(self) -> None:
        """Reads the customer's clock, as the profile says now."""
        policy = self.policy
        profile = self.profile
        if profile is not None:
            area = area_of(profile.phones[0].number) if profile.timezone is None and profile.phones else ""
            self.place = place_of(profile.timezone, profile.country, profile.region, area)
        self.spread = spread = share(self.customer_id) * policy.spread * MINUTE >> 16
        self.starts = starts = policy.day_starts * MINUTE + spread
        self.today = day_in(self.place, self.now, starts)

    def wake(self, at: Millis) -> None:
        """Something can change at an instant."""
        if self.wake_at is None or at < self.wake_at:
            self.wake_at = at

    def wake_on(self, day: Day) -> None:
        """Something can change when a day of the customer begins; NEVER: nothing does."""
        if day < NEVER:
            self.wake(self.opens(day))

    def opens(self, day: Day) -> Millis:
        """When a day of the customer begins."""
        return day_begins(self.place, day, self.starts)

    def cause_of(self, invoice_id: str) -> Cause | None:
        """The event behind a decision about an invoice; None where time alone is."""
        return self.causes.get(invoice_id, self.cause) if self.causes else self.cause

    def past(self) -> Counts:
        """The counts of the customer's last twelve months, where the policy asks for them; counted once."""
        if not self.policy.asks_history:
            return NOTHING_COUNTED
        if self.counts is None:
            self.counts = history_of(self, self.today)
        return self.counts

    def use_credit(self, channel: Channel) -> None:
        """A claim uses up the lane's credit for a channel."""
        self.credits -= {channel}
        self.reserved -= {channel}


def turn_of(customer_id: str, customer: Customer, policy: Policy, now: Millis, conditions: Conditions) -> Turn:
    """A turn before anything is folded; `begin` follows once everything is."""
    turn = Turn(
        *astuple(customer),
        customer_id=customer_id,
        policy=policy,
        now=now,
        at=_instant(now),
        conditions=conditions,
        credits=conditions.credits,
        reserved=conditions.reserved,
    )
    turn.invoices = customer.invoices.copy()
    return turn
