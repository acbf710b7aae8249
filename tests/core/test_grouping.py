"""Several open invoices of one customer and creditor are one contact."""

from msgspec.structs import replace

from dispatcher.core.grouping import totals
from schemas.inbox import AttemptAccepted, PhonePoint
from schemas.state import Invoice
from tests.core.builders import PHONE, conditions, due, known, overdue, policy, stage_text, staged

NOON = "2026-03-26 11:00"


def names(claim) -> list[str]:
    return [name for name, _ in claim.invoices]


def test_several_invoices_are_one_message():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-24"), overdue("I-2", "2026-03-25"))
    assert [names(claim) for claim in story.claims] == [["I-1", "I-2"]]


def test_the_most_severe_stage_leads_and_the_others_are_merged_into_it():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), overdue("I-2", "2026-03-10"))
    told = [(r.result, r.stage, r.invoice_ids) for r in story.records if r.result in ("claimed", "merged")]
    assert told == [("claimed", "notice", ("I-1", "I-2")), ("merged", "first", ("I-1",))]


def test_a_merged_invoice_does_not_get_the_stage_of_the_message_again():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), overdue("I-2", "2026-03-10"))
    story.until("2026-05-20 10:00")
    about_one = [claim.stage.id for claim in story.claims if "I-1" in names(claim)]
    assert about_one == ["notice", "call"]


def test_invoices_below_their_own_threshold_stay_out():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), due("I-2", "2026-04-25"))
    assert names(story.claims[0]) == ["I-1"]


def test_two_creditors_are_two_contacts_apart_in_time():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), overdue("I-2", "2026-03-25", creditor_id="acme"))
    story.until("2026-03-28 12:00")
    assert [(claim.creditor_id, names(claim)) for claim in story.claims] == [("default", ["I-1"]), ("acme", ["I-2"])]


def test_a_credit_note_is_in_the_message_and_taken_off_but_is_not_what_it_is_about():
    story = known(start=NOON)
    story.hear(due("CN-1", amount=1000, kind="credit_note"), overdue("I-1", "2026-03-25"))
    claim = story.claims[0]
    assert (names(claim), totals(invoice for _, invoice in claim.invoices)) == (["I-1", "CN-1"], {"EUR": 4000})
    assert story.records[-1].invoice_ids == ("I-1",)


def test_a_credit_note_of_another_creditor_stays_out():
    story = known(start=NOON)
    story.hear(due("CN-1", kind="credit_note", creditor_id="acme"), overdue("I-1", "2026-03-25"))
    assert names(story.claims[0]) == ["I-1"]


def test_currencies_are_never_added_up():
    invoices = [Invoice(amount_due=5, currency="EUR"), Invoice(amount_due=7, currency="USD")]
    assert totals(invoices) == {"EUR": 5, "USD": 7}


def test_a_currency_below_the_minimum_stays_out_the_others_go():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), due("I-2", "2026-03-25", 50, "USD", overdue=True))
    assert names(story.claims[0]) == ["I-1"]
    assert ("suppressed", "below_minimum", "first") in story.said()


def test_small_sums_of_one_currency_reach_the_minimum_together():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25", 60), overdue("I-2", "2026-03-25", 60))
    assert names(story.claims[0]) == ["I-1", "I-2"]


def test_the_tier_looks_at_the_sum():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25", 60_000), overdue("I-2", "2026-03-25", 60_000))
    assert (story.claims[0].tier, story.claims[0].channel) == ("intense", "email")


def test_days_overdue_are_those_of_the_oldest_invoice():
    story = known(start=NOON)
    story.hear(overdue("I-1", "2026-03-25"), overdue("I-2", "2026-03-10"))
    assert story.claims[0].days_overdue == 16


def test_before_the_due_date_nothing_is_overdue():
    story = known(start=NOON)
    story.hear(due("I-1", "2026-03-28"))
    assert story.claims[0].days_overdue == 0


def test_an_invoice_that_becomes_due_after_the_message_waits_for_its_own():
    story = known(policy(("min_gap_hours = 20", "min_gap_hours = 1")), NOON)
    story.hear(overdue("I-1", "2026-03-25"))
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(overdue("I-2", "2026-03-25"))
    story.until("2026-03-27 12:30")
    assert [names(claim) for claim in story.claims] == [["I-1"], ["I-2"]]


def test_an_invoice_is_mentioned_in_no_second_message_of_the_same_stage():
    story = known(start="2026-03-09 10:00")
    story.hear(due("I-1", "2026-03-10"), due("I-2", "2026-03-27"), due("I-3", "2026-03-13"))
    story.until("2026-03-14 10:00").hear(overdue("I-1", "2026-03-10"), overdue("I-3", "2026-03-13"))
    story.until("2026-04-02 10:00")
    notices = [[name for name, _ in each.invoices] for each in story.claims if each.stage.id == "notice"]
    assert notices == [["I-1", "I-2"], ["I-3"]]


def test_an_invoice_that_heard_the_message_of_its_second_stage_too_hears_nothing_more():
    late = stage_text("late", 1, 'missed = "send"', "until = { days = 20 }")
    story = known(staged(late, stage_text("more", 5)), "2026-03-16 11:00")
    story.hear(overdue("I-1", "2026-03-10"), overdue("I-2", "2026-03-11"))
    story.customer = replace(
        story.customer,
        invoices={
            name: replace(each, done=((each.due_on, "late"),) if name == "I-2" else ())
            for name, each in story.customer.invoices.items()
        },
        contacts=(),
        attempts={},
    )
    story.claims.clear()
    story.turn()
    assert [(claim.stage.id, [name for name, _ in claim.invoices]) for claim in story.claims] == [
        ("more", ["I-1", "I-2"])
    ]


def told(story):
    """(stage, invoices) of each contact, and what was said of those that were put off."""
    made = [(claim.stage.id, [name for name, _ in claim.invoices]) for claim in story.claims]
    return made, [each for each in story.said() if each[0] in {"deferred", "waiting"}]


def test_what_was_put_off_is_looked_at_again_after_another_contact_and_says_only_what_holds_in_the_end():
    """The notice has no room at the mail provider; the other creditor's text is made, and now it is the gap that counts."""
    story = known(start="2026-03-25 11:00", under=conditions(credit=("sms",)))
    story.hear(overdue("I-old", "2026-03-10", creditor_id="acme"), overdue("I-new", "2026-03-24"))
    assert told(story) == ([("first", ["I-new"])], [("deferred", "min_gap", "notice")])


def test_after_a_notice_that_was_late_the_stage_that_has_begun_is_looked_at_in_the_same_turn():
    story = known(start="2026-04-10 11:00")
    story.hear(overdue())
    assert told(story) == ([("notice", ["I-1"])], [("waiting", "in_flight", "call")])


def test_an_invoice_that_has_heard_the_message_of_the_lead_is_left_to_a_message_of_its_own():
    late = stage_text("late", 1, 'missed = "send"', "until = { days = 20 }")
    story = known(staged(late, stage_text("more", 5)), "2026-03-16 11:00")
    story.hear(overdue("I-1", "2026-03-10"), overdue("I-2", "2026-03-10"))
    heard = {"I-1": ("late",), "I-2": ("more",)}
    invoices = {
        name: replace(each, done=tuple((each.due_on, stage) for stage in heard[name]), verdict="")
        for name, each in story.customer.invoices.items()
    }
    story.customer = replace(story.customer, invoices=invoices, contacts=(), attempts={})
    story.claims.clear()
    story.records.clear()
    story.turn()
    assert told(story) == ([("more", ["I-1"])], [("waiting", "in_flight", "late")])


def test_a_credit_note_of_a_cent_is_taken_off_and_one_that_is_used_up_is_not_mentioned():
    story = known(policy(), "2026-03-11 11:00")
    notes = [overdue(name, amount=amount, kind="credit_note") for name, amount in (("N-1", 1), ("N-0", 0))]
    story.hear(*notes, overdue())
    assert [name for name, _ in story.claims[0].invoices] == ["I-1", "N-1"]


def test_a_creditor_with_one_mandatory_stage_among_others_goes_first():
    """The mandatory notice is the milder one of its creditor's two; the other creditor's call is more severe than both."""
    rules = policy(("max = 3", "max = 1"), ("min_gap_hours = 20", "min_gap_hours = 0"))
    story = known(rules, "2026-04-10 11:00", phones=(PhonePoint(PHONE, "mobile"),))
    story.hear(overdue("I-call", "2026-03-10"))
    story.customer = replace(
        story.customer,
        contacts=(),
        attempts={},
        invoices={
            name: replace(each, done=((each.due_on, "notice"),), verdict="")
            for name, each in story.customer.invoices.items()
        },
    )
    story.claims.clear()
    story.hear(
        overdue("I-first", "2026-04-09", creditor_id="acme"), overdue("I-notice", "2026-03-25", creditor_id="acme")
    )
    assert [claim.stage.id for claim in story.claims][:1] == ["notice"]


def test_the_creditor_with_the_most_severe_stage_goes_first_however_mild_its_others_are():
    stages = [stage_text(name, day) for name, day in (("one", 1), ("two", 5), ("three", 9))]
    story = known(staged(*stages), "2026-03-20 11:00")
    story.hear(
        overdue("I-two", "2026-03-14"),
        overdue("I-one", "2026-03-18", creditor_id="acme"),
        overdue("I-three", "2026-03-10", creditor_id="acme"),
    )
    assert [claim.stage.id for claim in story.claims] == ["three"]
