"""By which channel, at which number or address."""

import pytest

from dispatcher.core.policy import parse
from dispatcher.core.rules import Case
from dispatcher.core.tiers import tier_for
from schemas.inbox import ConsentChanged, EmailPoint, HoldPlaced, PhonePoint
from tests.core.builders import EMAIL, PHONE, POLICY, at, due, known, overdue, policy, profile

NOON = "2026-03-11 11:00"
OTHER = "+447700900002"

CHOICES = {
    "the ladder's first": ({}, ("sms", PHONE)),
    "the customer's own order within the ladder": ({"channels": ("email", "sms")}, ("email", EMAIL)),
    "a channel that is not in the ladder does not count": ({"channels": ("call_task",)}, ("sms", PHONE)),
    "a blocked channel is left out": ({"blocked_channels": ("sms",)}, ("email", EMAIL)),
    "a landline gets no text": ({"phones": (PhonePoint(PHONE, "landline"),)}, ("email", EMAIL)),
    "a mobile comes before other phones": (
        {"phones": (PhonePoint(OTHER, "other"), PhonePoint(PHONE, "mobile"))},
        ("sms", PHONE),
    ),
    "a consumer is not reached at work": (
        {"phones": (), "emails": (EmailPoint("w@x.example", "work"), EmailPoint(EMAIL, "private"))},
        ("email", EMAIL),
    ),
    "a business is reached at work": (
        {"party": "business", "phones": (), "emails": (EmailPoint("w@x.example", "work"),)},
        ("email", "w@x.example"),
    ),
}


@pytest.mark.parametrize("what", CHOICES)
def test_the_channel_is(what):
    changes, expected = CHOICES[what]
    story = known(start=NOON, **changes)
    story.hear(overdue())
    assert [(claim.channel, claim.contact_point) for claim in story.claims] == [expected]


def test_an_objection_at_one_number_leaves_the_other():
    story = known(start=NOON, phones=(PhonePoint(PHONE, "mobile"), PhonePoint(OTHER, "mobile")))
    story.hear(ConsentChanged(PHONE, "sms", False, "reply"), overdue())
    assert story.claims[0].contact_point == OTHER


def test_an_objection_to_one_channel_leaves_the_other():
    story = known(start=NOON)
    story.hear(ConsentChanged(PHONE, "sms", False, "reply"), overdue())
    assert story.claims[0].channel == "email"


def test_a_held_contact_point_is_left_out():
    story = known(start=NOON)
    story.hear(HoldPlaced("H", "contact_point", "manual", PHONE), overdue())
    assert story.claims[0].channel == "email"


def test_a_contact_point_is_used_again_when_its_hold_ends():
    story = known(start=NOON, emails=())
    story.hear(HoldPlaced("H", "contact_point", "manual", PHONE, at("2026-03-11 13:00")), overdue())
    story.until("2026-03-11 14:00")
    assert [claim.claimed_at for claim in story.claims] == [at("2026-03-11 13:00")]


CONSENT = policy(("required = []", 'required = ["sms"]'))


def test_where_consent_is_required_a_given_one_suffices():
    story = known(CONSENT, NOON)
    story.hear(ConsentChanged(PHONE, "sms", True, "web"), overdue())
    assert story.claims[0].channel == "sms"


def test_where_consent_is_required_an_accepted_basis_suffices():
    story = known(CONSENT, NOON, phones=(PhonePoint(PHONE, "mobile", "contract"),))
    story.hear(overdue())
    assert story.claims[0].channel == "sms"


def test_where_consent_is_required_its_absence_leads_to_the_next_channel():
    story = known(CONSENT, NOON)
    story.hear(overdue())
    assert story.claims[0].channel == "email"


def test_every_reason_against_every_channel_is_told_the_weightiest_first():
    story = known(start=NOON, blocked_channels=("sms",))
    story.hear(ConsentChanged(EMAIL, "email", False, "link"), overdue())
    assert [reason.code for reason in story.records[-1].reasons] == ["blocked_channel", "opted_out"]


def test_where_the_customer_may_not_choose_the_ladder_decides():
    story = known(start="2026-03-26 11:00", channels=("sms", "email"))
    story.hear(overdue())
    assert (story.claims[0].stage.id, story.claims[0].channel) == ("notice", "email")


RULES = {
    "stated_tiers": ('stated_tiers = ["vip"]', {"tier": "vip"}, {"tier": "other"}),
    "segments": ('segments = ["s"]', {"segment": "s"}, {}),
    "credit_grades": ('credit_grades = ["D"]', {"credit_grade": "D"}, {"credit_grade": "A"}),
    "party": ('party = "business"', {"party": "business"}, {}),
    "min_risk_score": ("min_risk_score = 70", {"risk_score": 70.0}, {"risk_score": 69.9}),
    "no risk score": ("min_risk_score = 0", {"risk_score": 0.0}, {}),
}


@pytest.mark.parametrize("what", RULES)
def test_a_tier_rule_about_the_customer(what):
    text, holds, fails = RULES[what]
    rules = parse(POLICY.replace("min_amount = { EUR = 100000 }", text))
    found = [tier_for(rules, Case(profile(**each), 0, {})).name for each in (holds, fails)]
    assert found == ["intense", "standard"]


DEBTS = {
    "min_days_overdue": ("min_days_overdue = 30", (30, {}), (29, {})),
    "max_days_overdue": ("max_days_overdue = 30", (30, {}), (31, {})),
    "min_amount": ("min_amount = { EUR = 500 }", (0, {"EUR": 500}), (0, {"EUR": 499, "USD": 9999})),
    "both": ("min_days_overdue = 30, min_amount = { EUR = 500 }", (30, {"EUR": 500}), (30, {"EUR": 1})),
}


@pytest.mark.parametrize("what", DEBTS)
def test_a_tier_rule_about_the_debt(what):
    text, holds, fails = DEBTS[what]
    rules = parse(POLICY.replace("min_amount = { EUR = 100000 }", text))
    assert [tier_for(rules, Case(profile(), *each)).name for each in (holds, fails)] == ["intense", "standard"]


def test_tier_and_rule_are_in_the_journal():
    story = known(start=NOON)
    story.hear(due(amount=100_000, overdue=True))
    record = story.records[-1]
    assert (record.tier, record.tier_rule) == ("intense", "tiers.large")
