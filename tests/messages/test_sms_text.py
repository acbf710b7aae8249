import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.sms_segments import segments
from dispatcher.messages.sms_text import sms_text


@pytest.mark.parametrize(
    ("rendered", "sent"),
    [
        ("1.249,00\u00a0€ – “due”…", '1.249,00 € - "due"...'),
        ("1\u202f249,00\u00a0€", "1 249,00 €"),
        ("\u200f12\u200e", "12"),
        ("two\n  lines ", "two lines"),
        ("应付——今日", "应付——今日"),
        ("e\u0301", "é"),
    ],
)
def test_typography_is_simplified_only_where_it_saves_the_alphabet(rendered, sent):
    assert sms_text(rendered) == sent


def test_a_no_break_space_does_not_double_the_price():
    text = "Please pay\u00a0now. " + "a" * 140
    assert (segments(text).parts, segments(sms_text(text)).parts) == (3, 1)


@given(st.text(max_size=40), st.integers(1, 400))
def test_no_sms_is_longer_than_providers_take(text, times):
    assert len(sms_text(text * times)) <= 1600
