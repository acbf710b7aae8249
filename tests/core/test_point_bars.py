"""What was said of a number or address holds for every customer who has it, the latest word by its own time."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.point_bars import PointBars
from schemas.inbox import EmailPoint, PhonePoint
from schemas.points import PointStated, digest, point_key
from tests.core.builders import EMAIL, PHONE, conditions, overdue
from tests.core.test_reasons import DUE_NOW, known

KEY = point_key("a secret of sixteen characters")
BEFORE = 1_000_000
MOBILE = PhonePoint(PHONE, "mobile")


def bars(*said: tuple[str, int], point=PHONE, channel="sms") -> PointBars:
    """The bars after statements of a standing and an instant in microseconds each."""
    made = PointBars(KEY)
    for standing, at in said:
        made.state(digest(point, KEY), PointStated(channel, standing, at, "/test", str(at), "stop"))
    return made


def story_under(known_bars: PointBars, **changes):
    story = known(None, DUE_NOW, replace(conditions(), bars=known_bars), **changes)
    story.hear(overdue())
    return story


def why(known_bars: PointBars):
    return known_bars.code("sms", MOBILE, PHONE)


def test_a_number_that_said_stop_gets_no_message():
    """S15"""
    assert story_under(bars(("opted_out", BEFORE)), emails=()).verdict == ("suppressed", "opted_out", "first")


def test_the_next_channel_of_the_ladder_is_used_instead():
    assert [claim.channel for claim in story_under(bars(("opted_out", BEFORE))).claims] == ["email"]


def test_another_number_of_the_customer_is_used_instead():
    phones = (MOBILE, PhonePoint("+447700900999", "mobile"))
    assert [claim.contact_point for claim in story_under(bars(("opted_out", BEFORE)), phones=phones).claims] == [
        "+447700900999"
    ]


def test_a_word_that_may_be_an_objection_waits_for_a_person():
    assert story_under(bars(("review", BEFORE)), emails=()).verdict == ("suppressed", "objection_unread", "first")


def test_an_address_is_the_same_however_it_is_written():
    made = bars(("opted_out", BEFORE), point="Ada.Example@example.com", channel="email")

    assert made.why("email", "ada.example@example.com") == made.why("email", "ADA.EXAMPLE@example.com") == "opted_out"


def test_what_came_back_is_not_written_to_again():
    verdict = story_under(bars(("unreachable", BEFORE)), emails=()).verdict
    assert verdict == ("suppressed", "unreachable_point", "first")


def test_a_number_that_was_verified_since_it_came_back_is_used():
    later = PhonePoint(PHONE, "mobile", None, BEFORE // 1000 + 1)
    story = story_under(bars(("unreachable", BEFORE)), phones=(later,), emails=())
    assert [claim.channel for claim in story.claims] == ["sms"]


def test_verifying_a_number_does_not_undo_a_stop():
    later = PhonePoint(PHONE, "mobile", None, BEFORE // 1000 + 1)
    story = story_under(bars(("opted_out", BEFORE)), phones=(later,), emails=())
    assert story.verdict == ("suppressed", "opted_out", "first")


def test_a_stop_for_texts_leaves_mail_alone():
    assert bars(("opted_out", BEFORE), point=EMAIL).why("email", EMAIL) is None


def test_who_says_start_is_written_to_again():
    story = story_under(bars(("opted_out", BEFORE), ("allowed", BEFORE + 1)), emails=())
    assert [claim.channel for claim in story.claims] == ["sms"]


def test_a_barred_customer_is_looked_at_again_the_next_day():
    story = story_under(bars(("opted_out", BEFORE)), emails=())
    assert story.last.wake_at - story.now <= 24 * 3600 * 1000


def test_a_message_that_came_back_before_the_stop_does_not_hide_it():
    assert why(bars(("opted_out", BEFORE), ("unreachable", BEFORE + 1))) == "opted_out"


def test_what_can_arrive_again_is_written_to_again():
    assert why(bars(("unreachable", BEFORE), ("reachable", BEFORE + 1))) is None


def test_a_message_under_way_is_not_held_for_what_came_back_before():
    assert bars(("unreachable", BEFORE)).why("sms", PHONE) is None


def test_nothing_is_barred_where_nothing_was_said():
    assert not PointBars(KEY)
    assert PointBars(KEY).code("email", EmailPoint(EMAIL, "private"), EMAIL) is None


def test_a_repetition_changes_nothing():
    made = bars(("opted_out", BEFORE))
    assert not made.state(digest(PHONE, KEY), PointStated("sms", "opted_out", BEFORE, "/test", str(BEFORE)))


def test_a_yes_is_news_only_where_somebody_said_no():
    assert [bars(("opted_out", BEFORE)).knows(digest(PHONE, KEY), "sms"), PointBars(KEY).knows(b"x", "sms")] == [
        True,
        False,
    ]


WORDS = st.lists(
    st.tuples(st.sampled_from(["opted_out", "review", "allowed", "unreachable", "reachable"]), st.integers(1, 50)),
    unique_by=lambda word: word[1],
    max_size=8,
)


@given(WORDS, st.randoms())
def test_the_order_of_arrival_does_not_matter(words, rnd):
    shuffled = [*words, *words]
    rnd.shuffle(shuffled)
    assert why(bars(*words)) == why(bars(*shuffled))


@given(WORDS)
def test_the_latest_word_of_its_owner_holds(words):
    own = [word for word in words if word[0] in {"opted_out", "review", "allowed"}]
    latest = max(own, key=lambda word: word[1], default=("allowed", 0))[0]
    told = {"opted_out": "opted_out", "review": "objection_unread", "allowed": None}
    assert bars(*own).why("sms", PHONE) == told[latest]
