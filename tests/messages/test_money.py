from decimal import Decimal

import pytest
from babel import Locale
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.money import decimals, money_pattern, parse_locale
from dispatcher.messages.sms_segments import is_gsm
from schemas.values import MAX_AMOUNT

LOCALES = ["en", "en_GB", "zh_Hans_CN", "de", "de_CH", "fr", "hi", "ja", "pl", "ar", "es_MX", "sv"]
CURRENCIES = ["EUR", "USD", "GBP", "CNY", "JPY", "KWD", "CHF", "INR", "QQQ"]


def squeezed(text):
    return text.replace("\u00a0", "").replace(" ", "")


@given(st.integers(-MAX_AMOUNT, MAX_AMOUNT), st.sampled_from(CURRENCIES), st.sampled_from(LOCALES).map(Locale.parse))
def test_amounts_read_as_babel_writes_them(minor, currency, locale):
    written = format_currency(Decimal(minor).scaleb(-decimals(currency)), currency, locale=locale)
    assert squeezed(money_pattern(currency, locale).written(minor)) == squeezed(written)


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (124900, "EUR", "en", "€1,249.00"),
        (5, "EUR", "en", "€0.05"),
        (124900, "EUR", "de", "1.249,00\u00a0€"),
        (124900, "CHF", "en", "CHF\u00a01,249.00"),
        (1249, "JPY", "en", "¥1,249"),
        (1249, "KWD", "en", "KWD\u00a01.249"),
        (124900, "CNY", "zh_CN", "¥1,249.00"),
        (-2000, "USD", "en", "-$20.00"),
        (124900, "GBP", "es", "1.249,00\u00a0GBP"),
        (124900, "USD", "zh_CN", "US$1,249.00"),
        (124900, "GBP", "es_MX", "GBP\u00a01,249.00"),
    ],
)
def test_minor_units_follow_the_currency(minor, currency, locale, text):
    assert money_pattern(currency, Locale.parse(locale)).written(minor) == text


def test_a_symbol_outside_gsm_gives_way_to_the_code_in_plain_amounts():
    assert money_pattern("INR", Locale("en"), plain=True).written(120000) == "INR\u00a01,200.00"


@given(st.integers(0, MAX_AMOUNT), st.sampled_from(CURRENCIES))
def test_plain_english_amounts_never_force_an_sms_out_of_gsm(minor, currency):
    assert is_gsm(money_pattern(currency, Locale("en"), plain=True).written(minor).replace("\u00a0", " "))


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("en-GB", "en_GB"), ("zh-CN", "zh_Hans_CN"), ("de_AT", "de_AT"), ("en-x-private", "en"), ("zz", None), ("", None)],
)
def test_a_language_tag_becomes_the_nearest_known_locale(tag, locale):
    found = parse_locale(tag)
    assert (None if found is None else str(found)) == locale
