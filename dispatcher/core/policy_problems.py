"""What is wrong with a policy file: a value that says where, what was expected and what to do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Add = Callable[[str, str, str], None]
"""Notes a problem: path, what was expected, advice."""

_TABLE = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-\"]+(?:\s*\.\s*[A-Za-z0-9_\-\"]+)*)\s*=")


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


class Places:
    """Where the tables and keys of a TOML text stand. Good for telling people a line, not for reading TOML."""

    def __init__(self, text: str) -> None:
        """Reads table headers and the first line of each key."""
        self._lines: dict[str, int] = {}
        counts: dict[str, int] = {}
        table = ""
        for number, line in enumerate(text.splitlines(), 1):
            if header := _TABLE.match(line):
                table = header[2].replace('"', "")
                if header[1] == "[[":
                    counts[table] = counts.get(table, -1) + 1
                    table = f"{table}[{counts[table]}]"
                self._lines.setdefault(table, number)
            elif key := _KEY.match(line):
                name = key[1].replace('"', "").replace(" ", "")
                self._lines.setdefault(f"{table}.{name}" if table else name, number)

    def line(self, path: str) -> int | None:
        """The line of a path, or of the nearest enclosing table or key that has one."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = re.sub(r"(\.[^.\[\]]*|\[[^\[\]]*\]|^[^.\[\]]*)$", "", path)
        return None


def check_unique(section: str, ids: Sequence[str], add: Add) -> None:
    """Entries of a list carry ids of their own."""
    for index, each in enumerate(ids):
        if each in ids[:index]:
            add(f"{section}[{index}].id", "an id of its own", f"`{each}` is used by an earlier entry.")
