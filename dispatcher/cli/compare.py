"""`compare`: what a change of policy would mean to customers, usable as a gate before it is applied."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from dispatcher.sim.comparison import Comparison


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
    fail_if_dearer: float | None = typer.Option(
        None,
        "--fail-if-dearer",
        min=0,
        help="Exit code 1 if the contacts would cost more than so many percent more.",
        metavar="PCT",
    ),
    as_json: bool = typer.Option(False, "--json", help="One JSON object."),
) -> None:
    """Live the same invented portfolio through two policies. Usable as a gate: exit code 1 says that the new one is no go.

    It is where a `--fail-if-...` is exceeded, or where the new policy breaks a rule of its own; stderr says which.
    """
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
    wrong = [*_exceeded(found, fail_if_more, fail_if_dearer)]
    for each in wrong:
        typer.echo(f"dispatcher: {each}", err=True)
    if wrong:
        raise typer.Exit(ExitCode.FINDINGS)


def _exceeded(found: "Comparison", more: float | None, dearer: float | None) -> Iterator[str]:
    """Why the gate is closed."""
    hears_more = found.changes["more"].percent
    if more is not None and hears_more > more:
        yield f"{hears_more} % of the customers would hear more; at most {more:g} % may"
    before, rise = found.before.cost["total"], found.cost_difference
    if dearer is not None and rise > before * dearer / 100:
        yield f"the contacts would cost {rise:,.2f} more than {before:,.2f}; at most {dearer:g} % more is allowed"
    if found.after.breaches_total:
        yield f"the new policy's contacts break a rule {found.after.breaches_total} times: `dispatcher simulate` shows which"
