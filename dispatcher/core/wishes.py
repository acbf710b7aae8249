"""How the customer wants to be contacted: what the customer stated in person, and what the profile says beside it.

Billing publishes profiles again and again, often with wishes that are older than the profile. So a newer profile adds to
what the customer stated, and never takes a refusal back: channels and times that the customer closed stay closed until
the customer opens them. An older profile counts for nothing beside it. Which profile and which statement are the newest
does not depend on the order of arrival, and nothing else is looked at.
"""

from msgspec.structs import replace

from dispatcher.core.draft import Draft
from dispatcher.core.notes import Note, newer
from schemas.inbox import PreferenceStated, ProfileStated, Stamp
from schemas.state import NO_WISHES, OwnWishes, Wishes


def preference_stated(draft: Draft, fact: PreferenceStated, stamp: Stamp) -> Note:
    """`preference.stated`."""
    before, profile = draft.wishes, draft.profile
    if draft.erased is not None and stamp < draft.erased:
        return Note("preference.stated", "erased")
    if before is not None and not newer(stamp, before.stamp):
        return Note("preference.stated", "outdated")
    said = Wishes(fact.channels, fact.quiet_hours, fact.blocked_channels)
    draft.wishes = OwnWishes(stamp, said, _filed_in(profile) if before is None else before.filed)
    draft.changed = True
    _heed(draft)
    return Note("preference.stated", "unchanged" if before is not None and before.said == said else "recorded")


def file_wishes(draft: Draft) -> None:
    """After the profile was replaced: what it says is remembered apart, and it heeds what the customer stated."""
    if draft.wishes is not None:
        draft.wishes = replace(draft.wishes, filed=_filed_in(draft.profile))
        _heed(draft)


def forget_file(draft: Draft) -> None:
    """After the profile has gone: nothing of it remains beside what the customer stated."""
    if draft.wishes is not None:
        draft.wishes = replace(draft.wishes, filed=NO_WISHES)


def forget_wishes(draft: Draft, erased: Stamp) -> None:
    """An erasure takes what the customer stated before it; a profile that stays says again what it says by itself."""
    wishes, profile = draft.wishes, draft.profile
    if wishes is not None and wishes.stamp < erased:
        draft.wishes = None
        draft.profile = None if profile is None else _heeding(profile, wishes.filed)


def _heed(draft: Draft) -> None:
    profile, wishes, filed_at = draft.profile, draft.wishes, draft.profile_stamp
    if profile is None or filed_at is None or wishes is None:
        return
    said, filed = wishes.said, wishes.filed
    if filed != NO_WISHES and filed_at > wishes.stamp:
        said = Wishes(
            filed.channels or said.channels,
            tuple(dict.fromkeys((*said.quiet_hours, *filed.quiet_hours))),
            tuple(dict.fromkeys((*said.blocked_channels, *filed.blocked_channels))),
        )
    draft.profile = _heeding(profile, said)


def _heeding(profile: ProfileStated, wishes: Wishes) -> ProfileStated:
    channels, quiet_hours, blocked = wishes.channels, wishes.quiet_hours, wishes.blocked_channels
    return replace(profile, channels=channels, quiet_hours=quiet_hours, blocked_channels=blocked)


def _filed_in(profile: ProfileStated | None) -> Wishes:
    if profile is None:
        return NO_WISHES
    return Wishes(profile.channels, profile.quiet_hours, profile.blocked_channels)
