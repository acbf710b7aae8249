"""A policy from a file that a person or a setting named."""

from pathlib import Path

import typer

from dispatcher.cli.ending import stop
from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings


def read_policy(file: str | Path) -> Policy | PolicyProblems:
    """The policy in a file, or what is wrong with it; ends the command where the file cannot be read."""
    return parse(read_text(file), file=str(file))


def read_text(file: str | Path, expected: str = "a policy in TOML") -> str:
    """The text of a file; ends the command, saying what was expected, where it cannot be read."""
    try:
        return Path(file).read_text(encoding="utf-8")
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}; expected {expected}")
    except UnicodeDecodeError:
        stop(ExitCode.POLICY, f"{file}: not UTF-8; expected {expected}")


def policy_of_settings(settings: Settings) -> Policy:
    """The policy of a first start; ends the command where the settings name none, or a wrong one."""
    if settings.policy is None:
        stop(
            ExitCode.POLICY,
            "no policy was ever applied, and DISPATCHER_POLICY names none: `dispatcher policy apply FILE`",
        )
    return policy_of(settings.policy)


def policy_of(file: str | Path) -> Policy:
    """The policy in a file; ends the command, naming every problem, where it holds none."""
    return or_stop(read_policy(file))


def or_stop(found: Policy | PolicyProblems) -> Policy:
    """The policy; ends the command, naming every problem, where it is none."""
    if isinstance(found, PolicyProblems):
        for line in str(found).splitlines():
            typer.echo(f"dispatcher: {line}", err=True)
        raise typer.Exit(ExitCode.POLICY)
    return found
