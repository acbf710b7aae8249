"""Amounts as customers type them."""

import pytest

from dispatcher.gateway.page_amounts import amount_of

WRITTEN = [
    ("1249", "EUR", 124_900),
    ("1249.5", "EUR", 124_950),
    ("1249,50", "EUR", 124_950),
    ("1,249.00", "EUR", 124_900),
    ("1.249,00", "EUR", 124_900),
    ("1.249", "EUR", 124_900),
    ("1 249,00", "EUR", 124_900),
    ("1\u202f249,00", "EUR", 124_900),
    ("1’249.00", "CHF", 124_900),
    ("1.249.000", "EUR", 124_900_000),
    (" 12 ", "EUR", 1_200),
    ("１２４９", "EUR", 124_900),
    ("1249", "JPY", 1_249),
    ("1,249", "JPY", 1_249),
    ("1.249", "KWD", 1_249),
    ("1.2", "KWD", 1_200),
    ("0", "EUR", 0),
]


@pytest.mark.parametrize(("text", "currency", "minor"), WRITTEN)
def test_an_amount_is_read_in_any_countrys_writing(text, currency, minor):
    assert amount_of(text, currency) == minor


@pytest.mark.parametrize(
    "text",
    ["", "x", "€5", "5 EUR", "-5", "1.234,567", "1,23,456", "12.34.56", "1e5", "1.249.00", "٣", "9" * 16, "1" * 90],
)
def test_what_is_no_amount_is_none(text):
    assert amount_of(text, "EUR") is None


@pytest.mark.parametrize("text", ["1249.5", "1249,50"])
def test_a_currency_without_decimals_takes_none(text):
    assert amount_of(text, "JPY") is None
