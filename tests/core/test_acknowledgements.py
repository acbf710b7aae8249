"""S23: who has paid or agreed on a plan is told that it was received; once, politely, in the ordinary hours and limits."""

import pytest

from dispatcher.core.claim import PaymentReceived, PlanNoted
from dispatcher.core.policy import PolicyProblems, parse
from schemas.inbox import (
    AttemptAccepted,
    AttemptInDoubt,
    AttemptRejected,
    AttemptReleased,
    ConsentChanged,
    HoldPlaced,
    InstalmentDue,
    PlanAgreed,
    PlanCancelled,
    PromiseMade,
)
from tests.core.builders import (
    EMAIL,
    HOUR,
    POLICY,
    Story,
    arrival,
    conditions,
    day,
    due,
    known,
    local,
    paid,
    policy,
    stage_text,
    with_stages,
)

SECTION = """
[acknowledgements]
of = ["partial_payment", "full_payment", "plan"]
channels = ["email", "sms"]
responsible = "thanks-desk"
within_hours = 48

[consent]"""
ASKED = policy(("\n[consent]", SECTION))
NOON = "2026-03-02 11:00"  # noon of a Monday in Berlin; the invoice falls due on Tuesday of the week after
NIGHT = "2026-03-02 22:30"


def asking(*of: str):
    listed = ", ".join(f'"{each}"' for each in of)
    return policy(("\n[consent]", SECTION.replace('"partial_payment", "full_payment", "plan"', listed)))


def owing(rules=ASKED, start=NOON, invoices=None, **more) -> Story:
    """A customer with one invoice of 50.00, of whom nothing is due."""
    story = known(rules, start, **more)
    story.hear(*(invoices or [due()]))
    story.now += 1000
    return story


def thanked(story: Story) -> list[tuple]:
    return [(each.stage.id, each.channel, each.acknowledges) for each in story.claims if each.acknowledges]


def accept(story: Story) -> None:
    story.hear(*(AttemptAccepted(each, "stand-in", "ref") for each in story.last.open_claims))


def payment(amount: int, currency="EUR", channel="email") -> tuple:
    return ("acknowledgement", channel, PaymentReceived(amount, currency))


def agreed(*amounts: int, name="PL-1", ids=("I-1",)) -> PlanAgreed:
    return PlanAgreed(
        name,
        ids,
        "EUR",
        tuple(InstalmentDue(day("2026-04-20") + 30 * n, amount) for n, amount in enumerate(amounts)),
    )


def test_s23_a_partial_payment_is_acknowledged_with_its_amount():
    story = owing()
    story.hear(paid(amount_due=2000))
    assert thanked(story) == [payment(3000)]


def test_s23_a_full_payment_is_acknowledged():
    story = owing()
    story.hear(paid())
    assert thanked(story) == [payment(5000)]


def test_s23_an_agreed_plan_is_acknowledged_with_its_instalments_in_order():
    story = owing()
    story.hear(agreed(2000, 3000))
    noted = PlanNoted((InstalmentDue(day("2026-04-20"), 2000), InstalmentDue(day("2026-05-20"), 3000)), "EUR")
    assert thanked(story) == [("plan_agreed", "email", noted)]


def test_nothing_is_acknowledged_where_the_policy_does_not_ask_for_it():
    story = owing(policy())
    story.hear(paid(amount_due=2000), agreed(2000))
    assert story.claims == []


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("partial_payment", [payment(3000)]),
        ("full_payment", [payment(2000)]),
        ("plan", []),
    ],
)
def test_only_what_the_policy_names_is_acknowledged(of, expected):
    story = owing(asking(of))
    story.hear(paid(amount_due=2000))
    accept(story)
    story.go("2026-03-03 11:00").hear(paid())
    assert thanked(story) == expected


def test_a_plan_is_not_acknowledged_where_only_payments_are():
    story = owing(asking("full_payment", "partial_payment"))
    story.hear(agreed(2000, 3000))
    assert thanked(story) == []


@pytest.mark.parametrize("reason", ["credit", "cancelled", "written_off"])
def test_what_billing_takes_off_is_no_payment(reason):
    story = owing()
    story.hear(paid(reason=reason))
    assert thanked(story) == []


def test_a_credit_note_that_is_used_up_is_no_payment():
    story = owing(invoices=[due(kind="credit_note")])
    story.hear(paid())
    assert thanked(story) == []


def test_word_of_the_same_payment_is_no_second_occasion():
    story = owing()
    story.hear(paid(amount_due=2000))
    accept(story)
    for _ in range(15):
        story.now += HOUR
        story.hear(paid(amount_due=2000))
    story.until("2026-03-05 12:00")
    assert thanked(story) == [payment(3000)]


def test_word_of_an_earlier_payment_that_comes_late_is_no_second_occasion():
    story = owing()
    earlier = story.now
    story.now += HOUR
    story.hear(paid())
    accept(story)
    story.turn(arrival(paid(amount_due=2000), earlier + 1))
    story.until("2026-03-05 12:00")
    assert thanked(story) == [payment(5000)]


def test_each_payment_of_an_invoice_is_acknowledged_by_itself():
    story = owing()
    story.hear(paid(amount_due=2000))
    accept(story)
    story.go("2026-03-03 12:00").hear(paid())
    assert thanked(story) == [payment(3000), payment(2000)]


def test_payments_that_wait_are_acknowledged_in_one_message():
    story = owing(start=NIGHT)
    story.hear(paid(amount_due=4000))
    story.now += HOUR
    story.hear(paid(amount_due=1000))
    story.until("2026-03-03 12:00")
    assert thanked(story) == [payment(4000)]


def test_payments_of_several_invoices_are_acknowledged_in_one_message():
    story = owing(invoices=[due(), due("I-2", amount=3000)])
    story.hear(paid(amount_due=2000), paid("I-2"))
    assert [(*thanked(story)[0], story.claims[0].invoices[1][0])] == [(*payment(6000), "I-2")]


def test_payments_in_different_currencies_are_never_added():
    story = owing(invoices=[due(), due("I-2", amount=3000, currency="USD")])
    story.hear(paid(), paid("I-2", currency="USD"))
    accept(story)
    story.until("2026-03-04 12:00")
    assert sorted(each[2].amount for each in thanked(story)) == [3000, 5000]


def test_payments_to_different_creditors_are_acknowledged_in_the_name_of_each():
    story = owing(invoices=[due(), due("I-2", amount=3000, creditor_id="acme")])
    story.hear(paid(), paid("I-2"))
    accept(story)
    story.until("2026-03-04 12:00")
    assert [(each.creditor_id, each.acknowledges.amount) for each in story.claims] == [
        ("default", 5000),
        ("acme", 3000),
    ]


def test_at_night_it_waits_for_the_morning():
    story = owing(start=NIGHT)
    story.hear(paid())
    assert story.verdict == ("deferred", "quiet_hours", "acknowledgement")
    story.until("2026-03-03 12:00")
    assert [local(each.claimed_at).strftime("%d %H:%M") for each in story.claims] == ["03 07:00"]


def test_it_is_put_off_by_the_minimum_gap():
    story = known(ASKED, "2026-03-07 09:00")
    story.hear(due())
    accept(story)
    assert len(story.claims) == 1
    story.now += HOUR
    story.hear(paid())
    assert story.verdict == ("deferred", "min_gap", "acknowledgement")


def test_it_counts_as_a_contact_for_what_comes_after_it():
    story = owing(start="2026-03-06 19:00")
    story.hear(paid(amount_due=2000))
    accept(story)
    story.until("2026-03-07 09:30")
    assert story.verdict == ("deferred", "min_gap", "early")


def test_that_it_is_put_off_is_told_once():
    story = owing(start=NIGHT)
    story.hear(paid(amount_due=2000))
    for _ in range(3):
        story.now += 1000
        story.hear(ConsentChanged("other@customers.example", "email", allowed=True, source="desk"))
    assert [each for each in story.said() if each[2] == "acknowledgement"] == [
        ("deferred", "quiet_hours", "acknowledgement")
    ]


def test_who_objects_to_a_channel_is_thanked_by_the_other():
    story = owing()
    story.hear(ConsentChanged(EMAIL, "email", allowed=False, source="reply"))
    story.hear(paid())
    assert thanked(story) == [payment(5000, channel="sms")]


def test_who_objects_to_every_channel_is_not_thanked():
    story = owing(blocked_channels=("sms", "email"))
    story.hear(paid())
    story.until("2026-03-05 12:00")
    said = [each for each in story.said() if each[2] == "acknowledgement"]
    assert (thanked(story), said) == (
        [],
        [("suppressed", "blocked_channel", "acknowledgement"), ("expired", "expired", "acknowledgement")],
    )


def test_a_hold_stops_it():
    story = owing()
    story.hear(HoldPlaced("H-1", "customer", "dispute", None, None), paid(amount_due=2000))
    assert (thanked(story), story.verdict) == ([], ("suppressed", "hold", "acknowledgement"))


def test_a_hold_that_ends_in_time_lets_it_go():
    story = owing()
    story.hear(HoldPlaced("H-1", "customer", "dispute", None, story.now + 3 * HOUR), paid(amount_due=2000))
    story.until("2026-03-02 18:00")
    assert thanked(story) == [payment(3000)]


def test_neither_a_promise_nor_a_plan_stops_it():
    story = owing()
    story.hear(PromiseMade("P-1", ("I-1",), 2000, "EUR", day("2026-03-20")), paid(amount_due=2000))
    assert thanked(story) == [payment(3000)]


def test_what_could_not_be_sent_in_time_is_over_and_that_is_told_once():
    story = owing()
    story.hear(HoldPlaced("H-1", "customer", "dispute", None, None), paid(amount_due=2000))
    story.until("2026-03-08 12:00")
    said = [each for each in story.said() if each[2] == "acknowledgement"]
    assert (thanked(story), said[1:]) == ([], [("expired", "expired", "acknowledgement")])


def test_a_payment_that_is_told_of_long_after_is_not_acknowledged():
    story = owing()
    story.go("2026-03-06 12:00")
    story.turn(arrival(paid(), story.now - 80 * HOUR))
    assert [each for each in story.said() if each[2] == "acknowledgement"] == []


def test_a_payment_that_is_taken_back_withdraws_it():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.now += 1000
    story.hear(due(amount=5000))
    assert story.last.withdrawn == (story.claims[0].attempt_id,)


def test_a_payment_taken_back_before_the_morning_is_not_acknowledged():
    story = owing(start=NIGHT)
    story.hear(paid(amount_due=2000))
    story.now += HOUR
    story.hear(due(amount=5000))
    story.until("2026-03-03 12:00")
    assert thanked(story) == []


def test_a_plan_that_is_cancelled_withdraws_it():
    story = owing()
    story.hear(agreed(2000, 3000))
    story.now += 1000
    story.hear(PlanCancelled("PL-1"))
    assert story.last.withdrawn == (story.claims[0].attempt_id,)


def test_a_hold_withdraws_it():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.now += 1000
    story.hear(HoldPlaced("H-1", "invoice", "complaint", "I-1", None))
    assert story.last.withdrawn == (story.claims[0].attempt_id,)


def test_a_further_payment_withdraws_nothing():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.now += 1000
    story.hear(paid())
    assert story.last.withdrawn == ()


def test_the_very_same_plan_stated_again_is_no_second_occasion():
    story = owing()
    story.hear(agreed(2000, 3000))
    accept(story)
    story.go("2026-03-03 12:00").hear(agreed(2000, 3000))
    story.until("2026-03-05 12:00")
    assert len(thanked(story)) == 1


def test_a_changed_plan_is_acknowledged_anew():
    story = owing()
    story.hear(agreed(2000, 3000))
    accept(story)
    story.go("2026-03-03 12:00").hear(agreed(1000, 4000))
    assert len(thanked(story)) == 2


def test_a_plan_without_instalments_has_nothing_to_confirm():
    story = owing()
    story.hear(agreed())
    assert thanked(story) == []


def test_a_plan_of_long_ago_is_not_acknowledged():
    story = owing()
    story.go("2026-03-07 06:00")
    story.turn(arrival(agreed(2000, 3000), story.now - 100 * HOUR))
    assert thanked(story) == []


def test_a_claim_that_was_given_back_is_made_again_as_the_same_contact():
    story = owing()
    story.hear(paid(amount_due=2000))
    first = story.claims[0]
    story.hear(AttemptReleased(first.attempt_id, "lease_expired"))
    assert [each.attempt_id for each in story.claims] == [f"{first.contact_id}.1", f"{first.contact_id}.2"]


def test_a_payment_that_came_meanwhile_makes_it_another_contact():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.hear(paid())
    story.hear(AttemptReleased(story.claims[0].attempt_id, "lease_expired"))
    assert (thanked(story)[-1], story.claims[0].contact_id == story.claims[1].contact_id) == (payment(5000), False)


def test_what_became_of_an_earlier_contact_is_forgotten_with_it():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.hear(paid())
    story.hear(AttemptReleased(story.claims[0].attempt_id, "lease_expired"))
    assert story.customer.retries == {}


def test_a_refused_address_is_followed_by_the_next_channel():
    story = owing()
    story.hear(paid())
    story.hear(AttemptRejected(story.claims[0].attempt_id, "stand-in", "recipient", "unknown"))
    story.until("2026-03-04 12:00")
    assert thanked(story) == [payment(5000), payment(5000, channel="sms")]


def test_where_every_channel_refuses_it_is_over():
    story = owing()
    story.hear(paid())
    for number in range(2):
        story.hear(AttemptRejected(story.claims[number].attempt_id, "stand-in", "recipient", "unknown"))
    story.until("2026-03-05 12:00")
    assert (len(story.claims), story.said()[-1]) == (2, ("rejected", "refused", "acknowledgement"))


def test_one_in_doubt_is_not_sent_again_by_itself():
    story = owing(start="2026-03-02 11:00", emails=())
    story.hear(paid())
    story.hear(AttemptInDoubt(story.claims[0].attempt_id, "stand-in", "timeout"))
    story.until("2026-03-05 12:00")
    assert len(story.claims) == 1


def test_in_shadow_it_is_recorded_as_if_it_had_been_sent():
    story = owing()
    story.under = conditions("shadow")
    story.hear(paid())
    story.hear(paid())
    assert [each for each in story.said() if each[2] == "acknowledgement"] == [
        ("suppressed", "shadow", "acknowledgement")
    ]


def test_where_acknowledging_ends_what_was_to_be_tried_again_is_forgotten():
    story = owing()
    story.hear(paid(amount_due=2000))
    story.under = conditions(gate_open=False)
    story.hear(AttemptReleased(story.claims[0].attempt_id, "lease_expired"))
    story.policy = policy()
    story.turn()
    assert story.customer.retries == {}


def test_a_reminder_that_is_due_goes_first():
    story = known(ASKED, "2026-03-06 10:00")
    story.hear(due())
    story.go("2026-03-07 09:00").hear(paid(amount_due=2000))
    assert [each.stage.id for each in story.claims] == ["early"]


def test_it_says_who_is_responsible():
    story = owing()
    story.hear(paid())
    assert story.records[-1].responsible == "thanks-desk"


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('["email", "sms"]\nresp', '["email", "email"]\nresp', "acknowledgements.channels"),
        ('"partial_payment", "full_payment", "plan"', '"plan", "plan"', "acknowledgements.of"),
        ('"partial_payment", "full_payment", "plan"', "", "acknowledgements.of"),
        ('["email", "sms"]\nresp', '["call_task"]\nresp', "acknowledgements.channels[0]"),
        ("within_hours = 48", "within_hours = 0", "acknowledgements.within_hours"),
        ('id = "today"', 'id = "plan_agreed"', "stages[1].id"),
    ],
)
def test_a_wrong_section_is_refused_with_its_place(old, new, path):
    text = POLICY.replace("\n[consent]", SECTION)
    assert old in text
    problems = parse(text.replace(old, new))
    assert isinstance(problems, PolicyProblems)
    assert path in [each.path for each in problems.problems]


def test_a_channel_of_thanks_needs_its_hours():
    mail = with_stages(stage_text("only", 1)).replace("\n[consent]", SECTION)
    head, _, rest = mail.partition("[windows.sms]")
    problems = parse(head + rest[rest.index("[windows.email]") :])
    assert isinstance(problems, PolicyProblems)
    assert [(each.path, "windows.sms" in each.expected) for each in problems.problems] == [("windows", True)]


def test_what_is_forgotten_meanwhile_withdraws_it():
    story = owing()
    story.hear(paid())
    others = [f"I-{number}" for number in range(2, 10)]
    story.now += 1000
    story.hear(*(due(each) for each in others))
    story.now += 1000
    story.hear(*(paid(each, reason="cancelled") for each in others))
    story.turn()
    assert story.last.withdrawn == (story.claims[0].attempt_id,)
