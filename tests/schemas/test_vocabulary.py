"""Our lists against those of the libraries that use them."""

from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from babel import Locale
from babel.numbers import get_territory_currencies

from schemas.vocabulary import COUNTRIES, CURRENCIES, ZONES


def test_every_country_has_a_name():
    assert set(Locale("en").territories) >= COUNTRIES


def test_there_are_the_249_countries_of_the_standard_and_kosovo():
    assert len(COUNTRIES) == 250


def test_every_currency_has_a_name():
    assert set(Locale("en").currencies) >= CURRENCIES


@pytest.mark.parametrize("country", ["DE", "GB", "US", "CN", "JP", "CH", "IN", "BR", "ZA", "AU"])
def test_what_a_country_pays_with_is_a_currency(country):
    assert set(get_territory_currencies(country)) <= CURRENCIES


def test_every_region_with_telephones_is_a_country_but_for_two_islands():
    assert set(phonenumbers.SUPPORTED_REGIONS) - COUNTRIES == {"AC", "TA"}


@pytest.mark.parametrize("zone", sorted(ZONES)[::29])
def test_a_zone_can_be_loaded(zone):
    assert ZoneInfo(zone).key == zone
