"""Ratios that say how many cases they rest on, and how sure they are."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

FEW: Final = 30
"""A ratio of fewer cases is marked: one case more or less would move it visibly."""

PLACES: Final = 6
"""Decimal places of a share: enough for whoever rounds it once more, to a tenth of a percent, to get what is right."""

_Z: Final = 1.959964
"""Of a normal distribution, 95 % lie between minus and plus so many standard deviations."""


def share(part: float, whole: float) -> float | None:
    """`part` of `whole`; None where there is nothing to have a part in."""
    return None if whole == 0 else round(part / whole, PLACES)


def interval(hits: int, cases: int) -> tuple[float | None, float | None]:
    """Between which shares the true one lies in 95 of 100 such samples (Wilson's score interval)."""
    if cases == 0:
        return None, None
    seen, spread = hits / cases, _Z * _Z / cases
    middle = (seen + spread / 2) / (1 + spread)
    reach = _Z / (1 + spread) * sqrt(seen * (1 - seen) / cases + spread / (4 * cases))
    return round(max(0.0, middle - reach), PLACES), round(min(1.0, middle + reach), PLACES)


def quantile(ordered: Sequence[float], part: float) -> float | None:
    """The smallest value that at least `part` of the ordered values do not exceed."""
    return None if not ordered else ordered[max(0, ceil(part * len(ordered)) - 1)]
