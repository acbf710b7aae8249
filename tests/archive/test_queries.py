"""What the archive answers: timelines as the journal had them, contact records with promise and text, figures by sort."""

import pytest

from dispatcher.archive.queries import Archive
from schemas import journal, policies, topics
from schemas.inbox import ContactReported, HoldPlaced, HoldReleased, PromiseCancelled, PromiseMade
from schemas.journal import CauseRecord
from schemas.policies import PolicyText
from schemas.values import to_millis
from tests.archive.journal import Topics, archived, instant, task

FOREVER = (0, 2**60)
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
OTHER_TRACE = "00-1bf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def told() -> Topics:
    return Topics()


def test_a_timeline_is_the_journal_of_one_customer(engine, told):
    for minutes in range(5):
        for customer in ("Ada", "Ben"):
            told.decided(customer, "deferred", "quiet_hours", minutes=minutes, next_at=instant(600), tier="high")
            told.claimed(customer, f"ct-{customer}-{minutes}.1", minutes=minutes, responsible="desk")
    archived(engine, told.records)
    written = [journal.decode_journal(each.value) for each in told.records if each.key == b"Ada"]
    assert list(Archive(engine).timeline("Ada")) == written


@pytest.mark.parametrize("cause", [None, CauseRecord("billing.due", 0, 7, "/billing", "1", OTHER_TRACE)])
@pytest.mark.parametrize("trace", ["", TRACE])
def test_a_timeline_has_the_traces_that_the_journal_had(engine, told, cause, trace):
    told.decided("Ada", "planned", cause=cause, trace=trace)
    archived(engine, told.records)
    assert [(each.cause, each.trace) for each in Archive(engine).timeline("Ada")] == [(cause, trace)]


def test_a_timeline_ends_at_the_instant_that_is_asked_for(engine, told):
    for minutes in range(5):
        told.decided("Ada", "planned", minutes=minutes)
    archived(engine, told.records)
    assert len(Archive(engine).timeline("Ada", until=to_millis(instant(2)))) == 3


def test_a_timeline_of_an_invoice_leaves_out_the_others(engine, told):
    told.decided("Ada", "planned", invoice_ids=("R-1", "R-2"))
    told.decided("Ada", "planned", invoice_ids=("R-3",))
    archived(engine, told.records)
    assert [each.invoice_ids for each in Archive(engine).timeline("Ada", invoice_id="R-2")] == [("R-1", "R-2")]


def called(told: Topics, customer: str, attempt: str, minutes: float, outcome: str) -> None:
    told.claimed(customer, attempt, minutes=minutes, channel="call_task", task="call")
    told.handed_over(task(customer, attempt, f"Script {attempt}"), minutes=minutes)
    at = to_millis(instant(minutes + 5))
    report = ContactReported(
        "call_task", "outbound", at, "desk", outcome, "right_party", task_id=attempt, next_action="call_back"
    )
    told.said(customer, report, minutes=minutes + 5)
    told.attempted(customer, attempt, "delivered", minutes=minutes + 5, detail=outcome)


def test_a_contact_record_says_when_how_what_came_of_it_and_what_was_promised(engine, told):
    called(told, "Ada", "ct-1.1", 0, "promise")
    told.said("Ada", PromiseMade("P-1", ("I-Ada",), 900, "EUR", 739_710), minutes=6)
    told.noted("Ada", "promises.P-1", "promise_kept", minutes=9)
    archived(engine, told.records)
    (record,) = Archive(engine).contacts("Ada")
    assert (record.at, record.channel, record.outcome, record.contact_class, record.next_action) == (
        to_millis(instant()),
        "call_task",
        "promise",
        "right_party",
        "call_back",
    )
    assert (record.promised_on, record.promised_amount, record.promise_outcome) == ("2026-04-04", 900, "promise_kept")
    assert (record.text, len(record.content_sha256)) == ("Script ct-1.1", 64)


def test_a_promise_belongs_to_the_contact_that_it_followed(engine, told):
    called(told, "Ada", "ct-1.1", 0, "no_answer")
    called(told, "Ada", "ct-2.1", 60, "promise")
    told.said("Ada", PromiseMade("P-1", (), 900, "EUR", 739_710), minutes=70)
    archived(engine, told.records)
    assert [each.promised_amount for each in Archive(engine).contacts("Ada")] == [None, 900]


def test_a_promise_that_was_made_days_later_belongs_to_no_contact(engine, told):
    called(told, "Ada", "ct-1.1", 0, "promise")
    told.said("Ada", PromiseMade("P-1", (), 900, "EUR", 739_710), minutes=3 * 24 * 60)
    archived(engine, told.records)
    assert [each.promised_amount for each in Archive(engine).contacts("Ada")] == [None]


def test_results_are_counted_by_channel_stage_tier_and_variant(engine, told):
    for number, (variant, result) in enumerate(
        [("a", "delivered"), ("a", "delivered"), ("a", "undelivered"), ("b", "rejected")]
    ):
        told.claimed(f"C-{number}", f"ct-{number}.1", variant=variant)
        told.attempted(f"C-{number}", f"ct-{number}.1", result, minutes=1)
    archived(engine, told.records)
    counts = {each.sort["variant"]: (each.contacts, dict(each.results)) for each in Archive(engine).results(*FOREVER)}
    assert counts == {"a": (3, {"delivered": 2, "undelivered": 1}), "b": (1, {"rejected": 1})}


def test_results_are_those_of_contacts_made_in_the_time(engine, told):
    for minutes in (0, 10, 20):
        told.claimed("Ada", f"ct-{minutes}.1", minutes=minutes)
    archived(engine, told.records)
    times = (to_millis(instant(10)), to_millis(instant(20)))
    assert [each.contacts for each in Archive(engine).results(*times, by=("channel",))] == [1]


def test_decisions_are_counted_by_the_rule_that_forbade(engine, told):
    for minutes in range(3):
        told.decided("Ada", "suppressed", "cap", minutes=minutes, stage="first")
    told.decided("Ada", "suppressed", "cap", minutes=2 * 24 * 60, stage="first")
    archived(engine, told.records)
    day = instant().date().toordinal()
    assert Archive(engine).decided(day, day, stage="first") == {("decision", "suppressed", "cap"): 3}


def test_open_complaints_are_those_that_were_not_released_and_have_not_run_out(engine, told):
    until = to_millis(instant(100))
    told.said("Ada", HoldPlaced("H-1", "customer", "complaint"))
    told.said("Ben", HoldPlaced("H-1", "customer", "complaint", until=until))
    told.said("Cem", HoldReleased("H-1"), minutes=5)
    told.said("Cem", HoldPlaced("H-1", "customer", "complaint"), minutes=4)
    archived(engine, told.records)
    asked = Archive(engine)
    assert [dict(asked.open_holds(now)) for now in (until - 1, until)] == [{"complaint": 2}, {"complaint": 1}]


def test_the_later_statement_of_a_promise_wins_whatever_came_first(engine, told):
    told.said("Ada", PromiseMade("P", (), 900, "EUR", 739_712), minutes=5)
    told.said("Ada", PromiseMade("P", (), 100, "EUR", 739_710), minutes=4)
    told.said("Ben", PromiseCancelled("P"), minutes=5)
    told.said("Ben", PromiseMade("P", (), 100, "EUR", 739_710), minutes=4)
    archived(engine, told.records)
    assert Archive(engine).promises("2026-04-01", "2026-04-30") == {"open": 1}
    assert Archive(engine).promises("2026-04-06", "2026-04-06") == {"open": 1}


def test_the_text_of_a_policy_is_kept_under_its_hash(engine, told):
    text = PolicyText("abc", "# the rules\n", "ada", instant())
    told.append(topics.POLICY, "", policies.encode(text), key=b"abc")
    archived(engine, told.records)
    assert (Archive(engine).policy("abc"), Archive(engine).policy("abd")) == ("# the rules\n", None)
