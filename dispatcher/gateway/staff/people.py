"""Who works here, and what each role is for."""

import re
from dataclasses import dataclass
from typing import Final, Literal, get_args

Role = Literal["agent", "supervisor", "auditor"]
"""`agent` phones; `supervisor` sees to the desk and reads; `auditor` reads, and changes nothing."""

ROLES: Final[tuple[Role, ...]] = get_args(Role)

Language = Literal["en", "zh-CN"]
"""Languages of the staff pages, by their tags."""

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+\\-]{0,99}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who proved who they are, with the language in which they read."""

    name: str
    role: Role
    language: Language = "en"


def is_name(text: str) -> bool:
    """Whether somebody may be called that; such a name stands in the record as it is."""
    return _NAME.fullmatch(text) is not None


def role_of(text: str) -> Role | None:
    """The role of that name."""
    return next((role for role in ROLES if role == text), None)
