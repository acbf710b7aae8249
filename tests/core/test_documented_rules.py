"""Who is contacted, when and how, as the source documents require: each test names its line of deploy/requirements.md."""

from functools import cache
from pathlib import Path

import pytest

from dispatcher.core.policy import Policy, parse
from dispatcher.core.rules import Case
from dispatcher.core.stages import standing
from dispatcher.core.tiers import tier_for
from dispatcher.core.zones import Place
from schemas.inbox import (
    AttemptAccepted,
    ConsentChanged,
    ContactReported,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    PhonePoint,
    PlanAgreed,
    PromiseMade,
)
from tests.core.builders import EMAIL, HOUR, PHONE, Story, at, day, due, known, overdue, paid, policy, profile

EXAMPLE = Path(__file__).parents[2] / "deploy" / "policy.example.toml"
BERLIN = Place(("Europe/Berlin",), "DE", None)
TUESDAY = "2026-03-10"
WEDNESDAY = "2026-03-11 11:00"
YEAR_LATER = "2027-03-10 12:00"


@cache
def example() -> Policy:
    parsed = parse(EXAMPLE.read_text("utf-8"))
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


def lived(story: Story, *facts, until: str) -> list[tuple[str, str]]:
    """(stage, channel) of every contact."""
    story.hear(*facts)
    story.until(until)
    return [(claim.stage.id, claim.channel) for claim in story.claims]


def reminded(**changes) -> Story:
    """A customer who has just been reminded of an overdue invoice."""
    story = known(start=WEDNESDAY, **changes)
    story.hear(overdue())
    return story


def test_customers_are_warned_before_the_due_date():
    """S1"""
    story = known(start="2026-03-02 10:00")
    lived(story, due(due_on=TUESDAY), until="2026-03-09 23:00")
    assert [claim.stage.phase for claim in story.claims] == ["pre_due"]


@pytest.mark.parametrize("told_on", ["2026-03-11", "2026-03-13", "2026-03-17"])
def test_the_first_contact_is_made_within_five_working_days(told_on: str):
    """S2"""
    story = known(start=f"{told_on} 11:00")
    story.hear(overdue(due_on=TUESDAY))
    assert [claim.stage.id for claim in story.claims] == ["first"]


def test_after_five_working_days_the_first_contact_is_said_to_be_missed():
    """S2"""
    story = known(start="2026-03-18 11:00")
    story.hear(overdue(due_on=TUESDAY))
    assert ("suppressed", "missed_stage", "first") in story.said()


def test_stages_come_from_the_mildest_to_the_most_severe():
    """S3"""
    story = known(start="2026-03-02 10:00")
    stages = lived(story, due(due_on=TUESDAY), until="2026-03-11 08:00")
    story.hear(overdue(due_on=TUESDAY))
    stages = lived(story, until=YEAR_LATER)
    assert [stage for stage, _ in stages] == ["early", "today", "first", "notice", "call"]


@pytest.mark.parametrize(("days", "stage"), [(30, "class_1_30"), (31, "class_31_60"), (60, "class_31_60"), (61, "61")])
def test_overdue_classes_are_1_to_30_31_to_60_and_61_on(days: int, stage: str):
    """S4"""
    rules = example()
    done = tuple((0, each.id) for each in rules.stages if each.mandatory)
    where = standing(rules, BERLIN, 0, done, days, True)
    assert where.due is not None
    assert stage in where.due.id


def test_the_middle_stage_is_counted_from_the_due_date_not_from_the_first_contact():
    """S5"""
    story = known(start="2026-03-17 11:00")
    lived(story, overdue(due_on=TUESDAY), until="2026-03-31 12:00")
    assert [(each.stage.id, each.days_overdue) for each in story.claims] == [("first", 7), ("notice", 14)]


def test_the_middle_class_is_contacted_by_people():
    """S5"""
    (middle,) = [each for each in example().stages if each.id == "class_31_60"]
    assert middle.ladders["standard"][0] == "call_task"


def test_the_severe_class_has_a_special_team_and_a_formal_tone():
    """S6"""
    (severe,) = [each for each in example().stages if each.id == "class_61_plus"]
    assert (severe.responsible, severe.tone) == ("special-team", "formal")


TIERS = {
    "importance": (profile(tier="vip"), 1, {"EUR": 5000}, ("gentle", "tiers.stated_vip")),
    "overdue degree": (profile(), 61, {"EUR": 5000}, ("intense", "tiers.long_overdue")),
    "risk score and amount": (profile(risk_score=70.0), 1, {"EUR": 100_000}, ("intense", "tiers.risky_and_large")),
    "credit grade": (profile(credit_grade="D"), 1, {"EUR": 5000}, ("intense", "tiers.poor_credit")),
    "none of them": (profile(), 1, {"EUR": 5000}, ("standard", "tiers.default")),
}


@pytest.mark.parametrize("by", TIERS)
def test_a_tier_is_given_by_the_state_of_the_debt_and_the_customer(by: str):
    """S8"""
    person, days, amounts, expected = TIERS[by]
    tier = tier_for(example(), Case(person, days, amounts))
    assert (tier.name, tier.rule) == expected


def test_a_plan_names_method_time_and_responsible_person():
    """S9"""
    story = known(start="2026-03-02 10:00")
    story.hear(due(due_on="2026-03-12"))
    planned = story.records[-1]
    story.until("2026-03-09 12:00")
    made = next(each for each in story.records if each.result == "claimed")
    assert (planned.planned_for, planned.responsible, made.channel) == (made.at, "desk", "sms")


def test_regular_reminders_go_by_sms():
    """S11"""
    assert lived(reminded(), until=WEDNESDAY) == [("first", "sms")]


def test_who_cannot_be_reached_by_sms_gets_an_email():
    """S10"""
    assert lived(reminded(phones=()), until=WEDNESDAY) == [("first", "email")]


def test_the_severe_stage_is_a_call_by_a_person():
    """S10"""
    story = known(start="2026-04-09 11:00")
    lived(story, overdue(due_on=TUESDAY), until="2026-04-20 12:00")
    assert ("call", "call_task") in [(claim.stage.id, claim.channel) for claim in story.claims]


def test_the_tone_only_grows_firmer():
    """S13"""
    order = ("friendly", "firm", "formal")
    tones = [order.index(each.tone) for each in example().stages]
    assert tones == sorted(tones)


def test_the_policy_sets_the_frequency():
    """S14"""
    story = reminded()
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(overdue("I-2"))
    assert story.verdict == ("deferred", "min_gap", "first")


def test_the_policy_sets_the_hours():
    """S14 and S15"""
    story = known(start="2026-03-11 21:00")
    story.hear(overdue())
    assert story.verdict == ("deferred", "quiet_hours", "first")


def test_nobody_is_harassed_however_many_invoices_there_are():
    """S15"""
    story = known(policy(("min_gap_hours = 20", "min_gap_hours = 0")), WEDNESDAY)
    for number in range(9):
        story.now += HOUR // 4
        story.hear(overdue(f"I-{number}"))
        story.hear(*(AttemptAccepted(each, "p", "r") for each in story.last.open_claims))
    assert len(story.claims) <= 3


def test_an_agreed_plan_changes_the_contacts():
    """S16"""
    story = known(start=WEDNESDAY)
    story.hear(PlanAgreed("PL-1", ("I-1",), "EUR", ()), overdue())
    assert story.verdict == ("suppressed", "plan", "first")


def test_a_promised_date_is_waited_for_and_followed_up():
    """S17"""
    story = known(start=WEDNESDAY)
    story.hear(PromiseMade("P-1", ("I-1",), 5000, "EUR", day("2026-03-13")), overdue())
    story.until("2026-03-20 12:00")
    assert [claim.claimed_at >= at("2026-03-15 23:00") for claim in story.claims] == [True]


def test_what_a_caller_reports_is_recorded_with_the_task():
    """S18"""
    story = known(start="2026-04-20 11:00")
    lived(story, overdue(due_on=TUESDAY), until="2026-04-22 12:00")
    task = story.claims[-1]
    report = ContactReported(
        "call_task", "outbound", story.now, "desk", "promise", "right_party", None, task.attempt_id
    )
    story.hear(report)
    told = next(each for each in story.records if each.reasons[0].code == "reported")
    assert (told.result, told.attempt_id, told.reasons[0].inputs) == (
        "delivered",
        task.attempt_id,
        {"detail": "promise"},
    )


def test_who_cannot_pay_for_now_is_left_alone_and_who_will_not_is_not():
    """S19"""
    unable, unwilling = known(start=WEDNESDAY), known(start=WEDNESDAY)
    unable.hear(HoldPlaced("H-1", "customer", "hardship", None, at("2026-06-01 00:00")), overdue())
    unwilling.hear(overdue())
    assert (len(unable.claims), len(unwilling.claims)) == (0, 1)


def test_a_consumer_is_not_contacted_at_work():
    """S20"""
    story = known(start=WEDNESDAY, emails=(), phones=(PhonePoint(PHONE, "work"),))
    story.hear(overdue())
    assert story.verdict == ("suppressed", "no_reachable_channel", "first")


def test_a_complaint_pauses_everything_until_it_is_dealt_with():
    """S21"""
    story = known(start=WEDNESDAY)
    story.hear(HoldPlaced("H-1", "customer", "complaint"), overdue())
    paused = len(story.claims)
    story.hear(HoldReleased("H-1"))
    assert (paused, len(story.claims)) == (0, 1)


def test_a_payment_ends_what_was_on_its_way():
    """S22"""
    story = reminded()
    story.hear(paid())
    assert story.last.withdrawn == (story.claims[0].attempt_id,)


def test_a_payment_ends_what_was_planned():
    """S22"""
    story = known(start="2026-03-02 10:00")
    story.hear(due(due_on=TUESDAY), paid())
    assert (story.verdict, story.last.wake_at) == (("cancelled", "paid", None), None)


def test_customers_get_plans_of_their_own_without_anybody_deciding():
    """S25"""
    plans = [
        lived(reminded(), until=YEAR_LATER),
        lived(reminded(phones=()), until=YEAR_LATER),
        lived(reminded(channels=("email",)), until=YEAR_LATER),
    ]
    assert plans[0] != plans[1] != plans[2] != plans[0]


def test_customers_choose_their_channel():
    """S44"""
    assert lived(reminded(channels=("email",)), until=WEDNESDAY) == [("first", "email")]


def test_an_objection_is_heard():
    """S44"""
    story = known(start=WEDNESDAY)
    story.hear(ConsentChanged(PHONE, "sms", False, "reply"), overdue())
    assert story.claims[0].contact_point == EMAIL


def test_feedback_is_recorded():
    """S44 and S38"""
    story = reminded()
    story.hear(FeedbackGiven(2, "sms", "too often"))
    assert story.records[-1].reasons[0].rule == "feedback.given"
