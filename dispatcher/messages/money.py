"""Amounts as people of a locale write them, from integer minor units.

The patterns and symbols are Babel's (CLDR). They are compiled once a locale and currency into text operations on integers,
because Babel's own formatter costs more than a whole call script may; a property test holds the two equal.
"""

from dataclasses import dataclass

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import get_currency_precision, get_currency_symbol, get_decimal_symbol, get_group_symbol

from dispatcher.messages.sms_segments import is_gsm

_NO_BREAK_SPACE = "\u00a0"


@dataclass(frozen=True, slots=True)
class MoneyPattern:
    """How a locale writes one currency; affixes hold the currency's symbol, `(before, after)` the digits."""

    decimals: int
    positive: tuple[str, str]
    negative: tuple[str, str]
    grouping: tuple[int, int]
    group_symbol: str
    decimal_symbol: str

    def written(self, minor: int) -> str:
        """The amount of so many minor units."""
        digits = str(abs(minor))
        fraction = ""
        if self.decimals:
            digits = digits.rjust(self.decimals + 1, "0")
            digits, fraction = digits[: -self.decimals], self.decimal_symbol + digits[-self.decimals :]
        before, after = self.negative if minor < 0 else self.positive
        return f"{before}{self._grouped(digits)}{fraction}{after}"

    def _grouped(self, digits: str) -> str:
        first, further = self.grouping
        if len(digits) <= first:
            return digits
        groups = [digits[-first:]]
        rest = digits[:-first]
        while rest:
            groups.append(rest[-further:])
            rest = rest[:-further]
        return self.group_symbol.join(reversed(groups))


def decimals(currency: str) -> int:
    """How many digits stand behind the decimal sign of this currency: JPY 0, EUR 2, KWD 3; unknown currencies 2."""
    return get_currency_precision(currency)


def parse_locale(tag: str) -> Locale | None:
    """The CLDR locale of a BCP 47 tag, or of the longest prefix of it that CLDR knows; None if it knows none."""
    parts = tag.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:length]))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def money_pattern(currency: str, locale: Locale, *, plain: bool = False) -> MoneyPattern:
    """The pattern of an ISO 4217 currency: `€1,234.50`, `1.234,50 €`, `¥1,234`.

    A symbol of letters keeps a no-break space from the digits (CLDR `currencySpacing`), which Babel leaves out. `plain`
    takes the ISO code where the symbol would force an SMS out of GSM-7.
    """
    number = locale.currency_formats["standard"]
    symbol = get_currency_symbol(currency, locale)
    if plain and not is_gsm(symbol):
        symbol = currency
    signs = tuple(
        (_before_digits(before, symbol), _after_digits(after, symbol))
        for before, after in zip(number.prefix, number.suffix, strict=True)
    )
    return MoneyPattern(
        decimals=decimals(currency),
        positive=signs[0],
        negative=signs[1],
        grouping=number.grouping,
        group_symbol=get_group_symbol(locale),
        decimal_symbol=get_decimal_symbol(locale),
    )


def _before_digits(prefix: str, symbol: str) -> str:
    spaced = symbol + _NO_BREAK_SPACE if prefix.endswith("¤") and symbol[-1:].isalpha() else symbol
    return prefix.replace("¤", spaced)


def _after_digits(suffix: str, symbol: str) -> str:
    spaced = _NO_BREAK_SPACE + symbol if suffix.startswith("¤") and symbol[:1].isalpha() else symbol
    return suffix.replace("¤", spaced)
