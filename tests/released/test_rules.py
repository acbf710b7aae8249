"""The table of what may change (deploy/releasing.md) says what the comparison of contracts says."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.evolution import breaks, new_values
from schemas.json_schema import Document

PAGE = Path(__file__).parents[2] / "deploy" / "releasing.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| change")
]
TABLE = {change: {"input": inward, "output": outward} for change, inward, outward, _ in ROWS}

CONTRACT: Document = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["a", "b"]},
        "amount": {"type": "integer", "minimum": 0},
        "note": {"type": "string", "default": ""},
    },
    "required": ["kind", "amount"],
}


def put(name: str, **keywords: Any) -> Callable[[Document], object]:
    return lambda new: new["properties"].setdefault(name, {}).update(keywords)


def all_of(*changes: Callable[[Document], object]) -> Callable[[Document], object]:
    return lambda new: [change(new) for change in changes]


EXAMPLES: dict[str, Callable[[Document], object]] = {
    "a new optional field with a default": put("branch", type="string", default=""),
    "a new required field": all_of(put("branch", type="string"), lambda new: new["required"].append("branch")),
    "a field removed or renamed": lambda new: new["properties"].pop("note"),
    "a field required that was optional": lambda new: new["required"].append("note"),
    "a field optional that was required": lambda new: new["required"].remove("kind"),
    "another type": put("amount", type="string"),
    "a tighter limit": put("amount", minimum=1),
    "a wider limit": put("amount", minimum=-1),
    "a new value of a closed list": put("kind", enum=["a", "b", "c"]),
    "a value of a closed list removed": put("kind", enum=["a"]),
}
BETWEEN_RELEASES_ONLY = {"a new kind of fact"}
"""What no single schema shows."""


def test_every_row_of_the_table_has_an_example():
    assert TABLE.keys() == EXAMPLES.keys() | BETWEEN_RELEASES_ONLY


@pytest.mark.parametrize("side", ["input", "output"])
@pytest.mark.parametrize("change", EXAMPLES)
def test_a_row_says_what_the_comparison_says(change, side):
    new = copy.deepcopy(CONTRACT)
    EXAMPLES[change](new)
    listed = side == "output" and new_values(CONTRACT, new)
    found = "no" if breaks(CONTRACT, new, side) else "listed" if listed else "yes"
    assert found == TABLE[change][side]
