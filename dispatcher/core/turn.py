"""What one planning turn shares: the draft, the instant, the customer's clock, and what was decided so far."""

from dispatcher.core.claim import Claim, Conditions
from dispatcher.core.draft import Draft
from dispatcher.core.identity import share
from dispatcher.core.pages import Pages
from dispatcher.core.rules import MINUTE, Policy
from dispatcher.core.zones import Place, day_begins, day_in, place_of
from schemas.inbox import Cause
from schemas.state import Customer
from schemas.values import Channel, Day, Millis

_NOWHERE = Place(("Etc/UTC",), "", None)


class Turn(Draft):
    """One customer, one instant: the draft into which arrivals were folded, and everything that planning looks at.

    `starts` is when the customer's days begin, in milliseconds past local midnight, `spread` the customer's delay after an
    opening; `today` is the customer's day. `wake_at` is the earliest instant found so far at which something can change.
    `causes`: invoice -> the event of this turn that touched it; `cause`, the last event, stands in for the others.
    """

    __slots__ = (
        "cause",
        "causes",
        "claims",
        "conditions",
        "credits",
        "customer_id",
        "now",
        "pages",
        "place",
        "policy",
        "spread",
        "starts",
        "today",
        "wake_at",
        "withdrawn",
    )

    def __init__(
        self, customer_id: str, customer: Customer, policy: Policy, now: Millis, conditions: Conditions
    ) -> None:
        """Before anything is folded; `begin` follows once everything is."""
        super().__init__(customer)
        self.customer_id = customer_id
        self.policy = policy
        self.now = now
        self.conditions = conditions
        self.credits = conditions.credits
        self.pages = Pages(customer_id, policy, now, customer.sequence)
        self.causes: dict[str, Cause] = {}
        self.cause: Cause | None = None
        self.wake_at: Millis | None = None
        self.claims: list[Claim] = []
        self.withdrawn: list[str] = []
        self.spread: Millis = 0
        self.starts: Millis = 0
        self.place = _NOWHERE
        self.today: Day = 0

    def begin(self) -> None:
        """Reads the customer's clock, as the profile says now."""
        policy = self.policy
        profile = self.profile
        if profile is not None:
            self.place = place_of(profile.timezone, profile.country, profile.region)
        self.spread = share(self.customer_id) * policy.spread * MINUTE >> 16
        self.starts = policy.day_starts * MINUTE + self.spread
        self.today = day_in(self.place, self.now, self.starts)

    def wake(self, at: Millis) -> None:
        """Something can change at an instant."""
        if self.wake_at is None or at < self.wake_at:
            self.wake_at = at

    def opens(self, day: Day) -> Millis:
        """When a day of the customer begins."""
        return day_begins(self.place, day, self.starts)

    def cause_of(self, invoice_id: str) -> Cause | None:
        """The event behind a decision about an invoice; None where time alone is."""
        return self.causes.get(invoice_id, self.cause) if self.causes else self.cause

    def use_credit(self, channel: Channel) -> None:
        """A claim uses up the lane's credit for a channel."""
        self.credits -= {channel}
