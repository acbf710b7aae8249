"""`policy check`: a policy file judged before a worker meets it."""

import typer

from dispatcher.cli.output import print_json
from dispatcher.cli.policy_file import read_policy
from dispatcher.core.policy import PolicyProblems
from dispatcher.exit_codes import ExitCode


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The rules of contact.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(policy)
    group.command("check")(check)
    app.add_typer(group, name="policy")


def policy() -> None:
    """The rules of contact."""


def check(
    file: str = typer.Argument(help="A policy in TOML.", metavar="FILE"),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """Name everything that is wrong with a policy file. Exit code 4: it is no policy."""
    found = read_policy(file)
    if isinstance(found, PolicyProblems):
        for problem in found.problems:
            if as_json:
                print_json(
                    {
                        "path": problem.path,
                        "line": problem.line,
                        "expected": problem.expected,
                        "advice": problem.advice,
                    }
                )
            else:
                typer.echo(f"{found.file}: {problem}", err=True)
        raise typer.Exit(ExitCode.POLICY)
    if as_json:
        print_json({"hash": found.hash, "stages": found.stage_ids, "creditors": sorted(found.creditors)})
    else:
        typer.echo(f"{file}: policy {found.hash}: {len(found.stages)} stages, {len(found.creditors)} creditors")
