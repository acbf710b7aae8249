import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.foreign_text import foreign_text

hostile = st.text(st.sampled_from("ab .:/w-\n\t\x00\u202e\u200bé中😀<{"), max_size=80)


@given(hostile | st.text(max_size=80), st.integers(8, 60))
def test_what_others_typed_is_one_short_line_without_controls(text, longest):
    line = foreign_text(text, longest)
    controls = [char for char in line if unicodedata.category(char) in {"Cc", "Zl", "Zp"} or char == "\u202e"]
    assert (controls, len(line) <= longest) == ([], True)


@given(hostile)
def test_no_link_survives(text):
    line = foreign_text(text, 200)
    assert "://" not in line
    assert "www." not in line


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ana Example", "Ana Example"),
        ("Gas\r\nBcc: all@evil.example", "Gas Bcc: all@evil. example"),
        ("pay at https://evil.example/x now", "pay at now"),
        ("see WWW.evil.example", "see"),
        ("evil.com", "evil. com"),
        ("J.Smith", "J. Smith"),
        ("RE.2024.118", "RE.2024.118"),
        ("ht\u200btps://evil.example", ""),
        ("\u202eecitoN", "ecitoN"),
        ("王小明", "王小明"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_links_are_taken_out_and_words_stay(typed, shown):
    assert foreign_text(typed, 60) == shown


def test_a_long_text_ends_with_an_ellipsis():
    assert foreign_text("electricity " * 9, 15) == "electricity el…"


def test_a_very_long_word_is_handled_at_once():
    assert len(foreign_text("a." * 200_000, 40)) == 40
