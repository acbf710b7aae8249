"""`simulate`: what a policy does to an invented portfolio before it does anything to a real one."""

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from schemas.values import to_millis

if TYPE_CHECKING:
    from dispatcher.sim.costs import Prices
    from dispatcher.sim.life import Rules
    from dispatcher.sim.portfolio import Portfolio

START = "2026-02-15"
"""The first day unless another is named: ninety days from it see the clocks change on four continents."""

CUSTOMERS = typer.Option(1_000, "--customers", min=1, max=10_000_000, help="How many customers.")
DAYS = typer.Option(90, "--days", min=1, max=1_000, help="How many days.")
SEED = typer.Option(1, "--seed", min=0, help="Another seed, another portfolio; the same seed, the same bytes.")
FIRST_DAY = typer.Option(START, "--from", help="The first day.", metavar="DATE")
PRICES = typer.Option(
    [], "--cost", help="Price of a contact, such as sms=0.08; once for each channel.", metavar="CHANNEL=PRICE"
)
JOBS = typer.Option(0, "--jobs", min=0, help="Processes; 0: one for each processor core. The result is the same.")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(simulate)


def simulate(  # noqa: PLR0917  the options of the command
    customers: int = CUSTOMERS,
    days: int = DAYS,
    seed: int = SEED,
    policy: str | None = typer.Option(
        None,
        "--policy",
        help="A policy in TOML; without it DISPATCHER_POLICY, else the demonstration's.",
        metavar="FILE",
    ),
    first_day: str = FIRST_DAY,
    cost: list[str] = PRICES,
    jobs: int = JOBS,
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Live an invented portfolio through a policy on a virtual clock. Exit code 1: a contact broke an invariant."""
    from dispatcher.sim.portfolio import simulate_on
    from dispatcher.sim.report import report, tables

    file = policy or file_in_force()
    text, rules = rules_in(file)
    prices = prices_or_stop(cost)
    portfolio = portfolio_of(customers, days, seed, first_day)
    tally = simulate_on(processes(jobs), portfolio, text)
    found = report(portfolio, rules.policy.hash, rules.ruling.unread, tally, prices)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{customers:,} customers, {days} days from {found.from_}, seed {seed}, policy {found.policy}")
        for columns, rows in tables(found):
            typer.echo()
            print_table(columns, rows)
    if found.breaches_total:
        raise typer.Exit(ExitCode.FINDINGS)


def file_in_force() -> str:
    """The policy file that the settings name, else the demonstration's."""
    from dispatcher.local.portfolio import POLICY

    return str(settings_or_stop().policy or POLICY)


def rules_in(file: str) -> "tuple[str, Rules]":
    """The text of a policy file and what it says; ends the command where it is none."""
    from dispatcher.cli.policy_file import or_stop, read_text
    from dispatcher.core.policy import parse
    from dispatcher.sim.checking.ruling import read
    from dispatcher.sim.life import Rules

    text = read_text(file)
    return text, Rules(or_stop(parse(text, file=str(file))), read(text))


def prices_or_stop(texts: list[str]) -> "Prices":
    """The prices of `--cost`; ends the command where one is none."""
    from dispatcher.sim.costs import WrongPrice, prices_of

    try:
        return prices_of(texts)
    except WrongPrice as wrong:
        stop(ExitCode.USAGE, f"--cost {wrong}")


def portfolio_of(customers: int, days: int, seed: int, first_day: str) -> "Portfolio":
    """The portfolio of the options; ends the command where `--from` is no date."""
    from dispatcher.sim.life import Span
    from dispatcher.sim.portfolio import Portfolio

    try:
        first = date.fromisoformat(first_day)
    except ValueError:
        stop(ExitCode.USAGE, f"--from {first_day!r}: expected a date, such as {START}")
    start = to_millis(datetime(first.year, first.month, first.day, tzinfo=UTC))
    return Portfolio(customers, seed, Span(start, days))


def processes(jobs: int) -> int:
    """How many processes `--jobs` means."""
    return jobs or len(os.sched_getaffinity(0))
