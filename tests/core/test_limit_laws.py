"""Limits as laws of whole lives: every claim is held against a recount that knows nothing of the ledger."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.inbox import ContactReported, PhonePoint
from tests.core import test_laws as laws
from tests.core.builders import DAY, HOUR, PHONE, policy, profile
from tests.core.test_laws import bills, live, moments, released
from tests.core.test_presets import EVERY

RULES = policy(
    ("min_gap_hours = 20", 'min_gap_hours = 0\npresets = ["us-ma", "us-fl"]\nreserve_for_mandatory = true'),
    ('id = "total_week"\nmax = 3\nwindow = "7d"', 'id = "debt"\nmax = 1\nwindow = "5d"\nscope = "debt"'),
    (
        'id = "sms_day"\nmax = 1\nwindow = "24h"\nchannels = ["sms"]',
        (
            'id = "account"\nmax = 2\nwindow = "10d"\nscope = "account"\ncounts = "attempts"\nmin_gap_hours = 30\n\n'
            '[[cooldowns]]\nid = "talk"\nafter = "conversation"\nhours = 100\nchannels = ["call_task", "sms"]'
        ),
    ),
)
ZONES = {"US-MA": "America/New_York", "US-FL": "America/Chicago"}
NUMBERS = {"+16175550100": "America/New_York", "+14155550100": "America/Los_Angeles", PHONE: "Europe/London"}

residents = st.builds(
    lambda region, number: profile(
        country="US", region=region, timezone=ZONES[region], phones=(PhonePoint(number, "mobile"),)
    ),
    st.sampled_from(tuple(ZONES)),
    st.sampled_from(tuple(NUMBERS)),
)
talks = st.lists(
    st.tuples(
        moments,
        st.builds(
            lambda direction, channel: (direction, channel),
            st.sampled_from(("inbound", "outbound")),
            st.sampled_from(EVERY),
        ),
    ),
    max_size=4,
)


def told(when, direction, channel):
    return ContactReported(channel, direction, when, "desk", "talked", "right_party", invoice_ids=("I-2",))


@pytest.fixture(scope="module", autouse=True)
def rules():
    laws.POLICIES["limits"] = RULES
    yield
    del laws.POLICIES["limits"]


def lived(who, bill, said):
    reports = [(when, told(when, *what)) for when, what in said]
    history = laws.life(who, bill, reports)
    story = live("limits", history, ())
    given_back = released(story)
    heard = [(when, fact) for when, fact in history if isinstance(fact, ContactReported)]
    return [each for each in story.claims if each.attempt_id not in given_back], heard


@given(residents, bills, talks)
def test_no_debt_and_no_account_is_contacted_more_often_than_its_caps_allow(who, bill, said):
    claims, reports = lived(who, bill, said)
    for claim in claims:
        now = claim.claimed_at
        debts = {name for name, _ in claim.invoices}
        before = [(c.claimed_at, c.creditor_id, {n for n, _ in c.invoices}) for c in claims if c.claimed_at < now]
        known = [each for heard, each in reports if heard <= now and each.direction == "outbound"]
        others = [(each.at, None, {"I-2"}) for each in known]
        past = [*before, *others]
        for debt in debts:
            assert not any(now - 5 * DAY < when and debt in about for when, _, about in past)
        account = [when for when, creditor, _ in past if creditor in (None, claim.creditor_id)]
        assert sum(when > now - 10 * DAY for when in account) < 2
        assert all(when <= now - 30 * HOUR for when in account)


@given(residents, bills, talks)
def test_nobody_is_called_or_texted_while_a_talk_is_recent(who, bill, said):
    claims, reports = lived(who, bill, said)
    for claim in claims:
        if claim.channel != "email":
            known = [each.at for heard, each in reports if heard <= claim.claimed_at]
            assert all(when <= claim.claimed_at - 100 * HOUR for when in known)


@given(residents, bills, talks)
def test_every_claim_lies_in_the_hours_of_law_on_every_clock(who, bill, said):
    claims, _ = lived(who, bill, said)
    for claim in claims:
        if claim.stage.phase == "pre_due" or (claim.channel == "email" and who.region == "US-FL"):
            continue
        for zone in {who.timezone, NUMBERS[who.phones[0].number]}:
            for instant in (claim.claimed_at, claim.not_after - 1):
                clock = datetime.fromtimestamp(instant / 1000, UTC).astimezone(ZoneInfo(zone))
                assert 8 <= clock.hour < 21, (claim, zone, clock)
