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

Route = Literal[
    "events",
    "customers",
    "twilio_status",
    "twilio_inbound",
    "email_bounces",
    "desk_result",
    "adapters",
    "page",
    "documentation",
    "staff",
    "staff_events",
    "static",
    "other",
]
"""Which of the gateway's addresses a request was for: never the path itself, which holds tokens and ids."""

Word = Literal["stop", "start", "help", "perhaps_stop", "other"]
"""What an inbound message said, as far as it concerns us."""

Report = Literal["bounce", "complaint", "delay", "nobody", "not_ours", "not_a_report"]
"""What a mail reported of a recipient; `nobody`: it names none; `not_ours`: it names no mail of ours."""

Turned = Literal["unknown_key", "missing_scope", "forged", "too_often"]
"""Why somebody was turned away."""

TaskEnd = Literal["posted", "expired", "unreadable", "erased"]
"""The desk has it; nobody could do it in time; it is no task; its customer was erased, and its key with it."""

Dialling = Literal["permitted", "refused", "no_answer", "lease_lost"]
"""What a question whether a task may be dialled came to."""

Called = Literal[
    "promise_to_pay",
    "payment_arranged",
    "paid_claimed",
    "callback_requested",
    "dispute",
    "hardship",
    "vulnerable",
    "complaint",
    "refused",
    "no_answer",
    "busy",
    "voicemail_left",
    "voicemail_not_left",
    "wrong_person",
    "wrong_number",
    "disconnected",
    "do_not_call",
    "deceased",
    "represented_by_attorney",
    "bankruptcy",
    "language_needed",
    "abandoned",
    "done",
    "not_done",
    "approved",
    "not_approved",
]
"""What came of a call, in the words of whoever made it."""

Emptied = Literal["erased", "expired"]
"""Why the archive emptied something."""

Failing = Literal["kafka", "database"]
"""What did not do what the archive asked."""

Certificate = Literal["client", "authority"]
"""Of the TLS connection to Kafka: our own certificate, or the first to expire of those that we trust."""

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
_TOO_SOON: Final[tuple[ReasonCode, ...]] = ("cap", "cool_down", "min_gap", "notice_first", "reserved", "too_early")

OCCURRING: Final[Mapping[Result, tuple[ReasonCode, ...]]] = {
    "planned": ("due",),
    "claimed": ("due",),
    "accepted": ("approved", "due", "late_answer", "resolved"),
    "delivered": ("late_answer", "reported"),
    "undelivered": ("doubt_failed", "late_answer", "no_receipt", "reported"),
    "deferred": ("holiday", "quiet_hours", *_TOO_SOON, *_STOPPED, *_UNSENT),
    "suppressed": (
        "below_minimum",
        "missed_stage",
        "not_in_allowlist",
        "notice_first",
        "shadow",
        *_STOPPED,
        *_UNREACHABLE,
    ),
    "merged": ("merged_into",),
    "cancelled": ("erased", "paid", *_STOPPED),
    "waiting": ("in_flight", "input_behind", "not_overdue"),
    "expired": ("expired", "no_outcome", "no_receipt", "not_approved"),
    "rejected": ("not_approved", "refused"),
    "in_doubt": ("unanswered",),
    "released": ("doubt_resend", "input_behind", "resolved", "withdrawn", *_UNSENT),
    "permitted": ("free_to_dial",),
    "refused": ("already_dialled", "input_behind", "not_open", "paid", "quiet_hours"),
}
"""What the journal says together of a stage; another combination is counted too, from its first record on."""

OCCURRING_WITHOUT_STAGE: Final[Mapping[Result, tuple[ReasonCode, ...]]] = {
    "accepted": ("late_answer",),
    "delivered": ("late_answer",),
    "undelivered": ("late_answer",),
    "suppressed": ("erased", "ladder_done"),
    "cancelled": ("cancelled", "paid", "plan_broken", "withdrawn"),
    "waiting": ("awaiting_approval", "waiting_for_profile"),
    "parked": ("faulty", "too_large", "unknown_attempt"),
    "recorded": (
        "erased",
        "outdated",
        "plan_broken",
        "promise_broken",
        "promise_kept",
        "promise_partly_kept",
        "recorded",
        "unchanged",
    ),
}
"""The same, where no stage is spoken of."""
