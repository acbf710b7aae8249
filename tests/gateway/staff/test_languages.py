"""How dates and amounts are written for whoever reads a language, by what their browser says."""

import pytest

from dispatcher.gateway.staff.languages import locale_of


@pytest.mark.parametrize(
    ("language", "accepted", "locale"),
    [
        ("en", "en-GB,en;q=0.9", "en_GB"),
        ("en", "de-DE, en-IE;q=0.7, en;q=0.3", "en_IE"),
        ("en", "en", "en"),
        ("en", "", "en"),
        ("en", "zh-CN", "en"),
        ("en", "en-../../etc,en-GB", "en"),
        ("en", "en-XX", "en"),
        ("en", "ens", "en"),
        ("zh-CN", "en-GB", "zh_Hans_CN"),
    ],
)
def test_a_locale_is_the_country_of_the_language_that_is_read(language, accepted, locale):
    assert locale_of(language, accepted) == locale
