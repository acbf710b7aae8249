"""How one locale writes amounts, dates and enumerations; what was written once is remembered."""

from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.lists import format_list

from dispatcher.messages.money import MoneyPattern, money_pattern
from schemas.values import Day, to_date

_MOST_DAYS = 4096
_NEAR = 270
"""Within this many days of today, a day and month leave no doubt about the year."""


class Formats:
    """The formats of a locale. Amounts are integer minor units, dates are `Day`s."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self._pair = format_list(["{0}", "{1}"], locale=locale)
        self._patterns: dict[tuple[str, bool], MoneyPattern] = {}
        self._dates: dict[Day, str] = {}
        self._near_dates: dict[Day, str] = {}

    def money(self, minor: int, currency: str, *, plain: bool = False) -> str:
        """`€1,249.00`. `plain` writes the ISO code where the symbol would force an SMS out of GSM-7: `INR 1,249.00`."""
        pattern = self._patterns.get((currency, plain))
        if pattern is None:
            pattern = self._patterns[currency, plain] = money_pattern(currency, self.locale, plain=plain)
        return pattern.written(minor)

    def date(self, day: Day) -> str:
        """The date with its month by name: `3 November 2026`, `2026年11月3日`."""
        text = self._dates.get(day)
        if text is None:
            text = format_date(to_date(day), "long", locale=self.locale)
            _remember(self._dates, day, text)
        return text

    def short_date(self, day: Day, today: Day) -> str:
        """For an SMS: `3 Nov`, `11月3日`; with the year where it could be in doubt."""
        if abs(day - today) > _NEAR:
            return format_date(to_date(day), "medium", locale=self.locale)
        text = self._near_dates.get(day)
        if text is None:
            text = format_skeleton("MMMd", to_date(day), locale=self.locale)
            _remember(self._near_dates, day, text)
        return text

    def listed(self, texts: list[str]) -> str:
        """`€10.00 and £5.00`."""
        match texts:
            case [text]:
                return text
            case [first, second]:
                return self._pair.format(first, second)
            case _:
                return format_list(texts, locale=self.locale)


def _remember(texts: dict[Day, str], day: Day, text: str) -> None:
    if len(texts) < _MOST_DAYS:
        texts[day] = text


@lru_cache(maxsize=512)
def formats(locale_id: str) -> Formats:
    """The formats of a CLDR locale, by its id as `str(locale)` gives it."""
    return Formats(Locale.parse(locale_id))
