"""Whether an instant lies in somebody's quiet hours, read off the local clock minute by minute."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from dispatcher.verify.places import Place, kind_of, local
from dispatcher.verify.rules import Spans
from schemas.inbox import QuietSpan
from schemas.values import Millis

_ONE_DAY = timedelta(days=1)


def is_quiet(hours: Mapping[str, Spans], place: Place, wishes: Sequence[QuietSpan], at: Millis) -> bool:
    """Whether nobody may be contacted then, in whichever of the possible zones the customer lives.

    `hours` are those of the channel by kind of day, `wishes` what the customer wants to keep free.
    """
    return all(_closed(hours, place, zone, at) or _unwanted(wishes, zone, at) for zone in place.zones)


def _closed(hours: Mapping[str, Spans], place: Place, zone: str, at: Millis) -> bool:
    now = local(zone, at)
    minute, today = now.hour * 60 + now.minute, now.date()
    of_today = hours[kind_of(place, today)]
    of_yesterday = hours[kind_of(place, today - _ONE_DAY)]
    return not any(start <= minute < end for start, end in of_today) and not any(
        minute < end - 1440 for _, end in of_yesterday
    )


def _unwanted(wishes: Sequence[QuietSpan], zone: str, at: Millis) -> bool:
    now = local(zone, at)
    minute, weekday = now.hour * 60 + now.minute, now.weekday()
    for wish in wishes:
        end = wish.end if wish.end > wish.start else wish.end + 1440
        if wish.start <= minute < end and (not wish.days or weekday in wish.days):
            return True
        if minute < end - 1440 and (not wish.days or (weekday - 1) % 7 in wish.days):
            return True
    return False
