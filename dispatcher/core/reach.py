"""Where a channel can reach a customer, whatever the customer has said of it."""

from schemas.inbox import EmailPoint, PhonePoint, ProfileStated
from schemas.values import Channel


def points_of(profile: ProfileStated, channel: Channel) -> tuple[PhonePoint | EmailPoint, ...]:
    """Where a channel can reach the customer, best first. A consumer is never contacted at work."""
    business = profile.party == "business"
    if channel == "email":
        return tuple(point for point in profile.emails if business or point.kind != "work")
    if channel == "sms":
        phones = [point for point in profile.phones if point.kind in ("mobile", "other")]
    else:
        phones = [point for point in profile.phones if business or point.kind != "work"]
    if len(phones) > 1:
        phones.sort(key=_not_mobile)
    return tuple(phones)


def where(point: PhonePoint | EmailPoint) -> str:
    """The number or address itself."""
    return point.number if isinstance(point, PhonePoint) else point.address


def _not_mobile(point: PhonePoint) -> bool:
    return point.kind != "mobile"
