"""What somebody asks of a timeline, from the fields of the form; and the address that asks it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from urllib.parse import urlencode

from dispatcher.archive.cursors import Cursor, cursor_of
from dispatcher.archive.timelines import Sort, Wanted
from dispatcher.gateway.staff.navigation import page_of
from dispatcher.gateway.why.clocks import Clock

_LONGEST: Final = 200
_SORTS: Final[Mapping[str, Sort]] = {"contacts": "contacts", "non_contacts": "non_contacts"}

DayField = Literal["from", "to"]


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields as they came (for the form), which day cannot be read, and where the page begins."""

    invoice: str
    first: str
    last: str
    only: str
    wrong: tuple[DayField, ...]
    after: Cursor | None

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return bool(self.invoice or self.first or self.last or self.only)

    def wanted(self, clock: Clock) -> Wanted:
        """The same for the archive; days are those of a customer's clock, and one that cannot be read is none."""
        first, last = _day(self.first), _day(self.last)
        return Wanted(
            self.invoice or None,
            None if first is None else clock.begin(first),
            None if last is None else clock.end(last),
            _SORTS.get(self.only),
        )

    def address(self, customer_id: str, after: Cursor | None = None) -> str:
        """Where this is asked, from a place on."""
        fields = {"invoice": self.invoice, "from": self.first, "to": self.last, "only": self.only}
        if after is not None:
            fields["after"] = str(after)
        given = urlencode({name: value for name, value in fields.items() if value})
        return page_of(customer_id) + (f"?{given}" if given else "")


def asked(fields: Mapping[str, str]) -> Asked:
    """The fields of the form; what is in none of them stays empty."""
    first, last = fields.get("from", "")[:_LONGEST].strip(), fields.get("to", "")[:_LONGEST].strip()
    only = fields.get("only", "")
    days: tuple[tuple[DayField, str], ...] = (("from", first), ("to", last))
    return Asked(
        fields.get("invoice", "")[:_LONGEST].strip(),
        first,
        last,
        only if only in _SORTS else "",
        tuple(name for name, text in days if text and _day(text) is None),
        cursor_of(fields.get("after", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None
