"""What a caller must say: the lines that a script marks with a word in brackets, such as `[identity] Say: ...`. Pure.

The script is the source, so that whoever words it for a country and a creditor says what the law there asks for, and the
person who calls confirms exactly that.
"""

import re
from dataclasses import dataclass
from typing import Final

_MARKED: Final = re.compile(r"^[ \t]*\[([a-z][a-z0-9_]{1,29})\][ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, repr=False)
class Disclosure:
    """One thing to be said or checked: its id, the same in every language, and the script's own words."""

    id: str
    words: str


def disclosures_of(script: str) -> tuple[Disclosure, ...]:
    """The disclosures that a script names, in its order, each id once."""
    found: dict[str, Disclosure] = {}
    for marked in _MARKED.finditer(script):
        found.setdefault(marked[1], Disclosure(marked[1], marked[2].strip()))
    return tuple(found.values())
