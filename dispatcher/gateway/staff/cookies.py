"""The cookies of the staff pages: all for the server alone, and where the pages are reached over TLS bound to it."""

from dataclasses import dataclass
from typing import Final, Literal

from litestar.datastructures import Cookie

Named = Literal["session", "form", "language", "flash"]

_AGES: Final[dict[Named, int | None]] = {"session": None, "form": None, "language": 365 * 86_400, "flash": 60}
"""Seconds; None: until the browser ends. How long a session lasts is the server's business."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """`secure`: the pages are reached over TLS, so that no other host and no clear text can set or see a cookie."""

    secure: bool

    def name(self, named: Named) -> str:
        """What it is called in the browser."""
        return f"__Host-staff-{named}" if self.secure else f"staff-{named}"

    def made(self, named: Named, value: str) -> Cookie:
        """A cookie to set."""
        return self._cookie(named, value, _AGES[named])

    def cleared(self, named: Named) -> Cookie:
        """One that takes it away."""
        return self._cookie(named, "", 0)

    def _cookie(self, named: Named, value: str, age: int | None) -> Cookie:
        return Cookie(
            self.name(named), path="/", value=value, max_age=age, secure=self.secure, httponly=True, samesite="lax"
        )
