import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.messages.formats import formats
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


@pytest.mark.parametrize("locale", ["ar", "ar_EG", "fa", "he", "ur", "fr", "fr_CH", "sv", "de_AT", "es", "zh_Hans_CN"])
def test_amounts_and_dates_of_any_locale_bring_no_invisible_character_into_an_sms(locale):
    written = formats(locale)
    said = [written.money(amount, code) for amount in (124900, -5) for code in ("EUR", "USD", "ILS", "IRR")]
    text = sms_text(" ".join([*said, written.date(740000), written.short_date(740000, 740000)]))
    assert [char for char in text if char != " " and unicodedata.category(char) in {"Zs", "Cf", "Cc"}] == []


def test_a_no_break_space_does_not_double_the_price():
    text = "Please pay\u00a0now. " + "a" * 140
    assert (segments(text).parts, segments(sms_text(text)).parts) == (3, 1)


def test_a_text_that_is_too_long_is_cut_after_a_sentence():
    assert sms_text("Please pay £1,249.00 at https://pay.example/1 today. " * 60).endswith("today. ...")


def test_spanish_words_lose_the_accents_that_the_alphabet_lacks_and_keep_the_others():
    assert sms_text("¿Está aún pendiente? Él pagó mañana.", "es") == "¿Esta aun pendiente? El pago mañana.".replace(
        "El", "Él"
    )


def test_a_spanish_name_outside_the_alphabet_keeps_all_accents():
    assert sms_text("Łukasz pagó", "es") == "Łukasz pagó"


@given(st.text(max_size=40), st.integers(1, 400))
def test_no_sms_is_longer_than_providers_take(text, times):
    assert len(sms_text(text * times)) <= 1600
