"""What an outcome is to the customer's lane: a fact about the attempt, which names the account that was called."""

from dataclasses import dataclass
from typing import Final

import structlog

from channels.protocol import Accepted, Deferred, NotStarted, Outcome, Rejected, Unknown
from dispatcher.engine.outcomes import OutcomeFact
from dispatcher.ops.labels import AttemptOutcome
from schemas.inbox import AttemptAccepted, AttemptInDoubt, AttemptRejected, AttemptReleased
from schemas.reasons import ReasonCode
from schemas.values import Channel, Millis

LEAST_RETRY_S: Final = 5.0
_MENDED_MS: Final = 15 * 60 * 1000
_FAILED_MS: Final = 20_000
_DOUBLINGS: Final = 8
_LONGEST_MS: Final = 60 * 60 * 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """The adapter broke down before the first byte: no fault of the message's, so it is tried again, ever later."""


Ended = Outcome | Failed
"""How an attempt ended."""


def told(
    attempt_id: str, channel: Channel, account: str, outcome: Ended, now: Millis, *, forbidden_by: ReasonCode | None
) -> tuple[OutcomeFact, AttemptOutcome]:
    """The fact, and how it is counted. `forbidden_by` is what kept an attempt from starting."""
    match outcome:
        case Accepted(reference, segments):
            return AttemptAccepted(attempt_id, account, reference, segments), "accepted"
        case Rejected("config", code):
            # No fault of the customer's, and nothing was sent: the contact waits until somebody has mended it.
            _log.error("provider_misconfigured", channel=channel, provider=account, code=code)
            return AttemptReleased(attempt_id, "provider_misconfigured", now + _MENDED_MS), "deferred"
        case Rejected(refusal, code):
            return AttemptRejected(attempt_id, account, refusal, code), "rejected"
        case Unknown(code):
            return AttemptInDoubt(attempt_id, account, code), "in_doubt"
        case Deferred(retry_after_s, scope, _):
            reason: ReasonCode = "provider_unreachable" if scope == "provider" else "provider_limit"
            again = now + int(max(retry_after_s, LEAST_RETRY_S) * 1000)
            return AttemptReleased(attempt_id, reason, again), "deferred"
        case Failed():
            number = int(attempt_id.rpartition(".")[2])
            pause = min(_FAILED_MS << min(number - 1, _DOUBLINGS), _LONGEST_MS)
            return AttemptReleased(attempt_id, "adapter_failed", now + pause), "deferred"
        case NotStarted():
            return AttemptReleased(attempt_id, forbidden_by or "lease_expired"), "released"
