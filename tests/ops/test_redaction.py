"""Numbers and addresses of people do not survive the way into a log line; everything else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.engine.clients import KafkaAway
from dispatcher.ops.redaction import redact, redacted, told


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("sent to +4915123456789", "sent to [number]"),
        ("sent to +49 151 234-567-89.", "sent to [number]."),
        ("To=%2B4915123456789&From", "To=[number]&From"),
        ("dialled 004915123456789", "dialled [number]"),
        ("the number 4915123456789 is wrong", "the number [number] is wrong"),
        ("mail to Ada.Lovelace+bill@mail.example.co.uk failed", "mail to [address] failed"),
        ("<ada@example.com>: user unknown", "<[address]>: user unknown"),
        ("для ада@пример.рф", "для [address]"),
    ],
)
def test_people_are_masked(text: str, left: str):
    assert redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "offset 12345 of 67890",
        "at 2026-03-02T09:00:00.123456+01:00",
        "reminders.inbox[3]@1200345",
        "version 0.1.0 on 127.0.0.1:9092",
        "policy 0f3a9c1b2d4e, customer C-1042",
        "took 0.123456789012 s",
        "id 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    ],
)
def test_what_operators_need_stays(text: str):
    assert redact(text) == text


def test_coordinates_are_kept_as_they_are():
    assert redacted({"offset": "4915123456789", "note": "4915123456789"}) == {
        "offset": "4915123456789",
        "note": "[number]",
    }


def test_numbers_are_no_texts():
    assert redacted({"n": 4915123456789, "share": 0.5, "on": True, "none": None}) == {
        "n": 4915123456789,
        "share": 0.5,
        "on": True,
        "none": None,
    }


def test_nothing_hides_in_depth():
    assert redacted([{"to": ("ada@example.com", {"+4915123456789"})}]) == [{"to": ["[address]", ["[number]"]]}]


def test_an_object_is_masked_in_its_own_words():
    class Spoken:
        def __repr__(self) -> str:
            return "Spoken(ada@example.com)"

    assert redacted(Spoken()) == "Spoken([address])"


@given(
    st.text(max_size=20), st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True), st.text(alphabet=" \n,;", min_size=1)
)
def test_an_international_number_never_survives_whatever_stands_before_it(before, number, after):
    assert number not in redact(f"{before}{number}{after}")


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text):
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (KeyError("Ada Lovelace"), "KeyError"),
        (OSError(28, "No space left on device"), "OSError: [Errno 28] No space left on device"),
        (KafkaAway("did not answer +4915123456789"), "KafkaAway: did not answer [number]"),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_fault_is_told_by_its_kind_and_by_words_that_are_ours(fault: Exception, said: str):
    assert told(fault) == said
