"""Whether a task may be dialled now: the question right before the call, its answers, and what a call leaves behind."""

import pytest
from msgspec.structs import replace

from dispatcher.core.claim import Braked, Conditions
from dispatcher.core.dialling import ASK_AGAIN, OUTCOME_WITHIN, PERMIT_LASTS
from dispatcher.core.draft import draft_of
from dispatcher.core.explain import explain
from dispatcher.core.lifecycle import status_of
from dispatcher.core.point_bars import PointBars
from dispatcher.core.policy import Policy
from schemas.inbox import (
    AttemptAccepted,
    AttemptResolved,
    ConsentChanged,
    ContactReported,
    CustomerErased,
    DialAsked,
    HoldPlaced,
    HoldReleased,
    InvoiceSettled,
    PhonePoint,
    PlanAgreed,
    PreferenceStated,
    PromiseMade,
    QuietSpan,
)
from schemas.journal import JournalRecord
from schemas.points import PointStated, digest
from schemas.values import to_millis
from tests.core.builders import (
    CUSTOMER,
    DAY,
    HOUR,
    MINUTE,
    PHONE,
    Story,
    arrival,
    at,
    conditions,
    day,
    known,
    overdue,
    paid,
    policy,
    profile,
    stage_text,
    staged,
)

CALLED = "2026-03-11 11:00"  # a Wednesday, noon in Berlin; calls are made from 9 to 18 hours
CALL = stage_text("call", 1, 'channels = { default = ["call_task", "email"] }')
KEY = b"k" * 32


def tasked(rules: Policy | None = None, under: Conditions | None = None, **changes) -> Story:
    """A customer about whose overdue invoice a call task was just written."""
    story = known(rules or staged(CALL), CALLED, under or conditions(), **changes)
    story.hear(overdue())
    return story


def task_of(story: Story) -> str:
    return next(each for each in story.claims if each.channel == "call_task").attempt_id


def dial(story: Story, fence: int = 1, by: str = "anna", task_id: str | None = None) -> JournalRecord:
    """The answer to a question that is asked now."""
    question = DialAsked(task_id or task_of(story), fence, by)
    return next(each for each in story.hear(question).records if each.result in ("permitted", "refused"))


def told(record: JournalRecord) -> tuple[str, str]:
    return record.result, record.reasons[0].code


PERMITTED = ("permitted", "free_to_dial")


# --- permitted


def test_an_open_task_that_nothing_forbids_may_be_dialled():
    assert told(dial(tasked())) == PERMITTED


def test_the_answer_is_the_only_record_of_the_question():
    story = tasked()
    assert len(story.hear(DialAsked(task_of(story), 1, "anna")).records) == 1


def test_the_answer_names_the_question_as_its_cause():
    story = tasked()
    asked = arrival(DialAsked(task_of(story), 1, "anna"), story.now, "nonce", "dispatcher/gateway")
    (record,) = story.turn(asked).records
    assert (record.cause.source, record.cause.id) == ("dispatcher/gateway", "nonce")


def test_a_permission_names_the_task_who_asked_and_what_is_owed_now():
    story = tasked()
    story.hear(paid(amount_due=1500))
    record = dial(story, 3)
    assert (record.attempt_id, record.stage, record.invoice_ids) == (task_of(story), "call", ("I-1",))
    assert record.reasons[0].inputs == {
        "by": "anna",
        "fence": 3,
        "until": story.now + PERMIT_LASTS,
        "due.I-1": "1500 EUR",
    }


def test_a_permission_speaks_of_no_invoice_that_was_paid_meanwhile():
    story = known(staged(CALL), CALLED)
    story.hear(overdue("I-1"), overdue("I-2"))
    story.hear(paid("I-1"))
    assert [name for name in dial(story).reasons[0].inputs if name.startswith("due.")] == ["due.I-2"]


def test_a_permission_ends_with_the_hours():
    story = tasked().go("2026-03-11 16:59")
    assert dial(story).reasons[0].inputs["until"] == at("2026-03-11 17:00")


def test_the_task_itself_counts_in_no_cap():
    rules = staged(CALL, changes=(("max = 3", "max = 1"), ("min_gap_hours = 20", "min_gap_hours = 90")))
    assert told(dial(tasked(rules))) == PERMITTED


def test_the_spread_after_an_opening_keeps_no_collector_waiting():
    story = tasked(staged(CALL, changes=(("spread_minutes = 0", "spread_minutes = 240"),))).until("2026-03-11 16:30")
    story.go("2026-03-12 08:05")
    assert told(dial(story)) == PERMITTED


# --- refused, for the reason that is true

STOPS = {
    "a payment": (paid(), "paid"),
    "a cancelled invoice": (InvoiceSettled("I-1", 0, "EUR", "cancelled", 0), "cancelled"),
    "a hold of the customer": (HoldPlaced("H", "customer", "dispute"), "hold"),
    "a hold of the invoice": (HoldPlaced("H", "invoice", "dispute", "I-1"), "hold"),
    "a hold of the number": (HoldPlaced("H", "contact_point", "manual", PHONE), "hold"),
    "a promise": (PromiseMade("P", ("I-1",), 1, "EUR", day("2026-03-20")), "promise"),
    "a plan": (PlanAgreed("PL", ("I-1",), "EUR", ()), "plan"),
    "an objection": (ConsentChanged(PHONE, "call_task", False, "call"), "opted_out"),
    "a block": (profile(blocked_channels=("call_task",)), "blocked_channel"),
    "a wish": (PreferenceStated((), (), ("call_task",)), "blocked_channel"),
    "another number": (profile(phones=(PhonePoint("+447700900002", "mobile"),)), "withdrawn"),
    "another due date": (overdue(due_on="2026-03-09"), "withdrawn"),
    "an erasure": (CustomerErased(), "erased"),
}


MADE_ANEW = ("a hold of the number", "an objection", "a block", "a wish", "another number", "another due date")
"""Those that leave another way to reach the customer, which is taken at once."""


@pytest.mark.parametrize("stop", STOPS)
def test_what_stands_in_the_way_is_the_reason(stop):
    fact, code = STOPS[stop]
    story = tasked()
    story.now += MINUTE
    asked = DialAsked(task_of(story), 1, "anna")
    records = story.hear(fact, asked).records
    assert ("refused", code) in [told(each) for each in records]


@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_that_comes_right_after_the_question_forbids_the_call_too(stop):
    fact, code = STOPS[stop]
    story = tasked()
    story.now += MINUTE
    records = story.hear(DialAsked(task_of(story), 1, "anna"), fact).records
    assert ("refused", code) in [told(each) for each in records]


@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_takes_the_task_out_of_the_queue_at_once(stop):
    fact, code = STOPS[stop]
    story = tasked()
    story.now += MINUTE
    ended = [(each.result, each.reasons[0].code, each.reasons[0].rule) for each in story.hear(fact).records]
    assert ("cancelled", code, "task.ended") in ended


@pytest.mark.parametrize("stop", [each for each in STOPS if each not in MADE_ANEW])
def test_who_asks_after_that_hears_why(stop):
    fact, code = STOPS[stop]
    story = tasked()
    story.now += MINUTE
    story.hear(fact)
    assert told(dial(story)) == ("refused", code)


@pytest.mark.parametrize("stop", [each for each in MADE_ANEW if each != "another due date"])
def test_a_task_that_another_attempt_took_the_place_of_is_not_open(stop):
    story = tasked()
    story.now += MINUTE
    story.hear(STOPS[stop][0])
    assert (len(story.claims), told(dial(story))) == (2, ("refused", "not_open"))


def test_a_task_about_a_due_date_that_has_moved_is_withdrawn():
    story = tasked()
    story.now += MINUTE
    story.hear(STOPS["another due date"][0])
    assert told(dial(story)) == ("refused", "withdrawn")


BARS = {"opted_out": "opted_out", "review": "objection_unread", "unreachable": "unreachable_point"}


@pytest.mark.parametrize("said", BARS)
def test_what_was_said_of_the_number_by_whoever_shares_it_forbids_the_call(said):
    bars = PointBars(KEY)
    story = tasked(under=replaced_bars(bars))
    bars.state(digest(PHONE, KEY), PointStated("call_task", said, story.now * 1000, "/hooks", "1"))
    assert told(dial(story)) == ("refused", BARS[said])


def replaced_bars(bars: PointBars) -> Conditions:
    return Conditions("on", frozenset(), gate_open=True, credits=frozenset(("email",)), bars=bars)


LANES = {
    "paused": (conditions("off"), "paused", None),
    "shadow": (conditions("shadow"), "shadow", None),
    "not in the allowlist": (conditions("allowlist", allowlist=("+447700900999",)), "not_in_allowlist", None),
    "the gate is closed": (conditions(gate_open=False), "input_behind", ASK_AGAIN),
    "a brake": (Conditions("on", frozenset(), True, frozenset(), (Braked("call_task", None, None),)), "paused", None),
    "a brake with an end": (
        Conditions("on", frozenset(), True, frozenset(), (Braked(None, "default", at(CALLED) + HOUR),)),
        "paused",
        HOUR,
    ),
}


@pytest.mark.parametrize("lane", LANES)
def test_what_the_lane_must_not_do_it_does_not_permit(lane):
    under, code, wait = LANES[lane]
    story = tasked()
    story.under = under
    record = dial(story)
    next_at = None if record.next_at is None else to_millis(record.next_at) - story.now
    assert (told(record), next_at) == (("refused", code), wait)


def test_who_is_in_the_allowlist_may_be_called():
    story = tasked()
    story.under = conditions("allowlist", allowlist=(PHONE,))
    assert told(dial(story)) == PERMITTED


def test_a_brake_of_another_creditor_stops_no_call():
    story = tasked()
    story.under = Conditions("on", frozenset(), True, frozenset(), (Braked(None, "acme", None),))
    assert told(dial(story)) == PERMITTED


TIMES = {
    "night": ("2026-03-11 20:00", "quiet_hours", "2026-03-12 08:00"),
    "a holiday": ("2026-04-03 09:00", "holiday", "2026-04-07 07:00"),
}


@pytest.mark.parametrize("time", TIMES)
def test_at_the_wrong_hour_it_is_said_when_the_right_one_comes(time):
    now, code, then = TIMES[time]
    story = tasked(staged(stage_text("call", 1, 'channels = { default = ["call_task"] }', "task_days = 60")))
    story.go(now)
    record = dial(story)
    assert (told(record), to_millis(record.next_at)) == (("refused", code), at(then))


def test_an_hour_that_comes_after_the_tasks_end_is_no_hope():
    story = tasked().go("2026-03-14 10:00")  # a Saturday; the task ends at noon on this day
    record = dial(story)
    assert (told(record), record.next_at) == (("refused", "quiet_hours"), None)


def test_it_has_to_be_the_hour_in_every_zone_in_which_the_customer_may_live():
    story = tasked(timezone=None, country="US", phones=(PhonePoint("+15005550006", "mobile"),))
    assert story.claims == []
    story.until("2026-03-11 21:00")
    assert told(dial(story)) == PERMITTED  # 11 hours in Honolulu, 17 in New York
    second = tasked(timezone=None, country="US", phones=(PhonePoint("+15005550006", "mobile"),))
    second.until("2026-03-11 21:00").go("2026-03-11 22:30")
    assert told(dial(second)) == ("refused", "quiet_hours")


def test_quiet_hours_that_the_customer_stated_since_are_kept():
    story = tasked()
    story.hear(PreferenceStated((), (QuietSpan(11 * 60, 14 * 60),), ()))
    record = dial(story)
    assert (told(record), to_millis(record.next_at)) == (("refused", "quiet_hours"), at("2026-03-11 13:00"))


def elsewhere(story: Story, minutes: int = 30) -> ContactReported:
    return ContactReported("sms", "outbound", story.now - minutes * MINUTE, "branch", "reached", "right_party")


def test_a_contact_that_somebody_else_made_since_counts_in_the_gap():
    story = tasked()
    story.now += HOUR
    story.hear(elsewhere(story))
    record = dial(story)
    assert (told(record), to_millis(record.next_at)) == (("refused", "min_gap"), at("2026-03-12 08:00"))


def test_a_conversation_elsewhere_counts_in_the_caps():
    caps = '[[caps]]\nid = "talks"\nmax = 1\nwindow = "7d"\ncounts = "conversations"\n\n[[caps]]\nid = "total_week"'
    changes = (('[[caps]]\nid = "total_week"', caps), ("min_gap_hours = 20", "min_gap_hours = 0"))
    story = tasked(staged(CALL, changes=changes))
    story.now += HOUR
    story.hear(ContactReported("call_task", "inbound", story.now, "desk", "conversation", "right_party"))
    assert (told(dial(story)), dial(story).reasons[0].inputs["contacts"]) == (("refused", "cap"), 1)


def test_a_cap_of_one_number_knows_the_number():
    cap = '[[caps]]\nid = "here"\nmax = 1\nwindow = "7d"\nscope = "point"\n\n[[caps]]\nid = "total_week"'
    changes = (('[[caps]]\nid = "total_week"', cap), ("min_gap_hours = 20", "min_gap_hours = 0"))
    story = tasked(staged(CALL, changes=changes))
    assert told(dial(story)) == PERMITTED


def test_before_the_profile_is_known_again_nobody_is_called():
    story = tasked()
    story.customer = replace(story.customer, profile=None)
    assert told(dial(story)) == ("refused", "waiting_for_profile")


def test_a_stage_that_the_policy_does_not_know_any_more_is_not_acted_on():
    story = tasked()
    story.policy = staged(stage_text("other", 1))
    assert told(dial(story)) == ("refused", "withdrawn")


def test_a_task_that_nobody_wrote_is_not_open():
    assert told(dial(tasked(), task_id="C-9.c.1")) == ("refused", "not_open")


def test_a_message_is_no_task():
    story = known(staged(stage_text("mail", 1)), CALLED)
    story.hear(overdue())
    assert told(dial(story, task_id=story.claims[0].attempt_id)) == ("refused", "not_open")


def test_a_task_that_was_reported_is_not_open():
    story = tasked()
    story.hear(report(story))
    assert told(dial(story)) == ("refused", "not_open")


def test_a_task_whose_time_is_over_has_expired():
    story = tasked()
    story.now += 3 * DAY
    assert told(dial(story)) == ("refused", "expired")


def test_where_the_lane_is_far_behind_a_question_about_an_unknown_task_is_answered_all_the_same():
    story = known(staged(CALL), CALLED)
    story.under = Conditions("on", frozenset(), gate_open=False, credits=frozenset(), behind=True)
    assert told(dial(story, task_id="C-9.c.1")) == ("refused", "not_open")


def test_a_refusal_says_who_asked_and_by_which_rule():
    (reason,) = dial(tasked().go("2026-03-11 20:00"), 4, "ben").reasons
    seen = {name: reason.inputs[name] for name in ("by", "fence")}
    assert (reason.rule, seen) == ("windows.call_task.weekday", {"by": "ben", "fence": 4})


def test_a_refusal_is_no_step_of_the_attempt():
    story = tasked().go("2026-03-11 20:00")
    assert (dial(story).kind, status(story)) == ("fact", "handed_over")


# --- leases


def status(story: Story) -> str:
    return status_of(draft_of(story.customer), task_of(story))


def test_a_task_is_permitted_once():
    story = tasked()
    dial(story, 1)
    assert [told(dial(story, fence)) for fence in (1, 2, 9)] == [("refused", "already_dialled")] * 3


def test_of_two_who_ask_at_once_one_is_permitted():
    story = tasked()
    task_id = task_of(story)
    records = story.hear(DialAsked(task_id, 1, "anna"), DialAsked(task_id, 2, "ben")).records
    assert [told(each) for each in records] == [PERMITTED, ("refused", "already_dialled")]


def test_the_owner_of_an_earlier_lease_is_refused_once_a_later_one_has_asked():
    story = tasked().go("2026-03-11 20:00")
    dial(story, 2, "ben")
    story.go("2026-03-12 10:00")
    assert [told(dial(story, 1)), told(dial(story, 2, "ben"))] == [("refused", "lease_overtaken"), PERMITTED]


def test_the_same_lease_may_ask_again_after_a_refusal():
    story = tasked().go("2026-03-11 20:00")
    dial(story, 1)
    story.go("2026-03-12 10:00")
    assert told(dial(story, 1)) == PERMITTED


def test_a_question_that_is_heard_twice_is_answered_once():
    story = tasked()
    asked = arrival(DialAsked(task_of(story), 1, "anna"), story.now, "nonce")
    story.turn(asked)
    assert story.turn(asked).records == []


# --- what a call leaves behind


def report(story: Story, outcome="conversation", who="right_party") -> ContactReported:
    return ContactReported("call_task", "outbound", story.now, "desk", outcome, who, None, task_of(story))


def dialled(rules: Policy | None = None, when: str = CALLED) -> Story:
    story = tasked(rules).go(when)
    dial(story)
    return story


def test_a_call_counts_from_when_it_was_dialled():
    story = dialled(when="2026-03-12 11:00")
    story.hear(overdue("I-2", creditor_id="acme"))
    waits = next(each for each in reversed(story.records) if each.kind == "decision")
    assert (told(waits), to_millis(waits.next_at)) == (("deferred", "min_gap"), at("2026-03-13 08:00"))


def test_the_ledger_stays_in_order():
    rules = staged(CALL, changes=(("min_gap_hours = 20", "min_gap_hours = 0"),))
    story = tasked(rules)
    story.now += HOUR
    story.hear(elsewhere(story))
    dial(story)
    assert [each.stage for each in story.customer.contacts] == ["reported", "call"]


def test_what_was_dialled_is_open_until_somebody_says_what_came_of_it():
    story = dialled(when="2026-03-14 10:59".replace("14", "13"))
    assert (status(story), story.customer.attempts[task_of(story)].expires_at) == (
        "dialled",
        max(at(CALLED) + 3 * DAY, story.now + OUTCOME_WITHIN),
    )


@pytest.mark.parametrize("stop", [each for each in STOPS if each != "an erasure"])
def test_nothing_ends_a_call_that_is_going_on(stop):
    story = dialled()
    story.now += MINUTE
    story.hear(STOPS[stop][0])
    story.hear(report(story))
    assert story.said("attempt")[-1] == ("delivered", "reported", "call")


def test_an_erasure_leaves_no_number_behind():
    story = dialled()
    story.hear(CustomerErased())
    assert (story.customer.attempts, story.said("attempt")[-1]) == ({}, ("cancelled", "erased", "call"))


@pytest.mark.parametrize("ladder", ["", "fallback_hours = 4"])
def test_a_call_of_which_nobody_says_anything_is_never_made_again(ladder):
    line = [ladder] if ladder else []
    rules = staged(stage_text("call", 1, 'channels = { default = ["call_task", "email"] }', *line))
    story = dialled(rules)
    story.until("2026-04-20 12:00")
    assert ([each.channel for each in story.claims], story.said("attempt")[-1]) == (
        ["call_task"],
        ("expired", "no_outcome", "call"),
    )


def test_a_call_that_reached_nobody_is_followed_by_the_next_channel():
    rules = staged(stage_text("call", 1, 'channels = { default = ["call_task", "email"] }', "fallback_hours = 4"))
    story = dialled(rules)
    story.hear(report(story, "no_answer", "none"))
    assert [each.channel for each in story.claims] == ["call_task", "email"]


def test_a_word_that_comes_after_its_time_is_remembered():
    story = dialled()
    story.until("2026-03-20 12:00")
    story.hear(report(story))
    assert [each.became for each in story.customer.contacts] == ["conversation"]


def test_a_persons_word_that_nobody_was_called_frees_the_task():
    story = dialled()
    story.hear(AttemptResolved(task_of(story), sent=False))
    assert ([each.attempt_id for each in story.claims], story.said("attempt")[1:3]) == (
        [task_of(story), task_of(story).replace(".1", ".2")],
        [("permitted", "free_to_dial", "call"), ("released", "resolved", "call")],
    )


def test_a_persons_word_that_somebody_was_called_ends_it():
    story = dialled()
    story.hear(AttemptResolved(task_of(story), sent=True))
    story.until("2026-03-20 12:00")
    assert ([each.channel for each in story.claims], len(story.customer.contacts)) == (["call_task"], 1)


def test_nobodys_word_frees_a_task_that_was_not_dialled():
    story = tasked()
    story.hear(AttemptResolved(task_of(story), sent=False))
    assert status(story) == "handed_over"


# --- a task that was withdrawn


def test_a_task_is_written_anew_when_its_hold_is_released():
    story = tasked()
    story.hear(HoldPlaced("H", "customer", "dispute"))
    waits = list(story.claims)
    story.now += HOUR
    story.hear(HoldReleased("H"))
    assert [each.attempt_id.rpartition(".")[2] for each in (*waits, *story.claims)] == ["1", "1", "2"]


def test_a_withdrawn_task_still_counts_since_another_desk_may_have_called():
    story = tasked()
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert [each.attempt_id.rpartition(".")[2] for each in story.customer.contacts] == ["1"]


def test_what_is_disputed_leaves_the_task_and_the_rest_stays_to_be_called_about():
    story = known(staged(CALL), CALLED)
    story.hear(overdue("I-1"), overdue("I-2"))
    story.hear(HoldPlaced("H", "invoice", "dispute", "I-1"))
    assert [[name for name, _ in each.invoices] for each in story.claims] == [["I-1", "I-2"], ["I-2"]]


def test_a_task_of_which_one_invoice_was_paid_stays():
    story = known(staged(CALL), CALLED)
    story.hear(overdue("I-1"), overdue("I-2"))
    story.hear(paid("I-1"))
    assert len(story.customer.attempts) == 1


def test_a_hold_of_another_phase_leaves_the_task_alone():
    story = tasked()
    story.hear(HoldPlaced("H", "customer", "mandate"))
    assert told(dial(story)) == PERMITTED


def test_who_was_called_all_the_same_is_not_called_again():
    story = tasked()
    story.hear(PromiseMade("P", ("I-1",), 5000, "EUR", day("2026-03-12")))
    story.hear(report(story, "promise"))
    story.until("2026-04-20 12:00")
    assert (len(story.claims), story.said("attempt")[-1]) == (1, ("delivered", "late_answer", "call"))


def test_who_could_not_be_reached_all_the_same_is_called_again():
    story = tasked(emails=())
    story.hear(HoldPlaced("H", "customer", "dispute"))
    story.hear(report(story, "no_answer", "none"))
    story.until("2026-03-13 12:00")
    story.hear(HoldReleased("H"))
    assert (len(story.claims), len(story.customer.contacts)) == (2, 2)


def test_a_legal_step_is_taken_back_by_a_dispute():
    rules = staged(stage_text("lawyer", 7, 'task = "legal"', "channels = ", 'gate = "counsel"'))
    story = known(rules, "2026-03-17 11:00")
    story.hear(overdue())
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert story.said("attempt")[-1] == ("cancelled", "hold", "lawyer")


def test_a_letter_may_be_sent_at_night():
    story = known(staged(stage_text("letter", 7, 'task = "letter"', "channels = ")), "2026-03-17 22:00")
    story.hear(overdue())
    assert told(dial(story)) == PERMITTED


def test_a_letter_that_was_sent_counts_in_no_cap():
    story = known(staged(stage_text("letter", 7, 'task = "letter"', "channels = ")), "2026-03-17 22:00")
    story.hear(overdue())
    dial(story)
    assert story.customer.contacts == ()


def test_a_message_that_waits_for_its_receipt_is_not_taken_back():
    rules = staged(stage_text("mail", 1, 'channels = { default = ["email", "sms"] }', "fallback_hours = 4"))
    story = known(rules, CALLED)
    story.hear(overdue())
    story.hear(AttemptAccepted(story.claims[0].attempt_id, "p", "r"))
    story.hear(HoldPlaced("H", "customer", "dispute"))
    assert len(story.customer.attempts) == 1


def test_the_question_names_nobody_but_the_collector():
    assert CUSTOMER not in repr(DialAsked("t", 1, "anna"))


def test_the_policy_of_the_day_judges():
    story = tasked(policy())
    assert story.claims[0].channel != "call_task"


def test_a_refusal_in_words_names_the_task_and_the_hour():
    words = explain(dial(tasked().go("2026-03-11 20:00")), "Europe/Berlin")
    assert words.startswith("On Wednesday 2026-03-11 at 21:00 the task of stage call about I-1 was not to be dialled.")
    assert "This can change on Thursday 2026-03-12 at 09:00." in words


def test_an_hour_that_comes_with_the_tasks_end_is_no_hope_either():
    story = known(staged(stage_text("call", 1, 'channels = { default = ["call_task"] }', "task_days = 1")), CALLED)
    story.go("2026-03-11 08:00").hear(overdue())
    story.go("2026-03-11 20:00")
    assert dial(story).next_at is None


def test_a_text_to_the_number_since_keeps_its_telephone_quiet():
    pause = (
        '[[cooldowns]]\nid = "p"\nafter = "attempt"\nhours = 5\nchannels = ["call_task"]\nafter_channels = ["sms"]\n'
    )
    changes = (("[consent]", f'{pause}scope = "point"\n\n[consent]'), ("min_gap_hours = 20", "min_gap_hours = 0"))
    text = stage_text("text", 2, 'channels = { default = ["sms"] }')
    story = tasked(staged(CALL, text, changes=changes))
    story.now += HOUR
    story.hear(overdue("I-2", due_on="2026-03-09", creditor_id="acme"))
    assert (story.claims[-1].channel, told(dial(story))) == ("sms", ("refused", "cool_down"))


def test_a_hold_of_an_invoice_that_is_paid_already_takes_no_task_away():
    story = known(staged(CALL), CALLED)
    story.hear(overdue("I-1"), overdue("I-2"))
    story.hear(paid("I-1"), HoldPlaced("H", "invoice", "dispute", "I-1"))
    assert told(dial(story)) == PERMITTED
