"""`compare`: what a change of policy would mean to customers, usable as a gate before it is applied."""

import typer

from dispatcher.cli.output import print_json, print_table
from dispatcher.cli.simulate import (
    CUSTOMERS,
    DAYS,
    FIRST_DAY,
    JOBS,
    PRICES,
    SEED,
    portfolio_of,
    prices_or_stop,
    processes,
    rules_in,
)
from dispatcher.exit_codes import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(compare)


def compare(  # noqa: PLR0917  the options of the command
    before: str = typer.Argument(help="The policy as it is, in TOML.", metavar="A.toml"),
    after: str = typer.Argument(help="The policy as it would be.", metavar="B.toml"),
    customers: int = CUSTOMERS,
    days: int = DAYS,
    seed: int = SEED,
    first_day: str = FIRST_DAY,
    cost: list[str] = PRICES,
    jobs: int = JOBS,
    fail_if_more: float | None = typer.Option(
        None,
        "--fail-if-more",
        min=0,
        help="Exit code 1 if more than so many of a hundred customers would hear more.",
        metavar="PCT",
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Live the same invented portfolio through two policies. Exit code 1: `--fail-if-more`, or the new one breaks a rule."""
    from dispatcher.sim.comparison import compare as compared
    from dispatcher.sim.comparison import comparison, tables

    text_before, rules_before = rules_in(before)
    text_after, rules_after = rules_in(after)
    prices = prices_or_stop(cost)
    portfolio = portfolio_of(customers, days, seed, first_day)
    both = compared(processes(jobs), portfolio, text_before, text_after)
    found = comparison(portfolio, (rules_before.policy.hash, rules_after.policy.hash), both, prices)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{customers:,} customers, {days} days, seed {seed}: {found.before.policy} -> {found.after.policy}")
        for columns, rows in tables(found):
            typer.echo()
            print_table(columns, rows)
    more = found.changes["more"].percent
    if fail_if_more is not None and more > fail_if_more:
        typer.echo(f"dispatcher: {more} % of the customers would hear more; at most {fail_if_more:g} % may", err=True)
        raise typer.Exit(ExitCode.FINDINGS)
    if found.after.breaches_total:
        raise typer.Exit(ExitCode.FINDINGS)
