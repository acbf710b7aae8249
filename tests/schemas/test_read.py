"""Reading what billing published: the examples that the documentation shows, and bytes that nobody would show."""

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import inbox
from schemas.codec import MAX_EVENT_BYTES, Accepted, Rejected, ignored_fields, read
from schemas.envelope import TYPES_OF_TOPIC
from schemas.events import EVENT_TYPES
from schemas.refusals import REASONS, SENTENCES

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
VALID = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((EXAMPLES / "valid").glob("*.json"))}
INVALID = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((EXAMPLES / "invalid").glob("*.json"))}
DUE = VALID["invoice.due"]


def as_bytes(event):
    return event.encode() if isinstance(event, str) else json.dumps(event).encode()


def read_on_its_topic(event):
    return read(EVENT_TYPES[event["type"]][0], as_bytes(event))


def due(**changed):
    return {**DUE, "data": {**DUE["data"], **changed}}


@pytest.mark.parametrize("name", VALID)
def test_a_valid_example_is_accepted_whole(name):
    answer = read_on_its_topic(VALID[name])
    assert isinstance(answer, Accepted)
    assert answer.unknown_fields == 0


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_example_is_refused_for_the_stated_reason_at_the_stated_place(name):
    example = INVALID[name]
    answer = read(example["topic"], as_bytes(example["event"]))
    assert isinstance(answer, Rejected)
    assert (answer.reason, answer.path) == (example["reason"], example["path"])


def test_there_is_an_example_of_every_type():
    assert {event["type"] for event in VALID.values()} == set(EVENT_TYPES)


def test_there_is_an_invalid_example_of_every_reason_that_fits_into_a_file():
    made_below = {"too_large", "too_deep", "binary_mode"}
    assert {example["reason"] for example in INVALID.values()} | made_below == set(REASONS)


def test_every_reason_has_a_sentence():
    assert tuple(SENTENCES) == REASONS


def test_an_accepted_event_tells_whom_it_concerns_and_when_it_was_stated():
    answer = read_on_its_topic(DUE)
    assert (answer.customer_id, answer.at, answer.source, answer.id) == (
        "C-1042",
        1_793_610_000_000_000,
        "/billing",
        "e-1",
    )


def test_the_time_is_kept_to_the_microsecond_because_it_orders_statements():
    early = read_on_its_topic({**DUE, "time": "2026-11-02T09:00:00.000001Z"})
    late = read_on_its_topic({**DUE, "time": "2026-11-02T10:00:00.000002+01:00"})
    assert late.at - early.at == 1


def test_a_tombstone_is_refused():
    assert read("billing.due", None).reason == "empty"


def test_an_event_over_the_limit_is_refused_with_its_identity():
    answer = read_on_its_topic(due(description="x" * MAX_EVENT_BYTES))
    assert (answer.reason, answer.ce_id, answer.customer_id) == ("too_large", "e-1", "C-1042")


def test_an_event_at_the_limit_is_read():
    text = as_bytes(DUE)
    assert isinstance(read("billing.due", text + b" " * (MAX_EVENT_BYTES - len(text))), Accepted)


@pytest.mark.parametrize("place", ["description", "no_field_of_ours"])
def test_an_event_nested_a_hundred_thousand_deep_is_refused(place):
    text = as_bytes(due(**{place: "HERE"})).replace(b'"HERE"', b"[" * 100_000 + b"]" * 100_000)
    assert read("billing.due", text).reason == "too_deep"


def test_a_raw_nul_byte_is_refused_by_name():
    assert read("billing.due", as_bytes(DUE) + b"\0").reason == "nul_byte"


def test_a_text_about_the_escape_of_nul_is_no_nul():
    assert isinstance(read_on_its_topic(due(description="a\\u0000b")), Accepted)


def test_utf_16_is_refused():
    assert read("billing.due", json.dumps(DUE).encode("utf-16")).reason == "nul_byte"


def test_latin_1_is_refused():
    text = json.dumps(due(description="Übertrag"), ensure_ascii=False).encode("latin-1")
    assert read("billing.due", text).reason == "malformed_json"


@pytest.mark.parametrize("number", ["9" * 5000, "1e999", "-" + "9" * 400])
def test_a_number_that_nothing_can_hold_is_refused(number):
    text = as_bytes(due(amount_due=0)).replace(b'"amount_due": 0', f'"amount_due": {number}'.encode())
    assert isinstance(read("billing.due", text), Rejected)


def test_binary_mode_is_refused_by_name_with_the_identity_of_its_headers():
    headers = [("ce_specversion", b"1.0"), ("ce_id", b"e-1"), ("ce_type", b"invoice.due"), ("ce_source", b"/billing")]
    answer = read("billing.due", as_bytes(DUE["data"]), headers)
    assert (answer.reason, answer.ce_id, answer.ce_type, answer.ce_source) == (
        "binary_mode",
        "e-1",
        "invoice.due",
        "/billing",
    )


def test_structured_mode_may_repeat_attributes_in_headers():
    headers = [("ce_id", b"e-1"), ("content-type", b"application/cloudevents+json; charset=utf-8")]
    assert isinstance(read("billing.due", as_bytes(DUE), headers), Accepted)


def test_other_headers_do_not_matter():
    assert isinstance(read("billing.due", as_bytes(DUE), [("traceparent", None)]), Accepted)


def test_a_refusal_names_the_event_and_the_customer_where_they_are_readable():
    answer = read_on_its_topic(due(due_on="2026-02-30"))
    assert (answer.ce_id, answer.ce_source, answer.ce_type, answer.customer_id) == (
        "e-1",
        "/billing",
        "invoice.due",
        "C-1042",
    )


def test_a_refusal_says_what_was_expected():
    assert read_on_its_topic(due(due_on="2026-02-30")).message == "expected a date like 2026-11-30"


def test_an_event_on_the_wrong_topic_is_told_where_it_belongs():
    assert "billing.due" in read("billing.settled", as_bytes(DUE)).message


def test_an_identity_that_is_no_printable_text_is_left_out():
    answer = read("billing.due", as_bytes({**DUE, "id": "a\nb", "source": 7, "type": "x" * 201}))
    assert (answer.ce_id, answer.ce_source, answer.ce_type) == (None, None, None)


def test_unknown_fields_are_counted_at_every_depth_and_change_nothing():
    newer = copy.deepcopy(VALID["invoice.due-full"])
    newer["data"]["loyalty_points"] = {"nested": [1]}
    newer["data"]["lines"][0]["tax_code"] = "A"
    newer["data"]["lines"][2]["tax_code"] = None
    answer = read_on_its_topic(newer)
    assert (answer.unknown_fields, answer.fact) == (3, read_on_its_topic(VALID["invoice.due-full"]).fact)


def test_unknown_fields_in_preferences_are_counted():
    newer = copy.deepcopy(VALID["customer.updated-full"])
    newer["data"]["preferences"]["emoji"] = True
    newer["data"]["preferences"]["quiet_hours"][0]["season"] = "winter"
    assert read_on_its_topic(newer).unknown_fields == 2


def test_a_missing_field_says_that_one_with_almost_its_name_is_there():
    slip = due(ammount_due=12900)
    del slip["data"]["amount_due"]
    answer = read_on_its_topic(slip)
    assert (answer.reason, answer.path) == ("missing_field", "data.amount_due")
    assert answer.message.endswith("; a field is there that is called almost the same")


def test_a_missing_field_says_so_at_every_depth():
    slip = copy.deepcopy(VALID["invoice.due-full"])
    slip["data"]["lines"][1]["amout"] = slip["data"]["lines"][1].pop("amount")
    assert read_on_its_topic(slip).message.endswith("; a field is there that is called almost the same")


def test_an_unknown_name_is_not_repeated():
    slip = due(amount_due_ada=12900)
    del slip["data"]["amount_due"]
    assert "ada" not in read_on_its_topic(slip).message


def test_a_slip_is_looked_for_among_few_fields_however_many_there_are():
    many = due(**{f"unknown_{at}": at for at in range(1000)}, ammount_due=12900)
    del many["data"]["amount_due"]
    assert "almost" not in read_on_its_topic(many).message


def test_a_missing_field_that_nothing_resembles_says_no_more():
    slip = due(loyalty=12900)
    del slip["data"]["amount_due"]
    assert "almost" not in read_on_its_topic(slip).message


@pytest.mark.parametrize(
    "value", [b"{", b"[]", b"{}", as_bytes({**DUE, "type": "nothing"}), as_bytes({**DUE, "data": 1})]
)
def test_what_is_no_event_has_no_unknown_fields(value):
    assert ignored_fields("billing.due", value) == []


def test_extension_attributes_of_the_envelope_are_no_unknown_fields():
    assert read_on_its_topic({**DUE, "partitionkey": "C-1042"}).unknown_fields == 0


def test_a_wrong_value_beside_an_unknown_field_is_still_found():
    assert read_on_its_topic(due(loyalty_points=7, amount_due="12")).path == "data.amount_due"


def test_a_topic_on_which_nobody_publishes_is_the_callers_mistake():
    with pytest.raises(KeyError):
        read("reminders.journal", b"{}")


def test_an_accepted_event_shows_no_personal_data():
    shown = repr(read_on_its_topic(VALID["customer.updated"]))
    assert "Ada" not in shown
    assert "+44" not in shown


# --- whatever the bytes -------------------------------------------------------------------------------------------------

TOPICS = st.sampled_from(sorted(TYPES_OF_TOPIC))
AWKWARD = st.sampled_from(
    [
        None, True, 0, -1, 2**63, 10**30, 10**400, 1.5, 1e308, "", " ", "\x7f", "\u2028", "😀", "x" * 5000, [], {}, [[]],
        {"": None}, "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "24:00", "+", "+1", "a@b", "@",
        "-", "en-u", "1.0",
    ]
)  # fmt: skip
JSON = st.recursive(
    AWKWARD | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
fuzz = settings(deadline=None, max_examples=40)


def places(node, path=()):
    """Every place of a JSON document, the outermost first."""
    yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, inner in entries:
        yield from places(inner, (*path, key))


def inner(node, path):
    for key in path:
        node = node[key]
    return node


@st.composite
def mutated(draw, value=AWKWARD):
    """A valid example of which one place was replaced."""
    event = copy.deepcopy(VALID[draw(st.sampled_from(sorted(VALID)))])
    topic = EVENT_TYPES[event["type"]][0]
    *parent, last = draw(st.sampled_from([path for path in places(event) if path]))
    inner(event, parent)[last] = draw(value)
    return topic, event


def assert_storable(answer):
    """What is accepted can be written to the inbox and read from it: a bad record must not fail later instead."""
    if isinstance(answer, Accepted):
        arrival = inbox.Arrival(answer.at, inbox.Cause("t", 0, 0, answer.source, answer.id), answer.fact)
        assert inbox.decode_arrival(inbox.encode(arrival)) == arrival
        assert not answer.customer_id.startswith("\0")
    else:
        assert answer.reason in REASONS


@fuzz
@given(TOPICS, st.binary(max_size=60))
def test_any_bytes_get_an_answer(topic, value):
    assert_storable(read(topic, value))


@fuzz
@given(TOPICS, JSON)
def test_any_json_gets_an_answer(topic, value):
    assert isinstance(read(topic, json.dumps(value).encode()), Rejected)


@settings(deadline=None, max_examples=150)
@given(mutated())
def test_any_change_of_a_valid_event_gets_an_answer_that_can_be_stored(change):
    topic, event = change
    assert_storable(read(topic, json.dumps(event).encode()))


@fuzz
@given(st.sampled_from(sorted(VALID)), st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_any_damage_to_the_bytes_of_an_event_gets_an_answer(name, position, damage):
    event = VALID[name]
    text = as_bytes(event)
    position %= len(text)
    assert_storable(read(EVENT_TYPES[event["type"]][0], text[:position] + damage + text[position + len(damage) :]))


@fuzz
@given(mutated(st.sampled_from(["Ada Canary", {"Ada Canary": 1}, ["Ada Canary"], "+49Ada Canary", "Ada@Canary"])))
def test_a_refusal_never_repeats_what_it_found(change):
    topic, event = change
    answer = read(topic, json.dumps(event).encode())
    if isinstance(answer, Rejected):
        assert "Canary" not in f"{answer.path} {answer.message}"


@fuzz
@given(st.sampled_from(sorted(VALID)), st.data(), AWKWARD.filter(lambda value: value != 10**400))
def test_a_field_that_we_do_not_know_never_changes_what_is_read(name, data, value):
    event = copy.deepcopy(VALID[name])
    objects = [
        path
        for path in places(event)
        if path[:1] == ("data",) and "attributes" not in path and isinstance(inner(event, path), dict)
    ]
    inner(event, data.draw(st.sampled_from(objects)))["from_the_future"] = value
    answer = read_on_its_topic(event)
    assert (answer.fact, answer.unknown_fields) == (read_on_its_topic(VALID[name]).fact, 1)
