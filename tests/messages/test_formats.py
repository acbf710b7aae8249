import pytest
from babel import Locale
from babel.lists import format_list

from dispatcher.messages.formats import Formats, formats
from tests.messages.samples import DUE


@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN", "de", "ja", "ar"])
@pytest.mark.parametrize("texts", [["a"], ["a", "{0}"], ["a", "b", "c"]])
def test_enumerations_read_as_babel_writes_them(locale, texts):
    assert Formats(Locale.parse(locale)).listed(texts) == format_list(texts, locale=locale)


@pytest.mark.parametrize(
    ("locale", "long", "short"),
    [
        ("en_GB", "3 November 2026", "3 Nov"),
        ("en_US", "November 3, 2026", "Nov 3"),
        ("zh_Hans_CN", "2026年11月3日", "11月3日"),
        ("de", "3. November 2026", "3. Nov."),
    ],
)
def test_dates_name_their_month_as_the_locale_does(locale, long, short):
    written = formats(locale)
    assert (written.date(DUE), written.short_date(DUE, DUE + 7)) == (long, short)


@pytest.mark.parametrize("distance", [-300, 300])
def test_a_short_date_far_from_today_keeps_its_year(distance):
    assert formats("en_GB").short_date(DUE, DUE + distance) == "3 Nov 2026"


def test_the_same_locale_is_prepared_once():
    assert formats("en_GB") is formats("en_GB")
