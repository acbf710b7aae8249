"""What a policy asks of the words: whether its stages can be said as they should be, in this installation."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

from dispatcher.cli.output import print_json
from dispatcher.core.policy import Policy
from dispatcher.exit_codes import ExitCode
from dispatcher.messages.problems import TemplateProblem, TemplateProblems
from dispatcher.messages.rendering import load
from dispatcher.messages.review import review


def refuse_unfit(policy: Policy, file: str, search: Sequence[Path], *, as_json: bool) -> None:
    """Ends the command (exit code 4), naming file and place, where a message would be wrong; see `messages check`."""
    loaded = load(search)
    problems = loaded.problems if isinstance(loaded, TemplateProblems) else review(loaded, policy)
    if problems:
        _refuse(problems, file, as_json=as_json)


def _refuse(problems: Sequence[TemplateProblem], file: str, *, as_json: bool) -> NoReturn:
    for each in problems:
        if as_json:
            print_json({"path": each.file, "line": each.line, "expected": each.expected, "advice": each.wrong})
        else:
            typer.echo(f"{file}: {each}" if each.file.startswith("creditors.") else f"{each}", err=True)
    raise typer.Exit(ExitCode.POLICY)
