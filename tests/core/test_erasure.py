"""Erased means no contact and no plain text, and a suppression that only a new basis lifts."""

import pytest

from schemas import state
from schemas.inbox import BillLine, ConsentChanged, CustomerErased, EmailPoint, HoldPlaced, PhonePoint
from tests.core.builders import EMAIL, PHONE, Story, arrival, known, overdue, profile

NOON = "2026-03-11 11:00"


def erased(**changes) -> Story:
    story = known(start="2026-03-11 10:00", **changes)
    story.hear(
        overdue(due_on="2026-03-11", description="Rent Jo", number="R-1", lines=(BillLine("Jo's room", 1),)),
        ConsentChanged(EMAIL, "email", True, "web"),
        HoldPlaced("H", "contact_point", "manual", "+447700900009"),
    )
    story.go(NOON).hear(CustomerErased())
    story.now += 1_000
    return story


def test_nothing_of_the_person_remains():
    raw = state.encode(erased().customer, 0, 0)
    assert [word for word in (b"Jo", PHONE.encode(), EMAIL.encode(), b"R-1", b"+4477") if word in raw] == []


def test_what_is_stated_later_brings_no_texts_back():
    story = erased()
    story.hear(overdue(description="Rent Jo"))
    assert b"Jo" not in state.encode(story.customer, 0, 0)


def test_a_later_profile_without_a_new_basis_is_not_kept():
    story = erased()
    made = story.hear(profile())
    assert (story.customer.profile, made.records[0].reasons[0].code) == (None, "erased")


def test_the_basis_that_was_known_is_not_new():
    story = erased(phones=(PhonePoint(PHONE, "mobile", "contract"),))
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract"),)))
    assert story.customer.profile is None


def test_a_new_basis_lifts_the_suppression_for_its_contact_point_alone():
    story = erased()
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract-2026"),)))
    kept = story.customer.profile
    assert ([point.number for point in kept.phones], kept.emails) == ([PHONE], ())


def test_who_named_a_new_basis_is_contacted_again():
    story = known(start=NOON)
    story.hear(CustomerErased(), overdue())
    before = story.verdict
    story.now += 1_000
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract-2026"),)))
    assert (before, story.verdict) == (("suppressed", "erased", None), ("claimed", "due", "first"))


def test_an_objection_outlives_the_erasure_whatever_the_basis():
    story = known(start=NOON)
    story.hear(ConsentChanged(PHONE, "sms", False, "reply"))
    story.now += 1_000
    story.hear(CustomerErased())
    story.now += 1_000
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract-2026"),)))
    assert story.customer.profile is None


LATE = {
    "a profile": profile(phones=(PhonePoint(PHONE, "mobile", "late"),)),
    "an objection": ConsentChanged(PHONE, "sms", False, "reply"),
}


@pytest.mark.parametrize("what", LATE)
def test_what_was_stated_before_the_erasure_and_comes_after_it_only_widens_the_suppression(what):
    story = erased()
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "late"),)))
    story.turn(arrival(LATE[what], story.now - 600_000))
    if what == "an objection":
        story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "later"),)))
    assert story.customer.profile is None


def test_a_consent_from_before_the_erasure_is_forgotten():
    story = erased()
    story.turn(arrival(ConsentChanged(PHONE, "sms", True, "web"), story.now - 600_000))
    assert story.customer.consents == {}


def test_a_hold_of_a_contact_point_is_not_kept_in_plain_text():
    story = erased()
    made = story.hear(HoldPlaced("H2", "contact_point", "manual", PHONE))
    held = {hold.target for hold in story.customer.holds.values()}
    assert (held, made.records[0].reasons[0].code) == ({None}, "erased")


def test_an_erasure_that_comes_late_spares_only_what_a_newer_profile_names_a_basis_for():
    story = known(start=NOON, phones=(PhonePoint(PHONE, "mobile", "contract"),), emails=(EmailPoint(EMAIL, "private"),))
    story.turn(arrival(CustomerErased(), story.now - 600_000))
    kept = story.customer.profile
    assert ([point.number for point in kept.phones], kept.emails) == ([PHONE], ())


def test_a_second_erasure_is_final_over_what_came_between():
    story = erased()
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract-2026"),)))
    story.now += 1_000
    story.hear(CustomerErased())
    story.now += 1_000
    story.hear(profile(phones=(PhonePoint(PHONE, "mobile", "contract-2026"),)))
    assert story.customer.profile is None


def test_an_older_erasure_is_outdated():
    story = erased()
    made = story.turn(arrival(CustomerErased(), story.now - 600_000))
    assert made.records[0].reasons[0].code == "outdated"
