"""`validate` says of each line what intake would say of it, without a cluster."""

import json
from pathlib import Path

import msgspec
import pytest

from schemas.codec import read
from schemas.rejected import Rejected

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


def line(event: object) -> bytes:
    return msgspec.json.encode(event)


def example(path: Path) -> bytes:
    return line(msgspec.json.decode(path.read_bytes()))


VALID = sorted((EXAMPLES / "valid").glob("*.json"))
INVALID = {path.stem: json.loads(path.read_bytes()) for path in sorted((EXAMPLES / "invalid").glob("*.json"))}
JUDGED = {
    name: wrong
    for name, wrong in INVALID.items()
    if isinstance(wrong["event"], dict) and wrong["reason"] != "wrong_topic"  # a file names no topic
}
DUE = example(EXAMPLES / "valid" / "invoice.due.json")
IMPOSSIBLE = line(INVALID["due-date-impossible"]["event"])


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_every_valid_example_passes(command, path: Path):
    assert command("validate", "-", stdin=example(path)).code == 0


@pytest.mark.parametrize("wrong", JUDGED.values(), ids=JUDGED)
def test_every_invalid_example_is_refused_for_its_reason(command, wrong: dict):
    finding = json.loads(command("validate", "-", "--json", stdin=json.dumps(wrong["event"]).encode()).out)

    assert (finding["reason"], finding["path"]) == (wrong["reason"], wrong["path"])


def test_a_file_of_events_is_counted(command, tmp_path: Path):
    file = tmp_path / "events.jsonl"
    file.write_bytes(DUE + b"\n\n" + DUE + b"\r\n")

    assert command("validate", str(file)).out == f"{file}: 2 valid, 0 invalid\n"


def test_one_bad_event_is_a_finding(command):
    assert command("validate", "-", stdin=DUE + b"\n" + IMPOSSIBLE).code == 1


def test_a_bad_event_is_named_by_its_line_with_the_words_of_intake(command):
    refusal = read("billing.due", IMPOSSIBLE)
    assert isinstance(refusal, Rejected)

    ended = command("validate", "-", stdin=b"\n" + DUE + b"\n" + IMPOSSIBLE)

    assert ended.err == f"stdin:3: {refusal.reason}: {refusal.path}: {refusal.message}\n"


@pytest.mark.parametrize("text", [b"{{", b"[]", b'"x"', b"\xff\xfe", b'{"type":"nothing"}', b"[" * 200_000, b"1e999"])
def test_whatever_stands_in_a_line_the_next_is_judged(command, text: bytes):
    assert command("validate", "-", stdin=text + b"\n" + DUE).out == "stdin: 1 valid, 1 invalid\n"


def test_a_long_line_is_refused_by_its_size(command):
    ended = command("validate", "-", stdin=b'{"a":"' + b"x" * 1_000_000 + b'"}')

    assert "too_large" in ended.err
    assert len(ended.err.splitlines()) == 1


def test_the_value_that_was_wrong_is_not_repeated(command):
    wrong = msgspec.json.decode(DUE)
    wrong["data"]["currency"] = "Ada Lovelace"

    assert "Ada" not in command("validate", "-", stdin=msgspec.json.encode(wrong)).err


def test_findings_as_json_are_one_object_a_line(command):
    ended = command("validate", "-", "--json", stdin=IMPOSSIBLE + b"\n" + DUE)

    (finding,) = [json.loads(each) for each in ended.out.splitlines()]
    assert (finding["line"], finding["reason"], finding["path"]) == (1, "impossible_date", "data.due_on")


def test_a_file_that_is_not_there_is_a_wrong_call(command):
    ended = command("validate", "no-such-file.jsonl")

    assert (ended.code, len(ended.err.splitlines())) == (2, 1)


def test_nothing_to_check_is_nothing_wrong(command):
    assert command("validate", "-").code == 0


def test_a_field_that_nobody_knows_is_named_with_the_one_that_is_meant(command):
    slip = msgspec.json.decode(DUE)
    slip["data"]["payUrl"] = "https://pay.example"

    ended = command("validate", "-", stdin=line(slip))

    assert (ended.code, ended.err) == (
        0,
        "stdin:1: note: data.payUrl is not a known field and is ignored; did you mean data.pay_url?\n",
    )


def test_a_time_years_ahead_is_pointed_out_and_accepted(command):
    ahead = msgspec.json.decode(DUE) | {"time": "2199-11-20T09:00:00Z"}

    ended = command("validate", "-", stdin=line(ahead))

    assert (ended.code, ended.err.partition(";")[0]) == (0, "stdin:1: note: time: lies years ahead")


def test_a_customer_with_a_blank_at_an_end_is_pointed_out_and_accepted(command):
    blank = msgspec.json.decode(DUE)
    blank["subject"] = blank["data"]["customer_id"] = "C-1 "

    ended = command("validate", "-", stdin=line(blank))

    assert (ended.code, ended.err.partition(";")[0]) == (
        0,
        "stdin:1: note: data.customer_id: begins or ends with a blank",
    )


def test_a_field_like_no_other_is_named_without_a_guess(command):
    newer = msgspec.json.decode(DUE)
    newer["data"]["loyalty"] = 7

    assert command("validate", "-", stdin=line(newer)).err.endswith(
        "data.loyalty is not a known field and is ignored\n"
    )


@pytest.mark.parametrize("indent", [1, 4])
@pytest.mark.parametrize("whole", [lambda event: event, lambda event: [event, event]], ids=["event", "array"])
def test_json_over_several_lines_is_one_mistake_and_not_one_a_line(command, whole, indent: int):
    ended = command("validate", "-", stdin=json.dumps(whole(json.loads(DUE)), indent=indent).encode())

    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert "one event a line" in ended.err
