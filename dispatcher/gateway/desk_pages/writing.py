"""How the pages write money, dates, instants and spans in the language of whoever reads them. Pure."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_timedelta

from dispatcher.gateway.desk_pages import clocks
from dispatcher.gateway.desk_pages.words import Words
from dispatcher.gateway.desk_pages.words_en import EN
from dispatcher.gateway.desk_pages.words_zh import ZH
from dispatcher.messages.formats import Formats, formats
from dispatcher.messages.money import decimals
from schemas.values import Day, Millis

_WORDS: Final = {"en": EN, "zh": ZH}
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Writing:
    """One language: its words, and its ways of writing."""

    words: Words
    locale: Locale
    formats: Formats

    def money(self, minor: int, currency: str) -> str:
        """An amount of minor units: `€1,249.00`."""
        return self.formats.money(minor, currency)

    def plain_money(self, minor: int, currency: str) -> str:
        """The same as somebody types it, without currency or groups: `1249.00`."""
        places = decimals(currency)
        digits = str(minor).rjust(places + 1, "0")
        return f"{digits[:-places]}.{digits[-places:]}" if places else digits

    def date(self, day: Day | date) -> str:
        """A civil date with its month by name."""
        return self.formats.date(day.toordinal() if isinstance(day, date) else day)

    def instant(self, at: Millis, zones: tuple[str, ...]) -> str:
        """Date and time on the customer's clock, else UTC, with the name of the clock."""
        zone = zones[0] if zones else clocks.UTC_ZONE
        return f"{clocks.date_and_time(at, zone, self.locale)} ({clocks.zone_name(zone, self.locale)})"

    def ago(self, span_ms: int) -> str:
        """A span in one unit: `5 minutes`."""
        return format_timedelta(max(0, span_ms // 1000), granularity="second", locale=self.locale)

    def left(self, seconds: int) -> str:
        """What a countdown shows: `1:58`."""
        return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02}"


@lru_cache(maxsize=32)
def writing(locale_id: str) -> Writing:
    """The words and ways of a CLDR locale that a visit names: `en_GB`, `zh_Hans_CN`."""
    locale = Locale.parse(locale_id)
    return Writing(_WORDS[locale.language], locale, formats(locale_id))
