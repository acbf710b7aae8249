"""What is wrong with the settings, as values: every wrong variable at once, never the value of a secret."""

from dataclasses import dataclass


class Unsuitable(ValueError):
    """Not what was expected; the message repeats nothing of the text and says more than the table."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong variable: its name, what stands there (None: must not be shown), and what should."""

    variable: str
    found: str | None
    expected: str

    def __str__(self) -> str:
        found = "" if self.found is None else f"{self.found!r}: "
        return f"{self.variable}: {found}{self.expected}"


@dataclass(frozen=True, slots=True)
class SettingsProblems:
    """Why there are no settings; sorted by variable, never empty."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))
