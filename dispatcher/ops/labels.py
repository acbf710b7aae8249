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

TextFate = Literal["written", "dropped"]
"""`dropped`: the topic is missing, or took nothing for so long that too many waited."""

AccountState = Literal["sound", "probing", "out"]
"""How an account is: it gets its share, one call at a time to see how things are, or nothing."""

NO_STAGE: Final = "none"
"""The `stage` of a decision that is about no stage of the policy (a fact recorded, a customer unknown)."""

_STOPPED: Final[tuple[ReasonCode, ...]] = ("hold", "plan", "promise")
_UNREACHABLE: Final[tuple[ReasonCode, ...]] = (
    "blocked_channel",
    "no_consent",
    "no_reachable_channel",
    "objection_unread",
    "opted_out",
    "unreachable_point",
)
_UNSENT: Final[tuple[ReasonCode, ...]] = (
    "adapter_failed",
    "desk_full",
    "lease_expired",
    "paused",
    "provider_limit",
    "provider_misconfigured",
    "provider_unreachable",
)

OCCURRING: Final[Mapping[Result, tuple[ReasonCode, ...]]] = {
    "planned": ("due",),
    "claimed": ("due",),
    "accepted": ("due", "late_answer"),
    "delivered": ("late_answer", "reported"),
    "undelivered": ("reported",),
    "deferred": ("cap", "holiday", "min_gap", "quiet_hours", *_STOPPED, *_UNSENT),
    "suppressed": (
        "below_minimum",
        "erased",
        "ladder_done",
        "missed_stage",
        "not_in_allowlist",
        "shadow",
        *_STOPPED,
        *_UNREACHABLE,
    ),
    "merged": ("merged_into",),
    "cancelled": ("cancelled", "erased", "paid", *_STOPPED),
    "waiting": ("in_flight", "input_behind", "not_overdue", "waiting_for_profile"),
    "expired": ("expired", "no_outcome"),
    "rejected": ("refused",),
    "in_doubt": ("unanswered",),
    "released": ("input_behind", "withdrawn", *_UNSENT),
    "parked": ("faulty", "too_large", "unknown_attempt"),
    "permitted": ("free_to_dial",),
    "refused": ("already_dialled", "input_behind", "not_open", "paid", "quiet_hours"),
    "recorded": ("outdated", "recorded", "unchanged"),
}
"""What the journal says together; another combination is counted too, from its first record on."""
