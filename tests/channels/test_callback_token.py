"""What the address of a callback carries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.callback_token import read, token

IDS = st.text(min_size=1, max_size=200)


@given(IDS, IDS)
def test_a_token_gives_its_ids_back(customer_id, attempt_id):
    assert read(token(customer_id, attempt_id)) == (customer_id, attempt_id)


@given(IDS, IDS)
def test_a_token_is_one_segment_of_an_address(customer_id, attempt_id):
    assert set(token(customer_id, attempt_id)) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )


@given(st.text(max_size=100))
def test_any_text_is_read_without_a_fault(text):
    ids = read(text)
    assert ids is None or token(*ids) == text


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "x",
        token("C-1", "a-1") + "=",
        token("C-1", "a-1") + "\n",
        token("C-1", "a-1") + "%",
        token("C-1", "a-1") + "A",
        token("", "a-1"),
        token("C-1", ""),
        "kqExoTE" * 1_000,
        "é",
    ],
    ids=["empty", "short", "padded", "line", "percent", "longer", "no customer", "no attempt", "endless", "not ascii"],
)
def test_what_no_token_says_is_none(forged):
    assert read(forged) is None
