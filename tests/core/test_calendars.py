"""Holidays where the customer lives are known before the first customer is decided."""

import sys

from dispatcher.core import calendars


def test_the_calendars_of_all_countries_are_read_in_advance():
    calendars.load()
    assert {"holidays.countries.germany", "holidays.countries.china"} <= sys.modules.keys()
