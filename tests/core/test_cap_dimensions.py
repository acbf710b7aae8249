"""What a cap counts, within what, in which time, and the pause after an event: one ledger, held against a naive recount."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.core.caps import Asked, limit
from dispatcher.core.policy_caps import compiled_caps
from dispatcher.core.policy_text import CapText, CooldownText
from dispatcher.core.zones import place_of
from schemas.inbox import AttemptAccepted, AttemptRejected, ContactReported
from schemas.state import Contact
from tests.core.builders import DAY, HOUR, at, due, known, overdue, policy

BERLIN = place_of("Europe/Berlin", "DE", None)
CALL, SMS, MAIL = "call_task", "sms", "email"
NOW = at("2026-03-11 12:00")


def entry(name="x.1", when=NOW - HOUR, *, channel=CALL, became="claimed", creditor="default", debts=("I-1",), **more):
    return Contact(name, when, channel, "first", creditor, debts, became, when, **more)


def held(rules, *entries, channel=CALL, creditor="default", debts=("I-1",), point="p", under_way=(), now=NOW):
    return limit(rules, entries, Asked(channel, creditor, debts, point), BERLIN, now, under_way)


def cap(most=1, window="7d", **more):
    return compiled_caps([CapText("c", most, window, **more)], [])


def cooldown(after, hours=24, **more):
    return compiled_caps([], [CooldownText("d", after, hours, **more)])


COUNTS = {
    "claimed": ("claims", "attempts", "contacts"),
    "refused": ("claims",),
    "unanswered": ("claims", "attempts"),
    "reached": ("claims", "attempts", "contacts"),
    "conversation": ("claims", "attempts", "contacts", "conversations"),
}


@pytest.mark.parametrize("became", COUNTS)
def test_each_outcome_counts_as_what_it_was(became):
    kinds = ("claims", "attempts", "contacts", "conversations")
    found = tuple(kind for kind in kinds if held(cap(counts=kind), entry(became=became)))
    assert found == COUNTS[became]


def test_a_call_that_may_still_be_made_may_become_a_conversation():
    rules = cap(counts="conversations")
    assert [held(rules, entry(), under_way=ids) is None for ids in (("x.1",), ())] == [False, True]


def test_a_call_of_the_customer_counts_as_a_conversation_and_as_nothing_else():
    rung = entry(became="conversation", inbound=True)
    found = [kind for kind in ("claims", "attempts", "contacts", "conversations") if held(cap(counts=kind), rung)]
    assert found == ["conversations"]


SCOPES = {
    "person": ({"creditor": "other", "debts": ("I-9",)}, True),
    "creditor": ({"creditor": "default", "debts": ("I-9",)}, True),
    "account": ({"creditor": "default", "debts": ("I-9",)}, True),
    "debt": ({"creditor": "default", "debts": ("I-1", "I-2")}, True),
    "another creditor": ({"creditor": "other", "debts": ("I-1",)}, False),
    "another debt": ({"creditor": "default", "debts": ("I-9",)}, False),
}


@pytest.mark.parametrize("scope", SCOPES)
def test_a_cap_counts_within_its_scope(scope):
    about, counted = SCOPES[scope]
    rules = cap(scope={"another creditor": "creditor", "another debt": "debt"}.get(scope, scope))
    assert (held(rules, entry(**about)) is not None) == counted


def test_each_debt_of_a_contact_needs_room():
    rules = cap(2, scope="debt")
    entries = (entry("x.1", debts=("I-1",)), entry("x.2", debts=("I-2",)), entry("x.3", debts=("I-2",)))
    assert [held(rules, *entries, debts=ids) is None for ids in (("I-1",), ("I-1", "I-2"))] == [True, False]


def test_a_cap_of_a_contact_point_counts_that_point_and_what_may_have_been_there():
    rules = cap(scope="point")
    found = [held(rules, entry(point=point), point="p") is None for point in ("p", "q", "")]
    assert found == [False, True, False]


def test_a_report_without_invoices_counts_for_every_debt():
    assert held(cap(scope="debt"), entry(debts=())) is not None


def test_a_report_without_a_creditor_counts_for_every_creditor():
    assert held(cap(scope="creditor"), entry(creditor=None)) is not None


def test_what_was_told_later_counts_from_when_it_happened():
    told = Contact("x.1", NOW - 8 * DAY, CALL, "first", "default", ("I-1",), "conversation", NOW - 6 * DAY)
    assert [held(cap(counts=kind), told) is None for kind in ("claims", "conversations")] == [True, False]


def test_a_minimum_gap_of_a_cap_is_kept_between_what_it_counts():
    rules = cap(2, min_gap_hours=48)
    reached = held(rules, entry(when=NOW - 47 * HOUR))
    assert (reached.code, reached.rule, reached.until) == ("min_gap", "caps.c.min_gap_hours", NOW + HOUR)


def test_the_gap_of_a_cap_ends_to_the_millisecond():
    rules = cap(2, min_gap_hours=48)
    assert held(rules, entry(when=NOW - 48 * HOUR)) is None


def test_a_cool_down_bars_its_channels_after_its_event():
    rules = cooldown("conversation", channels=(CALL,))
    talked = entry(became="conversation")
    found = [held(rules, talked, channel=channel) for channel in (CALL, SMS)]
    assert (found[0].code, found[0].rule, found[0].until, found[1]) == (
        "cool_down",
        "cooldowns.d",
        NOW + 23 * HOUR,
        None,
    )


def test_a_cool_down_starts_with_the_channels_that_it_names():
    rules = cooldown("contact", channels=(MAIL,), after_channels=(SMS,))
    found = [held(rules, entry(channel=channel), channel=MAIL) is None for channel in (SMS, CALL)]
    assert found == [False, True]


# --- The same in the life of a customer -------------------------------------------------------------------------------


def report(outcome="no_answer", contact_class="none", when=NOW, direction="outbound", channel=CALL, **more):
    return ContactReported(channel, direction, when, "desk", outcome, contact_class, **more)


CALLED = policy(
    ('default = ["sms", "email"], intense = ["email"]', 'default = ["call_task"]'),
    ("min_gap_hours = 20", "min_gap_hours = 0"),
    ('window = "7d"', 'window = "7d"\ncounts = "conversations"'),
    ("max = 3", "max = 1"),
)


def called():
    """A customer for whom a call task is open since 2026-03-11 12:00."""
    story = known(CALLED, "2026-03-11 12:00")
    story.hear(overdue())
    assert [claim.channel for claim in story.claims] == [CALL]
    return story


def next_day(story):
    story.go("2026-03-12 10:00")
    story.hear(overdue("I-2", "2026-03-11"))
    return story.records[-1].result, story.records[-1].reasons[-1].code


def test_a_call_that_reached_nobody_is_no_conversation():
    story = called()
    story.hear(report(task_id=story.claims[0].attempt_id))
    assert next_day(story) == ("accepted", "due")


def test_a_conversation_on_the_phone_is_one():
    story = called()
    story.hear(report("promise", "right_party", task_id=story.claims[0].attempt_id))
    assert next_day(story) == ("deferred", "cap")


def test_a_call_of_the_customer_is_a_conversation():
    story = known(CALLED, "2026-03-11 12:00")
    story.hear(report("question", "right_party", direction="inbound"))
    assert next_day(story) == ("deferred", "cap")


def test_a_second_call_for_a_task_is_an_attempt_of_its_own():
    story = called()
    task = story.claims[0].attempt_id
    story.hear(report(task_id=task), report(task_id=task, when=NOW + HOUR))
    assert [each.became_at for each in story.customer.contacts] == [NOW, NOW + HOUR]


def test_a_report_about_a_task_that_comes_again_counts_once():
    story = called()
    told = report(task_id=story.claims[0].attempt_id)
    story.hear(told, told)
    assert len(story.customer.contacts) == 1


def test_a_provider_that_could_not_deliver_says_so_of_our_own_entry():
    story = known(start="2026-03-10 10:00")
    story.hear(due())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(report("undelivered", channel=SMS, contact_id=story.claims[0].contact_id))
    assert [each.became for each in story.customer.contacts] == ["unanswered"]


def test_a_refused_attempt_stays_a_claim():
    story = known(start="2026-03-10 10:00")
    story.hear(due())
    story.hear(AttemptRejected(story.claims[0].attempt_id, "p", "recipient", "21614"))
    assert [each.became for each in story.customer.contacts] == ["refused", "claimed"]


def test_reports_alone_never_fill_the_ledger():
    story = known()
    for number in range(100):
        story.hear(report(when=NOW + number))
    assert len(story.customer.contacts) == 8


def test_the_ledger_knows_a_contact_point_only_by_a_digest():
    rules = policy(("max = 3", 'max = 3\nscope = "point"'))
    story = known(rules, "2026-03-10 10:00")
    story.hear(due())
    point = story.customer.contacts[0].point
    assert (len(point), "447700900001" in point) == (16, False)


# --- A law ------------------------------------------------------------------------------------------------------------

START = at("2026-03-20 00:00")
entries = st.lists(
    st.builds(
        lambda name, when, channel, became, later, creditor, debts, point, inbound: Contact(
            name, when, channel, "s", creditor, debts, became, when + later, point, inbound
        ),
        st.sampled_from(("a.1", "b.1", "c.1")),
        st.integers(0, 60 * 24).map(lambda hour: START + hour * HOUR // 2),
        st.sampled_from((CALL, SMS, MAIL)),
        st.sampled_from(tuple(COUNTS)),
        st.sampled_from((0, 5 * HOUR)),
        st.sampled_from(("one", "two", None)),
        st.sampled_from((("I-1",), ("I-1", "I-2"), ("I-3",), ())),
        st.sampled_from(("p", "q", "")),
        st.booleans(),
    ),
    max_size=8,
)
texts = st.builds(
    CapText,
    st.just("c"),
    st.integers(1, 3),
    st.sampled_from(("5h", "24h", "7d", "calendar_day", "calendar_week", "calendar_month")),
    st.sampled_from(((CALL,), (SMS, MAIL), (CALL, SMS, MAIL))),
    st.sampled_from(("claims", "attempts", "contacts", "conversations")),
    st.sampled_from(("person", "creditor", "debt", "point")),
)
askings = st.builds(
    Asked,
    st.sampled_from((CALL, SMS, MAIL)),
    st.sampled_from(("one", "two")),
    st.sampled_from((("I-1",), ("I-2", "I-3"))),
    st.sampled_from(("p", "q")),
)
instants = st.integers(0, 35 * 24 * 2).map(lambda half: START + half * HOUR // 2)


def full(text, ledger, asked, now, open_ids) -> bool:
    """A recount by hand: is some thing that the cap speaks of used up at this instant?"""
    if asked.channel not in text.channels:
        return False
    debts = asked.invoice_ids if text.scope == "debt" else (None,)
    return any(sum(naive(text, each, asked, debt, now, open_ids) for each in ledger) >= text.max for debt in debts)


def naive(text, each, asked, debt, now, open_ids) -> bool:  # noqa: PLR0917
    rank = {"claims": 0, "attempts": 1, "contacts": 2, "conversations": 3}[text.counts]
    reached = {"refused": 0, "unanswered": 1, "reached": 2, "claimed": 2, "conversation": 3}[each.became]
    if each.became == "claimed" and each.channel == CALL and each.attempt_id in open_ids:
        reached = 3
    if each.inbound and text.counts != "conversations":
        return False
    if each.channel not in text.channels or reached < rank:
        return False
    if text.scope == "creditor" and each.creditor_id not in (None, asked.creditor_id):
        return False
    if text.scope == "point" and each.point and each.point != asked.point:
        return False
    if debt is not None and each.invoice_ids and debt not in each.invoice_ids:
        return False
    when = each.at if text.counts == "claims" else each.became_at
    return same_period(text.window, when, now)


def same_period(window, when, now) -> bool:
    """In the window that ends at `now`, or later."""
    if window[0].isdigit():
        return when > now - int(window[:-1]) * (HOUR if window[-1] == "h" else DAY)
    then, today = (
        datetime.fromtimestamp(each / 1000, UTC).astimezone(ZoneInfo("Europe/Berlin")) for each in (when, now)
    )
    if window == "calendar_day":
        return then.date() >= today.date()
    if window == "calendar_week":
        return then.isocalendar()[:2] >= today.isocalendar()[:2]
    return (then.year, then.month) >= (today.year, today.month)


@given(texts, entries, askings, instants, st.sampled_from(((), ("a.1", "b.1"))))
def test_a_cap_holds_back_exactly_what_a_recount_says(text, ledger, asked, now, open_ids):
    found = limit(compiled_caps([text], []), ledger, asked, BERLIN, now, open_ids)
    assert (found is not None) == full(text, ledger, asked, now, open_ids)


@given(texts, entries, askings, instants)
def test_a_cap_allows_from_the_instant_that_it_names_and_not_before(text, ledger, asked, now):
    found = limit(compiled_caps([text], []), ledger, asked, BERLIN, now, ())
    if found is not None:
        assert found.until > now
        assert full(text, ledger, asked, found.until - 1, ())
        later = max((each.at + 6 * HOUR for each in ledger), default=0)
        assert later > found.until or not full(text, ledger, asked, found.until, ())
