"""What the beginning of a telephone number says of where its owner is: a country, and clocks.

Source: the numbering data of libphonenumber. A number without a place of its own says nothing. People keep numbers when
they move, so a number never outweighs what is stated.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE
from phonenumbers.tzdata import TIMEZONE_DATA

_AREA_LENGTH = 9
_SHARED = ("1", "7")
"""Calling codes of several large countries: only the digits that follow tell them apart."""

_BY_AREA = ("1", "52", "54", "55")
"""Calling codes under which mobile numbers, too, have the area code of a place; elsewhere they are the whole country's."""


def area_of(number: str) -> str:
    """The part of a number, in E.164 form, that can name a place."""
    return number[:_AREA_LENGTH]


@lru_cache(maxsize=1 << 14)
def country_of(area: str) -> str | None:
    """The country of a number; None where it could be that of several."""
    digits = area.removeprefix("+")
    if digits.startswith(_SHARED):
        countries = {_zone_country().get(zone) for zone in _zones(digits)}
        return countries.pop() if len(countries) == 1 else None
    for length in (1, 2, 3):
        codes = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length] or 0))
        if codes is not None:
            return codes[0]
    return None


@lru_cache(maxsize=1 << 14)
def zones_of(area: str) -> tuple[str, ...]:
    """The zones in which a number of one country may be; none where it could be that of several."""
    country, digits = country_of(area), area.removeprefix("+")
    if country is None:
        return ()
    zones = _zones(digits) if digits.startswith(_BY_AREA) else _zone_country()
    return tuple(zone for zone in zones if _zone_country().get(zone) == country)


def _zones(digits: str) -> tuple[str, ...]:
    """The zones of the longest known beginning of a number; a calling code by itself is one."""
    prefixes = (digits[:length] for length in range(len(digits), 0, -1))
    return tuple(TIMEZONE_DATA[next(each for each in prefixes if each in TIMEZONE_DATA)])


@lru_cache(maxsize=1)
def _zone_country() -> Mapping[str, str]:
    """Zone -> the country that keeps it, from the zone database."""
    lines = files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
