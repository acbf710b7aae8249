"""Which contact points an erasure bars for good.

Of every contact point that a profile ever named (with the basis for its use), and of every one that was ever objected to,
the aggregate keeps a digest and the earliest time of that. An erasure bars those that were known by then. So what is barred
does not depend on the order of arrival, and what arrives late can make it wider but never narrower.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from dispatcher.core.draft import KEPT, Draft
from dispatcher.core.identity import point_digest
from dispatcher.core.wishes import forget_file
from schemas.inbox import EmailPoint, PhonePoint, ProfileStated, Stamp


def learn(draft: Draft, digests: Iterable[str], at: int) -> None:
    """Remembers that contact points were named, or objected to, at `at` (microseconds)."""
    points = draft.points
    earlier = {digest: at for digest in digests if at < points.get(digest, at + 1)}
    if not earlier:
        return
    points = {**points, **earlier}
    if len(points) > KEPT:
        points = dict(sorted(points.items(), key=lambda each: (each[1], each[0]))[:KEPT])
    draft.points = dict(sorted(points.items()))
    draft.changed = True
    if draft.erased is not None:
        suppress(draft, draft.erased)


def suppress(draft: Draft, erased: Stamp) -> None:
    """Bars what was known by an erasure, and leaves of the profile only what is not barred."""
    known = [digest for digest, at in draft.points.items() if at <= erased[0]]
    draft.suppressed = tuple(sorted({*draft.suppressed, *known}))
    if draft.profile is not None:
        draft.profile = permitted(draft.profile, draft.suppressed)
    if draft.profile is None:
        forget_file(draft)


def permitted(profile: ProfileStated, suppressed: tuple[str, ...]) -> ProfileStated | None:
    """The profile with those contact points that name a new basis, None if it has none."""
    phones = tuple(point for point in profile.phones if _is_new(point, suppressed))
    emails = tuple(point for point in profile.emails if _is_new(point, suppressed))
    return replace(profile, phones=phones, emails=emails) if phones or emails else None


def digests_of(profile: ProfileStated) -> list[str]:
    """What is remembered of a profile's contact points: each with the basis for its use."""
    points: list[PhonePoint | EmailPoint] = [*profile.phones, *profile.emails]
    return [point_digest(_where(point), point.basis) for point in points]


def objection(point: str) -> str:
    """The digest that forbids a contact point whatever its basis."""
    return point_digest(point, "*")


def _is_new(point: PhonePoint | EmailPoint, suppressed: tuple[str, ...]) -> bool:
    return (
        bool(point.basis)
        and point_digest(_where(point), point.basis) not in suppressed
        and objection(_where(point)) not in suppressed
    )


def _where(point: PhonePoint | EmailPoint) -> str:
    return point.number if isinstance(point, PhonePoint) else point.address
