"""Whether an instant can be within the hours of calls where a number may be. Pure.

Only the customer's lane knows the hours that hold, and it is asked before each call. This keeps a person from agreeing on a
time at which no rules of any country allow a call: at night, in one of the zones that the number can be in.
"""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dispatcher.core.phone_areas import area_of, zones_of
from dispatcher.core.zones import distinct
from schemas.values import Millis, from_millis

FIRST_HOUR: Final = 6
LAST_HOUR: Final = 22
"""The widest hours of calls that any preset allows, on the clock of the customer."""

_MOST_CLOCKS: Final = 4
"""A number that may be anywhere in a large country names no clock: more than this many are not listed."""

_DAY: Final = timedelta(hours=LAST_HOUR - FIRST_HOUR)


def may_be_called(contact_point: str, at: Millis) -> bool:
    """Whether the instant is by day in every zone of the number; True where the number names no zone."""
    if not contact_point.startswith("+"):
        return True
    return all(_is_by_day(zone, at) for zone in zones_of(area_of(contact_point)))


def clocks_of(contact_point: str) -> tuple[str, ...]:
    """The zones, one for each clock, in which whoever has the number may be; none where it names no zone, or too many."""
    if not contact_point.startswith("+"):
        return ()
    zones = distinct(zones_of(area_of(contact_point)))
    return zones if len(zones) <= _MOST_CLOCKS else ()


def _is_by_day(zone: str, at: Millis) -> bool:
    local = from_millis(at).astimezone(ZoneInfo(zone))
    opens = local.replace(hour=FIRST_HOUR, minute=0, second=0, microsecond=0)
    return opens <= local < opens + _DAY
