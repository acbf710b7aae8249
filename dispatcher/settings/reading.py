"""One variable after the other: given in the environment, in a file that it names, or by default."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from dispatcher.settings.model import Entry, Origin
from dispatcher.settings.problems import Problem, Unsuitable
from dispatcher.settings.secret import MASK
from dispatcher.settings.variables.variable import Variable

T = TypeVar("T")


class Reader:
    """Reads variables and collects what is wrong; a wrong one reads as its default, so that all are found."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []

    def read(self, variable: Variable[T]) -> T:
        """The value of a variable. An empty text counts as not given, as compose files write it."""
        text, origin = self._text(variable)
        try:
            value = variable.parse(text)
        except ValueError as fault:
            self._refuse(variable, text, fault)
            text, origin = variable.default, "default"
            value = variable.parse(text)
        self.entries.append(
            Entry(
                variable=variable.name,
                shown=_shown(variable, text, value),
                origin=origin,
                default=variable.default,
                expected=variable.expected.removeprefix("expected "),
                meaning=variable.meaning,
            )
        )
        return value

    def _text(self, variable: Variable[object]) -> tuple[str, Origin]:
        given = self._environ.get(variable.name, "")
        file = self._environ.get(f"{variable.name}_FILE", "") if variable.shown == "masked" else ""
        if given and file:
            self.problems.append(
                Problem(variable.name, None, f"given twice: expected either it or {variable.name}_FILE")
            )
        elif file:
            return self._from_file(variable, file)
        return (given, "environment") if given else (variable.default, "default")

    def _from_file(self, variable: Variable[object], file: str) -> tuple[str, Origin]:
        try:
            return Path(file).read_text(encoding="utf-8").strip("\r\n"), "file"
        except (OSError, UnicodeDecodeError) as fault:
            why = fault.strerror if isinstance(fault, OSError) and fault.strerror else "not UTF-8"
            self.problems.append(
                Problem(f"{variable.name}_FILE", file, f"{why}; expected the path of a readable text file")
            )
            return variable.default, "default"

    def _refuse(self, variable: Variable[object], text: str, fault: ValueError) -> None:
        expected = str(fault) if isinstance(fault, Unsuitable) else variable.expected
        self.problems.append(Problem(variable.name, text if variable.shown == "plain" else None, expected))


def _shown(variable: Variable[object], text: str, value: object) -> str:
    match variable.shown:
        case "plain":
            return text
        case "masked":
            return MASK if text else ""
        case "counted":
            count = len(value) if isinstance(value, frozenset) else 0
            return f"{count} entries" if count else ""
