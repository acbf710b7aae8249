"""How long an account stays closed after wrong passwords: a while that grows, so that guessing ends and people come back."""

from typing import Final

from schemas.values import Millis

FREE: Final = 5
"""So many wrong passwords cost nothing: people mistype."""

_FIRST: Final = 30_000
_LONGEST: Final = 3_600_000


def closed_for(failures: int) -> Millis:
    """Milliseconds for which an account is closed after so many wrong passwords in a row.

    30 s, then twice as long each time, at most an hour.
    """
    return 0 if failures < FREE else min(_LONGEST, _FIRST << min(failures - FREE, 10))
