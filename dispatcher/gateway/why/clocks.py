"""Instants as a page shows them: on the customer's clock, and in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dispatcher.core.zones import place_of
from schemas.values import Millis, from_millis, to_millis


@dataclass(frozen=True, slots=True)
class Shown:
    """One instant: `local` and `utc` for people, `iso` for programs."""

    local: str
    utc: str
    iso: str


class Clock:
    """A customer's clock. Where several zones are possible it is the first of them."""

    def __init__(self, timezone: str | None, country: str | None, region: str | None) -> None:
        """UTC where nothing is known."""
        known = timezone or ("Etc/UTC" if country is None else None)
        self.zone: str = place_of(known, country or "", region).zones[0]
        self._zone = ZoneInfo(self.zone)

    def shown(self, at: datetime) -> Shown:
        """An instant, to the minute; in UTC to the second."""
        utc = at.astimezone(UTC)
        return Shown(f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}", f"{utc:%Y-%m-%d %H:%M:%S}", utc.isoformat())

    def of_millis(self, at: Millis) -> Shown:
        """An instant in milliseconds."""
        return self.shown(from_millis(at))

    def begin(self, day: date) -> Millis:
        """When a day begins here."""
        return to_millis(datetime.combine(day, time(), self._zone).astimezone(UTC))

    def end(self, day: date) -> Millis:
        """When it ends, which is when the next one begins."""
        return self.begin(day + timedelta(days=1))
