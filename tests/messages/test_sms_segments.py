import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.sms_segments import Segments, is_gsm, segments

GSM_SINGLE = "aZ0@£¥é\nΔÄñà¿§ "
GSM_DOUBLE = "\f^{}\\[~]|€"
OUTSIDE_GSM = "çÁ中’…\u00a0"
SURROGATE_PAIRS = "😀𝄞"

any_text = st.text(st.sampled_from(GSM_SINGLE + GSM_DOUBLE + OUTSIDE_GSM + SURROGATE_PAIRS), max_size=700)
gsm_text = st.text(st.sampled_from(GSM_SINGLE + GSM_DOUBLE), max_size=700)


def units_of(text, encoding):
    if encoding == "UCS-2":
        return [len(char.encode("utf-16-be")) // 2 for char in text]
    return [2 if char in GSM_DOUBLE else 1 for char in text]


def fewest_parts(units, size):
    """The fewest runs of at most `size` units, by trying every cut: fewest[i] is for the first i characters."""
    fewest = [0]
    for end in range(1, len(units) + 1):
        start, total, best = end, 0, None
        while start > 0 and total + units[start - 1] <= size:
            start -= 1
            total += units[start]
            best = fewest[start] if best is None else min(best, fewest[start])
        fewest.append(best + 1)
    return fewest[-1]


@given(any_text)
def test_a_text_takes_as_few_parts_as_any_division_that_splits_no_character(text):
    carried = segments(text)
    units = units_of(text, carried.encoding)
    alone, size = (160, 153) if carried.encoding == "GSM-7" else (70, 67)
    expected = 1 if sum(units) <= alone else fewest_parts(units, size)
    assert carried == Segments(carried.encoding, sum(units), expected)


@given(gsm_text, st.sampled_from(OUTSIDE_GSM + SURROGATE_PAIRS))
def test_one_character_outside_the_alphabet_makes_the_whole_text_ucs2(text, stranger):
    assert (segments(text).encoding, segments(text + stranger).encoding) == ("GSM-7", "UCS-2")


@given(any_text, st.sampled_from(GSM_SINGLE + OUTSIDE_GSM))
def test_a_longer_text_never_takes_fewer_parts(text, more):
    assert segments(text + more).parts >= segments(text).parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 306, 3)),
        ("中" * 70, Segments("UCS-2", 70, 1)),
        ("中" * 71, Segments("UCS-2", 71, 2)),
        ("😀" * 35, Segments("UCS-2", 70, 1)),
        ("中" * 66 + "😀" + "中" * 66, Segments("UCS-2", 134, 3)),
    ],
)
def test_the_limits_are_those_of_the_standard(text, expected):
    assert segments(text) == expected


def test_the_escape_character_alone_is_not_text():
    assert not is_gsm("\x1b")
