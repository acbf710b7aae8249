"""How often a customer may be contacted: the ledger of contacts against caps and the minimum gap.

All channels share one ledger, and every entry counts from its claim on. A rolling window of length `w` is half open: what
lies exactly `w` back counts no more. Calendar periods are those of the customer's zone.
"""

from collections.abc import Sequence

import msgspec

from dispatcher.core.rules import Cap, Policy
from dispatcher.core.zones import Place, day_begins, day_in
from schemas.state import Contact
from schemas.values import Channel, Day, Millis, to_date


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A cap that allows no contact before `until`; `rule` names it, `count` of `most` is what it saw."""

    rule: str
    until: Millis
    count: int
    most: int


def gap_ends(min_gap: Millis, contacts: Sequence[Contact], contact_id: str | None) -> Millis:
    """When a minimum gap after the last contact has passed.

    An earlier attempt of the very contact (`contact_id`) is no other contact: falling back to another channel is not held
    up by what never arrived.
    """
    latest: Millis = 0
    for contact in contacts:
        if contact.at > latest and (contact_id is None or not contact.attempt_id.startswith(contact_id)):
            latest = contact.at
    return latest + min_gap


def limit(policy: Policy, contacts: Sequence[Contact], channel: Channel, place: Place, at: Millis) -> Limit | None:
    """The cap that holds a contact by `channel` at `at` back longest, if any does."""
    longest: Limit | None = None
    for cap in policy.caps:
        if channel in cap.channels:
            reached = _reached(cap, contacts, place, at)
            if reached is not None and (longest is None or reached.until > longest.until):
                longest = reached
    return longest


def _reached(cap: Cap, contacts: Sequence[Contact], place: Place, at: Millis) -> Limit | None:
    if len(contacts) < cap.max:
        return None
    if cap.period == "rolling":
        since = at - cap.length
        counted = sorted(each.at for each in contacts if each.at > since and each.channel in cap.channels)
        if len(counted) < cap.max:
            return None
        return Limit(f"caps.{cap.id}", counted[-cap.max] + cap.length, len(counted), cap.max)
    first, following = period(cap, day_in(place, at))
    count = sum(each.channel in cap.channels and day_in(place, each.at) >= first for each in contacts)
    if count < cap.max:
        return None
    return Limit(f"caps.{cap.id}", day_begins(place, following), count, cap.max)


def period(cap: Cap, day: Day) -> tuple[Day, Day]:
    """The first day of the calendar period that holds a day, and the first day of the next one. Weeks begin on Monday."""
    if cap.period == "calendar_day":
        return day, day + 1
    if cap.period == "calendar_week":
        monday = day - (day - 1) % 7
        return monday, monday + 7
    date = to_date(day)
    first = day - date.day + 1
    following = date.replace(year=date.year + date.month // 12, month=date.month % 12 + 1, day=1)
    return first, following.toordinal()


def remembered(contacts: tuple[Contact, ...], since: Millis) -> tuple[Contact, ...]:
    """The entries, oldest first and at least one, that any cap or gap can still see."""
    if contacts[0].at > since:
        return contacts
    return tuple([each for each in contacts if each.at > since])
