"""What one planning turn shares: the draft, the instant, the customer's clock, and what was decided so far."""

from dispatcher.core.claim import Claim, Conditions
from dispatcher.core.draft import Draft
from dispatcher.core.identity import share
from dispatcher.core.pages import Pages
from dispatcher.core.rules import MINUTE, Policy
from dispatcher.core.zones import Place, day_begins, day_in, place_of
from schemas.inbox import Cause, ProfileStated
from schemas.values import Channel, Day, Millis

_NOWHERE = Place(("Etc/UTC",), "", None)


class Turn:
    """One customer, one instant.

    `starts` is when the customer's days begin, in milliseconds past local midnight, `spread` the customer's delay after an
    opening; `today` is the customer's day. `wake_at` is the earliest instant found so far at which something can change.
    """

    __slots__ = (
        "causes",
        "claims",
        "conditions",
        "credits",
        "customer_id",
        "draft",
        "last_cause",
        "now",
        "pages",
        "place",
        "policy",
        "profile",
        "spread",
        "starts",
        "today",
        "wake_at",
        "withdrawn",
    )

    def __init__(
        self,
        customer_id: str,
        draft: Draft,
        policy: Policy,
        now: Millis,
        conditions: Conditions,
        pages: Pages,
        causes: dict[str, Cause],
        last_cause: Cause | None,
    ) -> None:
        """`causes`: invoice -> the event of this turn that touched it; `last_cause` stands in for the others."""
        self.customer_id = customer_id
        self.draft = draft
        self.policy = policy
        self.now = now
        self.conditions = conditions
        self.pages = pages
        self.causes = causes
        self.last_cause = last_cause
        self.wake_at: Millis | None = None
        self.claims: list[Claim] = []
        self.withdrawn: list[str] = []
        self.credits: set[Channel] | frozenset[Channel] = conditions.credits
        self.spread: Millis = share(customer_id) * policy.spread * MINUTE >> 16
        self.starts: Millis = policy.day_starts * MINUTE + self.spread
        profile: ProfileStated | None = draft.profile
        self.profile = profile
        if profile is None:
            self.place = _NOWHERE
        else:
            self.place = place_of(profile.timezone, profile.country, profile.region)
        self.today: Day = day_in(self.place, now, self.starts)

    def wake(self, at: Millis) -> None:
        """Something can change at an instant."""
        if self.wake_at is None or at < self.wake_at:
            self.wake_at = at

    def opens(self, day: Day) -> Millis:
        """When a day of the customer begins."""
        return day_begins(self.place, day, self.starts)

    def cause_of(self, invoice_id: str) -> Cause | None:
        """The event behind a decision about an invoice; None where time alone is."""
        return self.causes.get(invoice_id, self.last_cause)
