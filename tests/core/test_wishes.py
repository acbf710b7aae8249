"""What the customer stated in person, beside what the profile says."""

import pytest

from schemas.inbox import CustomerErased, PhonePoint, PreferenceStated, QuietSpan
from tests.core.builders import PHONE, Story, arrival, at, known, overdue, profile

NOON = "2026-03-11 11:00"
MORNINGS, EVENINGS = QuietSpan(6 * 60, 13 * 60), QuietSpan(17 * 60, 22 * 60)
BASED = (PhonePoint(PHONE, "mobile", "contract-2026"),)


def wished(story):
    """What the profile heeds: channels, quiet hours, blocked channels."""
    heeded = story.customer.profile
    return heeded.channels, heeded.quiet_hours, heeded.blocked_channels


def after(story, fact):
    """A minute later something is stated."""
    story.now += 60_000
    return story.hear(fact)


def code(made):
    return made.records[0].reasons[0].code


def test_the_customers_channels_come_first():
    """S44"""
    story = known(start=NOON)
    story.hear(PreferenceStated(channels=("email", "sms")), overdue())
    assert story.claims[0].channel == "email"


def test_a_channel_that_the_customer_closed_is_not_used():
    story = known(start=NOON)
    story.hear(PreferenceStated(blocked_channels=("sms",)), overdue())
    assert story.claims[0].channel == "email"


def test_a_customer_who_closed_every_channel_is_not_contacted():
    story = known(start=NOON)
    story.hear(PreferenceStated(blocked_channels=("sms", "email", "call_task")), overdue())
    assert (story.claims, story.verdict[:2]) == ([], ("suppressed", "blocked_channel"))


def test_a_time_that_the_customer_closed_is_waited_for():
    story = known(start=NOON)  # noon in Berlin
    story.hear(PreferenceStated(quiet_hours=(MORNINGS,)), overdue())
    story.until("2026-03-11 15:00")
    assert [claim.claimed_at for claim in story.claims] == [at("2026-03-11 12:00")]


def test_a_message_that_has_not_left_is_withdrawn_when_its_channel_is_closed():
    story = known(start=NOON)
    story.hear(overdue())
    made = after(story, PreferenceStated(blocked_channels=("sms",)))
    assert made.withdrawn == (story.claims[0].attempt_id,)


def test_wishes_that_come_before_the_profile_count():
    story = Story(start=NOON)
    story.hear(PreferenceStated(blocked_channels=("sms",)))
    after(story, profile())
    assert wished(story) == ((), (), ("sms",))


def test_wishes_override_those_of_an_older_profile():
    story = known(start=NOON, channels=("sms",), quiet_hours=(MORNINGS,), blocked_channels=("email",))
    after(story, PreferenceStated(("email",), (EVENINGS,), ("call_task",)))
    assert wished(story) == (("email",), (EVENINGS,), ("call_task",))


def test_a_customer_can_open_what_an_older_profile_closed():
    story = known(start=NOON, blocked_channels=("email",))
    after(story, PreferenceStated())
    assert wished(story) == ((), (), ())


def test_a_later_profile_without_wishes_leaves_them():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",), (EVENINGS,), ("call_task",)))
    after(story, profile(name="New Name"))
    assert wished(story) == (("email",), (EVENINGS,), ("call_task",))


def test_a_later_profile_with_wishes_decides_on_the_order_of_channels():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",)))
    after(story, profile(channels=("sms",)))
    assert wished(story)[0] == ("sms",)


def test_a_later_profile_adds_to_what_the_customer_closed_and_opens_nothing():
    story = known(start=NOON)
    after(story, PreferenceStated((), (EVENINGS,), ("call_task",)))
    after(story, profile(quiet_hours=(MORNINGS, EVENINGS), blocked_channels=("sms", "call_task")))
    assert wished(story)[1:] == ((EVENINGS, MORNINGS), ("call_task", "sms"))


def test_a_later_profile_without_channels_leaves_the_customers_order():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",)))
    after(story, profile(blocked_channels=("sms",)))
    assert wished(story)[0] == ("email",)


def test_the_customers_later_word_counts_against_what_the_last_profile_added():
    story = known(start=NOON)
    after(story, PreferenceStated((), (), ("call_task",)))
    after(story, profile(blocked_channels=("sms",)))
    after(story, PreferenceStated())
    assert wished(story) == ((), (), ())


def test_the_later_of_two_statements_counts_whichever_comes_first():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",)))
    made = story.turn(arrival(PreferenceStated(("sms",)), story.now - 30_000))
    assert (wished(story)[0], code(made)) == (("email",), "outdated")


def test_the_same_wishes_again_are_unchanged():
    story = known(start=NOON)
    codes = [code(after(story, PreferenceStated(("email",)))) for _ in range(2)]
    assert codes == ["recorded", "unchanged"]


def test_the_same_profile_again_is_unchanged_beside_wishes():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",)))
    assert code(after(story, profile())) == "unchanged"


def test_the_journal_names_the_event():
    story = known(start=NOON)
    record = after(story, PreferenceStated(("email",))).records[0]
    assert (record.kind, record.result, record.reasons[0].rule) == ("fact", "recorded", "preference.stated")


ERASURES = {
    "wishes that came after it": [CustomerErased(), PreferenceStated(("email",))],
    "wishes that came before it": [PreferenceStated(("email",)), CustomerErased()],
}


@pytest.mark.parametrize(("what", "kept"), [("wishes that came after it", True), ("wishes that came before it", False)])
def test_an_erasure_leaves(what, kept):
    story = known(start=NOON)
    for fact in ERASURES[what]:
        after(story, fact)
    assert (story.customer.wishes is not None) == kept


def test_wishes_from_before_an_erasure_that_come_late_are_forgotten():
    story = known(start=NOON)
    after(story, CustomerErased())
    made = story.turn(arrival(PreferenceStated(("email",)), story.now - 30_000))
    assert (story.customer.wishes, code(made)) == (None, "erased")


def test_an_erasure_that_comes_late_takes_the_wishes_out_of_the_profile_that_it_spares():
    story = known(start=NOON)
    after(story, PreferenceStated(("email",)))
    after(story, profile(phones=BASED, channels=("sms",), blocked_channels=("call_task",)))
    story.turn(arrival(CustomerErased(), story.now - 30_000))
    assert wished(story) == (("sms",), (), ("call_task",))


def test_wishes_are_heeded_by_a_profile_that_names_a_new_basis_after_an_erasure():
    story = known(start=NOON)
    after(story, CustomerErased())
    after(story, PreferenceStated(blocked_channels=("email",)))
    after(story, profile(phones=BASED))
    assert wished(story) == ((), (), ("email",))
