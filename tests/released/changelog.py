"""What CHANGELOG tells the readers of our records about this release's contracts."""

import re
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parents[2] / "CHANGELOG.md"
_VALUES = re.compile(r"^- `(?P<contract>[a-z.]+)` `(?P<place>\$\S*)`: (?P<values>.+)$", re.MULTILINE)
_FACTS = re.compile(r"^- (?P<facts>`[A-Z]\w+`(?:, `[A-Z]\w+`)*)$", re.MULTILINE)
_WORD = re.compile(r"`([^`]+)`")


@cache
def contracts() -> str:
    """The newest section about contracts."""
    return _FILE.read_text("utf-8").partition("### Contracts\n")[2].partition("\n### ")[0]


def values() -> dict[tuple[str, str], frozenset[str]]:
    """New values of closed lists, by contract and place."""
    found = _VALUES.finditer(contracts())
    return {(each["contract"], each["place"]): frozenset(_WORD.findall(each["values"])) for each in found}


def facts() -> set[str]:
    """New facts of the inbox."""
    return {name for each in _FACTS.finditer(contracts()) for name in _WORD.findall(each["facts"])}
