"""What is wrong with a policy file: a value that says where, what was expected and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Add = Callable[[str, str, str], None]
"""Notes a problem: path, what was expected, advice."""


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """One problem. `path` as in `stages[2].when.days`; `line` counts from 1, None where the text has no such place."""

    path: str
    line: int | None
    expected: str
    advice: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"line {self.line}, {self.path}"
        return f"{place}: expected {self.expected}. {self.advice}"


@dataclass(frozen=True, slots=True)
class PolicyProblems:
    """Why a file is no policy: every problem found, in the order of the file."""

    file: str
    problems: tuple[PolicyProblem, ...]

    def __str__(self) -> str:
        return "\n".join(f"{self.file}: {problem}" for problem in self.problems)


def check_unique(section: str, ids: Sequence[str], add: Add) -> None:
    """Entries of a list carry ids of their own."""
    for index, each in enumerate(ids):
        if each in ids[:index]:
            add(f"{section}[{index}].id", "an id of its own", f"`{each}` is used by an earlier entry.")
