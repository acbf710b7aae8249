"""How often a customer may be contacted: the ledger of contacts against caps, cool-downs and the minimum gap.

All channels share one ledger, and every entry counts from its claim on. A rolling window of length `w` is half open: what
lies exactly `w` back counts no more. Calendar periods are those of the customer's zone. What the ledger does not know of an
entry (its creditor, its invoices, its contact point) never makes it count less.
"""

from collections.abc import Container, Sequence

import msgspec

from dispatcher.core.rules import Cap
from dispatcher.core.zones import Place, day_begins, day_in
from schemas.reasons import ReasonCode
from schemas.state import Contact
from schemas.values import Channel, Day, Millis, to_date


class Asked(msgspec.Struct, frozen=True, gc=False):
    """The contact that caps are asked about; `point` is the digest of its number or address."""

    channel: Channel
    creditor_id: str
    invoice_ids: tuple[str, ...]
    point: str


class Limit(msgspec.Struct, frozen=True, gc=False):
    """A cap that allows no contact before `until`; `count` is what it saw."""

    cap: Cap
    until: Millis
    count: int

    @property
    def code(self) -> ReasonCode:
        """The reason code."""
        return self.cap.code

    @property
    def rule(self) -> str:
        """The rule of the policy."""
        return self.cap.rule


def gap_ends(min_gap: Millis, contacts: Sequence[Contact], contact_id: str | None) -> Millis:
    """When a minimum gap after the last contact has passed.

    An earlier attempt of the very contact (`contact_id`) is no other contact: falling back to another channel is not held
    up by what never arrived. Nor is it one when the customer calls.
    """
    latest: Millis = 0
    for contact in contacts:
        if contact.at > latest and (contact_id is None or not contact.attempt_id.startswith(contact_id)):
            latest = latest if contact.inbound else contact.at
    return latest + min_gap


def limit(  # noqa: PLR0917  a cap's question in full
    caps: Sequence[Cap], contacts: Sequence[Contact], asked: Asked, place: Place, at: Millis, under_way: Container[str]
) -> Limit | None:
    """The cap that holds a contact back longest at `at`, if any does. `under_way`: the ids of attempts that are open."""
    longest: Limit | None = None
    for cap in caps:
        if asked.channel in cap.channels and len(contacts) >= cap.max:
            for times in counted(cap, contacts, asked, under_way):
                reached = _reached(cap, times, place, at)
                if reached is not None and (longest is None or reached.until > longest.until):
                    longest = reached
    return longest


def counted(
    cap: Cap, contacts: Sequence[Contact], asked: Asked, under_way: Container[str]
) -> Sequence[Sequence[Millis]]:
    """When what a cap counts took place, for each debt of the contact where the cap's scope is one, else once."""
    channels = cap.counted
    if cap.scope == "person" and cap.counts == "claims":
        return ([each.at for each in contacts if each.channel in channels and not each.inbound],)
    entries = [each for each in contacts if each.channel in channels and counts(cap, each, under_way)]
    if cap.scope == "debt":
        return [
            [happened(cap, each) for each in entries if debt in each.invoice_ids or not each.invoice_ids]
            for debt in asked.invoice_ids
        ]
    if cap.scope == "creditor":
        entries = [each for each in entries if each.creditor_id in (asked.creditor_id, None)]
    elif cap.scope == "point":
        entries = [each for each in entries if each.point in (asked.point, "")]
    return ([happened(cap, each) for each in entries],)


def counts(cap: Cap, entry: Contact, under_way: Container[str]) -> bool:
    """Whether an entry is what a cap counts. A call that may still be made may still become a conversation."""
    if cap.counts == "claims":
        return not entry.inbound
    if cap.counts == "conversations":
        return entry.became == "conversation" or (
            entry.became == "claimed" and entry.channel == "call_task" and entry.attempt_id in under_way
        )
    if entry.inbound or entry.became == "refused":
        return False
    return cap.counts == "attempts" or entry.became != "unanswered"


def happened(cap: Cap, entry: Contact) -> Millis:
    """When it took place: claims count from when they were made, the rest from when it came about, as far as is known."""
    return entry.at if cap.counts == "claims" else entry.became_at or entry.at


def _reached(cap: Cap, times: Sequence[Millis], place: Place, at: Millis) -> Limit | None:
    if len(times) < cap.max:
        return None
    if cap.period == "rolling":
        since = at - cap.length
        recent = sorted(each for each in times if each > since)
        if len(recent) < cap.max:
            return None
        return Limit(cap, recent[-cap.max] + cap.length, len(recent))
    first, following = period(cap, day_in(place, at))
    since = day_begins(place, first)
    count = sum([each >= since for each in times])
    if count < cap.max:
        return None
    return Limit(cap, day_begins(place, following), count)


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
