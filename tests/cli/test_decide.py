"""`decide` answers for a file of events what a worker would, on a clock of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.journal import decode_journal

POLICY = str(Path(__file__).parents[2] / "deploy" / "policy.example.toml")
STAGES = ("acknowledgement", "plan_agreed")
MORNING = "2026-03-02T09:00:00Z"


def event(kind: str, at: str, event_id: str = "", customer: str = "C-1", **data: object) -> dict:
    return {
        "specversion": "1.0",
        "id": event_id or f"{kind}/{customer}/{at}",
        "source": "/tests",
        "type": kind,
        "subject": customer,
        "time": at,
        "data": {"customer_id": customer, **data},
    }


def profile(at: str = MORNING, customer: str = "C-1", **more: object) -> dict:
    known = {
        "name": "Jo Example",
        "locale": "en",
        "country": "GB",
        "timezone": "Europe/London",
        "phones": [{"number": "+447700900001", "kind": "mobile"}],
        "emails": [{"address": "jo@customers.example", "kind": "private"}],
    }
    return event("customer.updated", at, customer=customer, **(known | more))


def invoice(kind: str, at: str, due_on: str, customer: str = "C-1", **more: object) -> dict:
    stated = {"invoice_id": "I-1", "due_on": due_on, "amount_due": 5000, "currency": "GBP"}
    return event(kind, at, customer=customer, **(stated | more))


def settled(at: str) -> dict:
    return event("invoice.settled", at, invoice_id="I-1", amount_due=0, currency="GBP", reason="payment", settled_at=at)


DUE = [profile(), invoice("invoice.due", MORNING, "2026-03-10")]
OVERDUE = [profile(), invoice("invoice.overdue", MORNING, "2026-02-27")]


Records = list[dict]


@pytest.fixture
def decided(command, tmp_path: Path) -> Callable[..., Records]:
    def call(events: list[dict], *options: str, outcomes: list[dict] | None = None) -> Records:
        given = []
        if outcomes is not None:
            file = tmp_path / "outcomes.jsonl"
            file.write_text("\n".join(map(json.dumps, outcomes)))
            given = ["--outcomes", str(file)]
        ended = command("decide", "--policy", POLICY, "--json", *options, *given, "-", stdin=lines(events))
        assert (ended.code, ended.err) == (0, "")
        return [json.loads(line) for line in ended.out.splitlines()]

    return call


def lines(events: list[dict]) -> bytes:
    return "\n".join(map(json.dumps, events)).encode()


def contacts(records: Records) -> list[tuple[str, str]]:
    return [(each["stage"], each["channel"]) for each in records if each["result"] == "claimed"]


def test_each_line_is_a_record_of_the_journal(decided):
    assert [decode_journal(json.dumps(each).encode()).customer_id for each in decided(DUE)][:1] == ["C-1"]


def test_every_stage_up_to_the_due_date_is_lived_through(decided):
    made = contacts(decided(DUE))
    assert made == [("pre_due_7", "email"), ("pre_due_3", "sms"), ("pre_due_1", "sms")]


def test_the_same_events_give_the_same_bytes(command):
    first, second = (command("decide", "--policy", POLICY, "--json", "-", stdin=lines(DUE)).out for _ in range(2))
    assert first == second


def test_the_clock_starts_at_the_first_events_time(decided):
    assert decided(DUE)[0]["at"] == MORNING


def test_nothing_is_decided_after_the_end(decided):
    assert contacts(decided(DUE, "--until", "2026-03-04T00:00:00Z")) == [("pre_due_7", "email")]


def test_a_payment_ends_the_contacts_from_its_time_on(decided):
    assert contacts(decided([*DUE, settled("2026-03-05T10:00:00Z")])) == [("pre_due_7", "email")]


def test_an_event_that_is_earlier_than_the_clock_arrives_at_once(decided):
    late = event("feedback.given", "2026-03-01T00:00:00Z", score=4)
    (heard,) = [each for each in decided([*DUE, late]) if each.get("cause", {}).get("id") == late["id"]]
    assert heard["at"] == MORNING


def test_a_cause_is_the_topic_of_the_type_and_the_number_of_the_line(decided):
    cause = decided(DUE)[1]["cause"]
    assert (cause["topic"], cause["partition"], cause["offset"]) == ("billing.due", 0, 2)


def test_what_a_customer_hears_at_one_instant_is_decided_together(decided):
    both = [*OVERDUE, invoice("invoice.overdue", MORNING, "2026-02-27", invoice_id="I-2") | {"id": "second"}]
    (made,) = [each for each in decided(both, "--until", MORNING) if each["result"] == "claimed"]
    assert made["invoice_ids"] == ["I-1", "I-2"]


def test_customers_are_told_in_the_order_of_time(decided):
    other = [profile(customer="C-2"), invoice("invoice.due", "2026-03-04T09:00:00Z", "2026-03-12", "C-2")]
    instants = [each["at"] for each in decided([*DUE, *other])]
    assert instants == sorted(instants)


def test_a_refused_channel_is_followed_by_the_next_of_the_ladder(decided):
    records = decided(OVERDUE, "--until", MORNING, outcomes=[{"channel": "sms", "outcome": "rejected"}])
    assert contacts(records) == [("first_contact", "sms"), ("first_contact", "email")]


def test_a_deferred_attempt_is_made_again(decided):
    rules = [{"stage": "first_contact", "outcome": "deferred", "retry_after_s": 60, "times": 1}]
    records = decided(OVERDUE, "--until", "2026-03-02T10:00:00Z", outcomes=rules)
    assert contacts(records) == [("first_contact", "sms"), ("first_contact", "sms")]


def test_an_attempt_in_doubt_is_not_made_again(decided):
    records = decided(OVERDUE, "--until", "2026-03-04T10:00:00Z", outcomes=[{"outcome": "in_doubt"}])
    assert contacts(records) == [("first_contact", "sms")]


def test_a_receipt_comes_when_it_is_said_to(decided):
    rules = [{"customer": "C-1", "attempt": 1, "outcome": "delivered", "after_s": 3600}]
    records = decided(OVERDUE, "--until", "2026-03-02T10:00:00Z", outcomes=rules)
    assert records[-1]["at"] == "2026-03-02T10:00:00Z"


def test_a_desk_reports_a_call_when_it_is_said_to(decided):
    called = [profile(), invoice("invoice.overdue", MORNING, "2025-12-01")]
    records = decided(called, outcomes=[{"channel": "call_task", "outcome": "reached", "after_s": 600}])
    assert "delivered" in [each["result"] for each in records]


def test_a_rendered_contact_is_shown_as_its_customer_would_see_it(decided):
    (made,) = [each for each in decided(OVERDUE, "--render", "--until", MORNING) if "message" in each]
    assert made["message"]["to"] == "+447700900001"
    assert "£50.00" in made["message"]["text"]


def test_a_rendered_call_is_its_script(decided):
    person = profile(tier="vip", emails=[], phones=[{"number": "+442079460001", "kind": "landline"}])
    records = decided([person, OVERDUE[1]], "--render", "--until", "2026-03-02T12:00:00Z")
    assert [each["message"]["channel"] for each in records if "message" in each] == ["call_task"]


def test_people_get_a_table_and_the_messages_below_it(command):
    out = command("decide", "--policy", POLICY, "--render", "--until", MORNING, "-", stdin=lines(OVERDUE)).out
    assert out.splitlines()[0].split()[:3] == ["at", "customer", "kind"]
    assert "sms from +447700900100 to +447700900001" in out


def test_a_bad_line_is_named_with_the_words_of_intake(command):
    wrong = [*DUE, invoice("invoice.due", MORNING, "2026-02-30")]
    ended = command("decide", "--policy", POLICY, "--json", "-", stdin=lines(wrong))
    said = command("validate", "-", stdin=lines(wrong)).err
    assert (ended.code, ended.out, ended.err) == (2, "", said)


def test_a_wrong_policy_is_named(command, tmp_path: Path):
    file = tmp_path / "policy.toml"
    file.write_text("min_gap_hours = 'x'")
    ended = command("decide", "--policy", str(file), "-", stdin=lines(DUE))
    assert (ended.code, ended.out) == (4, "")


@pytest.mark.parametrize("line", ['{"outcome": "vanished"}', "{", '{"outcome": "accepted", "chanel": "sms"}', "[]"])
def test_a_wrong_outcome_is_named_by_its_line(command, tmp_path: Path, line: str):
    file = tmp_path / "outcomes.jsonl"
    file.write_text('{"outcome": "accepted"}\n' + line)
    ended = command("decide", "--policy", POLICY, "--outcomes", str(file), "-", stdin=lines(DUE))
    assert (ended.code, ended.out, f"{file}:2: " in ended.err) == (2, "", True)


def test_no_events_are_no_decisions(decided):
    assert decided([]) == []


@pytest.mark.parametrize("options", [("--until", "soon"), ("--outcomes", "no-such-file")])
def test_an_option_that_cannot_be_read_is_a_wrong_call(command, options: tuple[str, str]):
    ended = command("decide", "--policy", POLICY, *options, "-", stdin=lines(DUE))
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_a_payment_is_acknowledged_in_words_where_the_policy_asks_for_it(command):
    policy = str(Path(POLICY).with_name("policy.full.toml"))
    part = settled("2026-03-03T10:00:00Z")
    part["data"]["amount_due"] = 2000
    ended = command("decide", "--policy", policy, "--render", "--json", "-", stdin=lines([*DUE, part]))
    said = [json.loads(line) for line in ended.out.splitlines()]
    (thanks,) = [each["message"]["text"] for each in said if each["result"] == "claimed" and each["stage"] in STAGES]
    assert ("received your payment of £30.00" in thanks, "Still to pay: £20.00" in thanks) == (True, True)


def test_no_payment_is_acknowledged_where_the_policy_does_not_ask_for_it(decided):
    made = decided([*DUE, settled("2026-03-03T10:00:00Z")])
    assert [each for each in made if each.get("stage") == "acknowledgement"] == []
