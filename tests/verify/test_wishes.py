"""The checker's own reading of what customers wished in person, and of profiles beside it."""

import pytest

from dispatcher.verify.known import Known
from schemas.inbox import Arrival, Cause, CustomerErased, PreferenceStated, ProfileStated, QuietSpan

NIGHTS = QuietSpan(20 * 60, 8 * 60)
WISHED = PreferenceStated(("email",), (NIGHTS,), ("call_task",))


def filed(**wishes) -> ProfileStated:
    return ProfileStated("Ada", "en", "consumer", "GB", (), (), **wishes)


def known(*facts) -> ProfileStated | None:
    """The profile after facts that were stated one after the other, in whatever order they come."""
    one, other = Known(), Known()
    said = [Arrival(number, Cause("t", 0, number, "s", str(number)), fact) for number, fact in enumerate(facts)]
    for arrival in said:
        one.apply(arrival)
    for arrival in reversed(said):
        other.apply(arrival)
    assert one.profile == other.profile
    return one.profile


def wishes(profile):
    return profile.channels, profile.quiet_hours, profile.blocked_channels


CASES = {
    "before any profile": ((WISHED, filed()), (("email",), (NIGHTS,), ("call_task",))),
    "after a profile that closes a channel": ((filed(blocked_channels=("sms",)), WISHED), (*wishes(WISHED),)),
    "before a profile that closes another": (
        (WISHED, filed(blocked_channels=("sms",))),
        (("email",), (NIGHTS,), ("call_task", "sms")),
    ),
    "before a profile that prefers another": (
        (WISHED, filed(channels=("sms",))),
        (("sms",), (NIGHTS,), ("call_task",)),
    ),
    "and nothing later": ((WISHED, PreferenceStated(), filed()), ((), (), ())),
    "before an erasure": ((WISHED, CustomerErased(), filed()), ((), (), ())),
}


@pytest.mark.parametrize("said", CASES)
def test_wishes_said(said):
    facts, expected = CASES[said]
    assert wishes(known(*facts)) == expected


def test_wishes_without_a_profile_make_none():
    assert known(WISHED) is None
