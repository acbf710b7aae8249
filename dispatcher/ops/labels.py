"""The closed sets of label values, and which occur together: a series exists at 0 before its first event.

Without that, `rate()` misses the first event of each series. Only what can occur together is listed, because
every combination of stage, result and reason would be some thousands of series.
"""

from collections.abc import Mapping
from typing import Final, Literal

from schemas.journal import Result
from schemas.reasons import ReasonCode

EventResult = Literal["accepted", "repeated", "rejected"]
"""`accepted`: written to the inbox; `repeated`: known already; `rejected`: set aside with a reason."""

AttemptOutcome = Literal["accepted", "rejected", "deferred", "in_doubt", "released", "shadow"]
"""What came of handing a message to a provider; `shadow`: handed to nobody, as the sending mode asks."""

NO_STAGE: Final = "none"
"""The `stage` of a decision that is about no stage of the policy (a fact recorded, a customer unknown)."""

_HELD: Final[tuple[ReasonCode, ...]] = (
    "blocked_channel",
    "erased",
    "hold",
    "no_consent",
    "no_reachable_channel",
    "opted_out",
    "plan",
    "promise",
)
_LATER: Final[tuple[ReasonCode, ...]] = ("cap", "holiday", "in_flight", "min_gap", "quiet_hours")

OCCURRING: Final[Mapping[Result, tuple[ReasonCode, ...]]] = {
    "planned": ("due", "provider_unreachable", *_LATER),
    "claimed": ("due",),
    "accepted": ("due", "shadow"),
    "deferred": ("due", "provider_limit", "provider_unreachable", *_LATER),
    "suppressed": ("below_minimum", "cap", "ladder_done", "not_in_allowlist", "paused", *_HELD),
    "merged": ("merged_into",),
    "cancelled": ("cancelled", "erased", "paid", "withdrawn"),
    "waiting": ("input_behind", "paused", "provider_limit", "waiting_for_profile", *_HELD),
    "expired": ("expired", "missed_stage"),
    "rejected": ("refused",),
    "in_doubt": ("unanswered", "lease_expired"),
    "released": ("lease_expired", "provider_limit", "provider_unreachable", "withdrawn", "not_in_allowlist"),
    "parked": ("too_large",),
    "recorded": ("outdated", "recorded", "reported", "unchanged"),
}
