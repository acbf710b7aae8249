"""`policy check`, `apply`, `show`, `schema`: a file judged, put in force on all workers, and what was in force."""

import json
from typing import TYPE_CHECKING, NoReturn

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.policy_file import read_policy, read_text
from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.core.policy_schema import json_schema
from dispatcher.exit_codes import ExitCode

if TYPE_CHECKING:
    from dispatcher.engine.policy_topic import Policies
    from schemas.policies import PolicyText

_FILE = typer.Argument(help="A policy in TOML.", metavar="FILE")
_JSON = typer.Option(False, "--json", help="One JSON object a line.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The rules of contact.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(policy)
    group.command("check")(check)
    group.command("apply")(apply)
    group.command("show")(show)
    group.command("schema")(schema)
    app.add_typer(group, name="policy")


def policy() -> None:
    """The rules of contact."""


def check(file: str = _FILE, as_json: bool = _JSON) -> None:
    """Name everything that is wrong with a policy file. Exit code 4: it is no policy.

    So is one whose messages are not fit to be sent in this installation's templates: see `messages check`.
    """
    from dispatcher.cli.policy_words import refuse_unfit

    found = read_policy(file)
    if isinstance(found, PolicyProblems):
        _refuse(found, as_json=as_json)
    refuse_unfit(found, file, settings_or_stop().templates, as_json=as_json)
    if as_json:
        print_json({"hash": found.hash, "stages": found.stage_ids, "creditors": sorted(found.creditors)})
    else:
        typer.echo(f"{file}: {_summary(found)}")


def apply(
    file: str = _FILE,
    who: str | None = typer.Option(None, "--by", help="Who applies it; by default this system's user."),
    as_json: bool = _JSON,
) -> None:
    """Put a policy in force on all workers, at once. A wrong one is refused (exit code 4) and changes nothing."""
    settings = settings_or_stop()
    text = read_text(file)
    found = parse(text, file=file)
    if isinstance(found, PolicyProblems):
        _refuse(found, as_json=as_json)
    from dispatcher.cli.policy_store import apply_text
    from dispatcher.cli.policy_words import refuse_unfit

    refuse_unfit(found, file, settings.templates, as_json=as_json)
    changed = apply_text(settings, found, text, who)
    if as_json:
        print_json({"hash": found.hash, "changed": changed})
    elif changed:
        typer.echo(f"{file}: {_summary(found)}: in force from now on")
    else:
        typer.echo(f"{file}: policy {found.hash} is in force already: nothing was changed")


def show(
    name: str | None = typer.Argument(
        None, help="A former policy's hash; by default what is in force.", metavar="[HASH]"
    ),
    listed: bool = typer.Option(False, "--list", help="Name every policy that was ever applied, not its text."),
    as_json: bool = _JSON,
) -> None:
    """Print a policy as it was applied. Its hash, who applied it, when, and its text."""
    from dispatcher.cli.policy_store import applied

    found = applied(settings_or_stop())
    if listed:
        _list(found, as_json=as_json)
        return
    text = found.active if name is None else found.texts.get(name)
    if text is None:
        unknown = "no policy was ever applied" if name is None else f"no policy {name!r} was ever applied"
        stop(ExitCode.FINDINGS, f"{unknown}: `dispatcher policy show --list` names those that were")
    if as_json:
        print_json(_row(found, text) | {"text": text.text})
        return
    standing = found.in_force
    state = "a former one"
    if standing is not None and standing.hash == text.hash:
        state = f"in force since {standing.at:%Y-%m-%d %H:%M:%SZ}, put there by {standing.who}"
    typer.echo(f"# policy {text.hash}, first applied {text.at:%Y-%m-%d %H:%M:%SZ} by {text.who}; {state}")
    typer.echo(text.text, nl=not text.text.endswith("\n"))


def schema() -> None:
    """Print the JSON Schema of a policy file. Editors that know it complete keys and mark what is wrong."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


def _list(found: "Policies", *, as_json: bool) -> None:
    rows = [_row(found, text) for text in found.texts.values()]
    if as_json:
        for row in rows:
            print_json(row)
        return
    print_table(
        ("hash", "first applied", "by", ""),
        [
            (text.hash, f"{text.at:%Y-%m-%d %H:%M:%SZ}", text.who, "in force" if row["in_force"] else "")
            for row, text in zip(rows, found.texts.values(), strict=True)
        ],
    )


def _row(found: "Policies", text: "PolicyText") -> dict[str, object]:
    in_force = found.in_force is not None and found.in_force.hash == text.hash
    return {"hash": text.hash, "who": text.who, "at": text.at, "in_force": in_force}


def _refuse(found: PolicyProblems, *, as_json: bool) -> NoReturn:
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


def _summary(found: Policy) -> str:
    return f"policy {found.hash}: {len(found.stages)} stages, {len(found.creditors)} creditors"
