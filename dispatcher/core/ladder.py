"""By which channel, at which number or address: one channel at a time, never all at once.

In this order: what the customer blocked, objections, consent where the policy asks for it, the ladder of stage and tier,
the customer's preference within the ladder (where the stage lets the customer choose), and who can be reached how.
"""

import msgspec

from dispatcher.core.agreements import consent_key
from dispatcher.core.holds import point_held
from dispatcher.core.reach import points_of, where
from dispatcher.core.rules import Stage
from dispatcher.core.turn import Turn
from schemas.inbox import EmailPoint, PhonePoint, ProfileStated
from schemas.reasons import ReasonCode
from schemas.values import Channel, Phase

ADDRESS = "postal_address"
"""Contact point of letters and visits: the address is in the customer's file, and in nothing that we write."""

CASE_FILE = "case_file"
"""Contact point of what is handed over to counsel or an agency."""


class Chosen(msgspec.Struct, frozen=True, gc=False):
    """A channel and where it reaches the customer."""

    channel: Channel
    point: str


class NoChannel(msgspec.Struct, frozen=True, gc=False):
    """Why none is left, the weightiest reason first."""

    codes: tuple[ReasonCode, ...]


_WEIGHT: tuple[ReasonCode, ...] = (
    "blocked_channel",
    "opted_out",
    "objection_unread",
    "no_consent",
    "hold",
    "unreachable_point",
    "no_reachable_channel",
)


def choose(
    turn: Turn, profile: ProfileStated, stage: Stage, tier: str, tried: tuple[Channel, ...]
) -> Chosen | NoChannel:
    """The channel of a contact, leaving out those that were tried."""
    if stage.apart:
        return Chosen("call_task", ADDRESS if stage.task in {"letter", "visit"} else CASE_FILE)
    codes: set[ReasonCode] = set()
    for channel in _order(stage, tier, profile):
        if channel in tried:
            continue
        if channel in profile.blocked_channels:
            codes.add("blocked_channel")
            continue
        for point in points_of(profile, channel):
            forbidden = point_stop(turn, channel, point, stage.phase)
            if forbidden is None:
                return Chosen(channel, where(point))
            codes.add(forbidden)
    return NoChannel(tuple(code for code in _WEIGHT if code in codes) or ("no_reachable_channel",))


def _order(stage: Stage, tier: str, profile: ProfileStated) -> tuple[Channel, ...]:
    ladder = stage.ladders[tier]
    if not profile.channels or not stage.customer_chooses:
        return ladder
    preferred = tuple(channel for channel in profile.channels if channel in ladder)
    return preferred + tuple(channel for channel in ladder if channel not in preferred)


def point_stop(turn: Turn, channel: Channel, point: PhonePoint | EmailPoint, phase: Phase | None) -> ReasonCode | None:
    """Why a contact point must not be used by a channel in a phase."""
    at = where(point)
    consent = turn.consents.get(consent_key(channel, at)) if turn.consents else None
    if consent is not None and not consent.allowed:
        return "opted_out"
    bars = turn.conditions.bars
    if bars and (barred := bars.code(channel, point, at)) is not None:
        return barred
    if channel in turn.policy.consent_required and consent is None and point.basis not in turn.policy.accepted_bases:
        return "no_consent"
    if turn.holds and point_held(turn, at, phase):
        return "hold"
    return None
