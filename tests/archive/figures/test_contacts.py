"""Figures of contacts: what is counted, what is not, and where the edges of days and of seven days lie."""

from datetime import timedelta

import pytest

from schemas.inbox import (
    ConsentChanged,
    ContactReported,
    FeedbackGiven,
    HoldPlaced,
    HoldReleased,
    InvoiceSettled,
    InvoiceStated,
    PromiseCancelled,
    PromiseMade,
)
from schemas.values import to_millis
from tests.archive.figures.history import figure, period
from tests.archive.journal import START, Topics, archived, instant

HOUR = 60
DAY = 24 * HOUR
MARCH = period((-1, 29), "UTC")


@pytest.fixture
def told() -> Topics:
    return Topics()


def pays(told: Topics, customer: str, minutes: float) -> None:
    told.said(customer, InvoiceStated("R", 739_700, 900, "EUR", overdue=True))
    told.said(customer, InvoiceSettled("R", 0, "EUR", "payment", to_millis(instant(minutes))), minutes=minutes)


def only(engine, name: str, **more: object) -> dict[str, object]:
    (row,) = figure(engine, name, MARCH, **more)
    return row


@pytest.mark.parametrize(("after", "paid"), [(7 * DAY, 1), (7 * DAY + 1, 0), (-1, 0)])
def test_a_payment_counts_as_the_result_of_a_contact_for_seven_days(engine, told, after, paid):
    told.claimed("Ada", "ct-1.1", minutes=DAY)
    told.attempted("Ada", "ct-1.1", "accepted", minutes=DAY)
    pays(told, "Ada", DAY + after)
    archived(engine, told.records)
    row = only(engine, "results")
    assert (row["contacts"], row["cases"], row["paid"]) == (1, 1, paid)


def test_a_contact_whose_seven_days_are_not_over_is_no_case_yet(engine, told):
    told.claimed("Ada", "ct-1.1", minutes=DAY)
    pays(told, "Ada", DAY + HOUR)
    archived(engine, told.records)
    row = only(engine, "results", as_of=to_millis(instant(DAY) + timedelta(days=6)))
    assert (row["contacts"], row["cases"], row["paid"], row["rate"], row["low"]) == (1, 0, 0, None, None)


def test_two_payments_after_one_contact_are_one_result(engine, told):
    told.claimed("Ada", "ct-1.1", minutes=DAY)
    told.said("Ada", InvoiceStated("R", 739_700, 900, "EUR", overdue=True))
    for day, left in ((2, 400), (3, 0)):
        told.said("Ada", InvoiceSettled("R", left, "EUR", "payment", to_millis(instant(day * DAY))), minutes=day * DAY)
    archived(engine, told.records)
    assert only(engine, "results")["paid"] == 1


def test_results_are_told_apart_by_what_is_asked(engine, told):
    for number, (variant, result) in enumerate([("a", "delivered"), ("a", "undelivered"), ("b", "rejected")]):
        told.claimed(f"C-{number}", f"ct-{number}.1", variant=variant, minutes=DAY)
        told.attempted(f"C-{number}", f"ct-{number}.1", result, minutes=DAY)
    archived(engine, told.records)
    rows = figure(engine, "results", MARCH, by=("variant",))
    assert [(row["variant"], row["channel"], row["contacts"], row["arrived"], row["failed"]) for row in rows] == [
        ("a", "", 2, 1, 1),
        ("b", "", 1, 0, 1),
    ]


@pytest.mark.parametrize("result", ["released", "cancelled"])
def test_what_never_left_is_no_contact(engine, told, result):
    told.claimed("Ada", "ct-1.1", minutes=DAY)
    told.attempted("Ada", "ct-1.1", result, minutes=DAY)
    archived(engine, told.records)
    assert figure(engine, "results", MARCH) == []
    assert figure(engine, "timeliness", MARCH) == []


@pytest.mark.parametrize(("zone", "contacts"), [("UTC", 0), ("Asia/Shanghai", 1)])
def test_a_day_begins_at_midnight_of_its_zone(engine, told, zone, contacts):
    told.claimed("Ada", "ct-1.1", minutes=-16 * HOUR)
    archived(engine, told.records)
    assert len(figure(engine, "results", period((0, 5), zone))) == contacts


def test_the_lag_runs_from_the_last_contact_before_the_payment(engine, told):
    told.claimed("Ada", "ct-1.1", minutes=0, channel="email")
    told.claimed("Ada", "ct-2.1", minutes=DAY)
    told.claimed("Ada", "ct-3.1", minutes=3 * DAY)
    pays(told, "Ada", 2 * DAY)
    pays(told, "Ben", DAY)
    archived(engine, told.records)
    rows = {row["channel"]: (row["cases"], row["median"], row["p90"]) for row in figure(engine, "lag", MARCH)}
    assert rows == {"sms": (1, 24.0, 24.0), "none": (1, None, None)}


def test_a_contact_of_more_than_thirty_days_ago_is_no_cause(engine, told):
    told.claimed("Ada", "ct-1.1", minutes=-DAY)
    pays(told, "Ada", 29 * DAY + 1)
    archived(engine, told.records)
    assert only(engine, "lag")["channel"] == "none"


def deferred(told: Topics, code: str, minutes: float) -> None:
    told.decided("Ada", "deferred", code, minutes=minutes, stage="first")


@pytest.mark.parametrize(
    ("code", "hours", "column"),
    [("cap", 25, "late"), ("cap", 23, "on_time"), ("quiet_hours", 60, "on_time"), ("promise", 60, "on_time")],
)
def test_a_contact_is_late_if_it_was_put_off_for_a_day_by_other_than_hours_and_holds(engine, told, code, hours, column):
    deferred(told, code, DAY)
    told.claimed("Ada", "ct-1.1", minutes=DAY + hours * HOUR)
    told.attempted("Ada", "ct-1.1", "accepted", minutes=DAY + hours * HOUR)
    archived(engine, told.records)
    row = only(engine, "timeliness")
    assert (row["cases"], row[column]) == (1, 1)


@pytest.mark.parametrize(("code", "missed"), [("cap", 1), ("quiet_hours", 1), ("promise", 0), ("hold", 0)])
def test_a_stage_that_was_given_up_was_due_if_something_of_ours_put_it_off(engine, told, code, missed):
    deferred(told, code, DAY)
    told.decided("Ada", "suppressed", "missed_stage", minutes=3 * DAY, stage="first")
    archived(engine, told.records)
    assert sum(row["missed"] for row in figure(engine, "timeliness", MARCH)) == missed


def test_a_stage_that_had_passed_before_anything_was_heard_was_not_due(engine, told):
    told.decided("Ada", "suppressed", "missed_stage", minutes=DAY, stage="first")
    archived(engine, told.records)
    assert figure(engine, "timeliness", MARCH) == []


def test_a_contact_that_went_on_by_another_channel_is_one(engine, told):
    for number, result in ((1, "undelivered"), (2, "delivered")):
        told.claimed("Ada", f"ct-1.{number}", minutes=DAY + number)
        told.attempted("Ada", f"ct-1.{number}", result, minutes=DAY + number)
    archived(engine, told.records)
    assert only(engine, "timeliness")["cases"] == 1


def test_promises_count_on_their_day_unless_cancelled(engine, told):
    for customer, day, outcome in (
        ("A", 5, "promise_kept"),
        ("B", 6, "promise_broken"),
        ("C", 7, None),
        ("D", 60, None),
    ):
        told.said(customer, PromiseMade("P", (), 900, "EUR", START.toordinal() + day), minutes=1)
        if outcome:
            told.noted(customer, "promises.P", outcome, minutes=10 * DAY)
    told.said("E", PromiseMade("P", (), 900, "EUR", START.toordinal() + 5), minutes=1)
    told.said("E", PromiseCancelled("P"), minutes=2)
    archived(engine, told.records)
    row = only(engine, "promises")
    assert (row["promises"], row["amount"], row["kept"], row["broken"], row["open"]) == (3, 2700, 1, 1, 1)
    assert (row["cases"], row["rate"], row["few"]) == (2, 0.5, True)


def test_opt_outs_stand_against_the_contacts_of_their_channel(engine, told):
    for number in range(4):
        told.claimed("Ada", f"ct-{number}.1", minutes=DAY)
        told.attempted("Ada", f"ct-{number}.1", "accepted", minutes=DAY)
    told.said("Ada", ConsentChanged("+447700900123", "sms", allowed=False, source="STOP"), minutes=DAY)
    archived(engine, told.records)
    rows = figure(engine, "opt-outs", MARCH)
    assert [(row["channel"], row["source"], row["opt_outs"], row["cases"], row["rate"]) for row in rows] == [
        ("sms", "all", 1, 4, 0.25),
        ("sms", "STOP", 1, 4, None),
    ]


def test_complaints_are_placed_released_and_open(engine, told):
    told.said("Ada", HoldPlaced("H", "customer", "complaint"), minutes=DAY)
    told.said("Ben", HoldPlaced("H", "customer", "complaint"), minutes=DAY)
    told.said("Ben", HoldReleased("H"), minutes=2 * DAY)
    told.said("Cem", HoldPlaced("H", "customer", "complaint"), minutes=60 * DAY)
    told.said("Dan", HoldPlaced("H", "customer", "complaint"), minutes=2 * DAY)
    archived(engine, told.records)
    row = figure(engine, "complaints", MARCH)[0]
    assert (row["kind"], row["placed"], row["released"], row["open"]) == ("complaint", 3, 1, 2)


def test_satisfaction_is_the_share_of_the_content(engine, told):
    for number, score in enumerate((1, 4, 5, 5)):
        told.said(f"C-{number}", FeedbackGiven(score, channel="sms"), minutes=DAY)
    archived(engine, told.records)
    row = figure(engine, "satisfaction", MARCH)[0]
    assert (row["channel"], row["cases"], row["mean"], row["content"]) == ("all", 4, 3.75, 0.75)


def test_a_call_of_which_nobody_told_the_outcome_was_made_and_has_not_failed(engine, told):
    """The rules count it as a contact; one that nobody dialled in time reached nobody."""
    for number, code in enumerate(("no_outcome", "expired"), 1):
        told.claimed("Ada", f"ct-{number}.1", channel="call_task", stage=code)
        of_it: dict[str, object] = {"kind": "attempt", "attempt_id": f"ct-{number}.1", "channel": "call_task"}
        told.decided("Ada", "expired", code, minutes=DAY, **of_it)
    archived(engine, told.records)
    results = {row["stage"]: row["failed"] for row in figure(engine, "results", MARCH)}
    timely = {row["stage"]: (row["on_time"], row["failed"]) for row in figure(engine, "timeliness", MARCH)}
    assert (results, timely) == (
        {"no_outcome": 0, "expired": 1},
        {"no_outcome": (1, 0), "expired": (0, 1)},
    )


def test_suppressions_are_counted_by_the_rule_that_forbade(engine, told):
    for minutes in range(3):
        told.decided("Ada", "suppressed", "cap", minutes=minutes)
    told.decided("Ada", "deferred", "quiet_hours")
    told.decided("Ada", "planned")
    archived(engine, told.records)
    rows = figure(engine, "suppressed", MARCH)
    assert [(row["code"], row["suppressed"], row["deferred"], row["share"]) for row in rows] == [
        ("cap", 3, 0, 0.75),
        ("quiet_hours", 0, 1, 0.25),
    ]


def reported(  # noqa: PLR0917  a report
    told: Topics, customer: str, attempt: str, who: str, contact_class: str, minutes: float, *omitted: str
) -> None:
    at = to_millis(instant(minutes))
    report = ContactReported(
        "call_task", "outbound", at, "desk", "talked", contact_class, task_id=attempt, omitted=omitted
    )
    told.said(customer, report, minutes=minutes + 4, source=f"dispatcher/desk/{who}")


def test_collectors_have_their_dials_conversations_promises_and_time(engine, told):
    told.dialled("Ada", "ct-1.1", "permitted", "ann", minutes=DAY)
    told.dialled("Ben", "ct-2.1", "permitted", "ann", minutes=2 * DAY)
    told.dialled("Cem", "ct-3.1", "refused", "bob", minutes=2 * DAY)
    reported(told, "Ada", "ct-1.1", "ann", "right_party", DAY)
    reported(told, "Ben", "ct-2.1", "ann", "none", 2 * DAY)
    made = PromiseMade("P", (), 900, "EUR", START.toordinal() + 5)
    told.said("Ada", made, minutes=DAY, source="dispatcher/desk/ann")
    told.noted("Ada", "promises.P", "promise_kept", minutes=9 * DAY)
    archived(engine, told.records)
    row = only(engine, "collectors")
    assert (row["collector"], row["tasks"], row["dials"], row["right_party"]) == ("ann", 2, 2, 1)
    assert (row["promises"], row["kept"], row["rate"], row["minutes"]) == (1, 1, 1.0, 4.0)


def test_conduct_is_complaints_after_a_conversation_and_dials_that_were_refused(engine, told):
    reported(told, "Ada", "ct-1.1", "ann", "right_party", DAY)
    reported(told, "Ada", "ct-2.1", "bob", "right_party", 2 * DAY, "identity", "rights")
    reported(told, "Ada", "ct-3.1", "ann", "none", 3 * DAY)
    told.said("Ada", HoldPlaced("H", "customer", "complaint"), minutes=4 * DAY)
    told.dialled("Ben", "ct-4.1", "refused", "ann", minutes=2 * DAY)
    archived(engine, told.records)
    rows = figure(engine, "conduct", MARCH)
    names = ("collector", "complaints", "refused", "undisclosed", "cases")
    assert [tuple(row[name] for name in names) for row in rows] == [("ann", 0, 1, 0, 1), ("bob", 1, 0, 1, 1)]


def test_what_another_desk_reports_names_no_collector(engine, told):
    at = to_millis(instant(DAY))
    told.said("Ada", ContactReported("call_task", "outbound", at, "agency", "talked", "right_party"), minutes=DAY)
    archived(engine, told.records)
    assert figure(engine, "collectors", MARCH) == []
