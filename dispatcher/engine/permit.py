"""Leave to write the first byte of a request, as an adapter asks for it; and, where it was refused, what forbade it."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.reasons import ReasonCode


@dataclass(slots=True)
class Permit:
    """One attempt's. `granted` once it was; `refusal` is what forbade the last request, None if nothing did.

    `starts` is called when it is granted for the first time.
    """

    forbidden: Callable[[], ReasonCode | None]
    starts: Callable[[], None]
    granted: bool = False
    refusal: ReasonCode | None = None

    def __call__(self) -> bool:
        """Whether the request may start now."""
        self.refusal = self.forbidden()
        if self.refusal is None and not self.granted:
            self.granted = True
            self.starts()
        return self.refusal is None
