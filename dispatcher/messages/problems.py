"""What is wrong with the templates, as values: every problem at once, each with its file and line."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """One problem: the file as it was searched for, the line where it is known, what is wrong, what was expected."""

    file: str
    line: int | None
    wrong: str
    expected: str

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}, line {self.line}"
        return f"{where}: {self.wrong}; expected {self.expected}"


@dataclass(frozen=True, slots=True)
class TemplateProblems:
    """Why no message can be rendered; sorted by file and line, never empty."""

    problems: tuple[TemplateProblem, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class TemplatesUnusable(Exception):
    """Templates were asked for although they are broken; `problems` says how."""

    def __init__(self, problems: TemplateProblems) -> None:
        super().__init__(str(problems))
        self.problems = problems
