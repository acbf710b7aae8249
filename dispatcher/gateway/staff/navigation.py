"""The sections of the staff pages, and who sees each. A room that has pages adds its section here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from dispatcher.gateway.staff.people import Role

HOME: Final = "/desk/home"
WHY: Final = "/why"


@dataclass(frozen=True, slots=True)
class Section:
    """`key` finds its words, `path` is where it begins."""

    key: str
    path: str
    roles: frozenset[Role]


SECTIONS: Final = (
    Section("home", HOME, frozenset({"agent", "supervisor", "auditor"})),
    Section("desk", "/desk", frozenset({"agent", "supervisor"})),
    Section("overview", "/desk/overview", frozenset({"supervisor"})),
    Section("why", WHY, frozenset({"supervisor", "auditor"})),
    Section("reports", "/reports", frozenset({"supervisor", "auditor"})),
    Section("audit", "/desk/audit", frozenset({"auditor"})),
)
"""In the order in which they are shown."""


def sections_of(role: Role) -> Sequence[Section]:
    """What somebody of that role may see."""
    return [each for each in SECTIONS if role in each.roles]


def may_see(role: Role, path: str) -> bool:
    """Whether an address is of no section, or of one for that role."""
    return all(role in each.roles for each in SECTIONS if is_within(path, each))


def page_of(customer_id: str) -> str:
    """The address of a customer's story, for those who may ask why."""
    return f"{WHY}/{quote(customer_id, safe='')}"


def is_within(path: str, section: Section) -> bool:
    """Whether an address belongs to a section, and to none that is more exact."""
    fits = [each for each in SECTIONS if path == each.path or path.startswith(f"{each.path}/")]
    return bool(fits) and max(fits, key=lambda each: len(each.path)) == section
