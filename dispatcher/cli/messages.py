"""`messages preview` and `check`: every text before a customer reads it."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.policy_file import policy_of, policy_of_settings
from dispatcher.exit_codes import ExitCode

if TYPE_CHECKING:
    from dispatcher.core.policy import Policy
    from dispatcher.messages.rendering import Templates

_POLICY = typer.Option(None, "--policy", metavar="FILE", help="A policy in TOML; by default that of DISPATCHER_POLICY.")
_TEMPLATES = typer.Option(
    None, "--templates", metavar="DIR", help="Own templates, searched before the built-in ones; repeatable."
)


_OUT = typer.Option(..., "--out", metavar="DIR", help="A folder for the pages; made if it is not there.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The words that customers read.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(messages)
    group.command("preview")(preview)
    group.command("check")(check)
    app.add_typer(group, name="messages")


def messages() -> None:
    """The words that customers read."""


def preview(
    out: Path = _OUT,
    policy: str | None = _POLICY,
    templates: list[Path] | None = _TEMPLATES,
    creditor: str = typer.Option("default", "--creditor", help="In whose name, as the policy calls it."),
    sms_price: str = typer.Option("0.08", "--sms-price", help="Price of one part of an SMS, in your currency."),
) -> None:
    """Write a page for each stage, channel and locale. With SMS parts and cost; open index.html in any browser.

    Exit code 1: some of it is not fit to be sent; the index says what.
    """
    from dispatcher.messages.preview import preview as pages
    from dispatcher.messages.review import review

    price = _price(sms_price)
    rules, words = _policy(policy), _templates(templates)
    if creditor not in rules.creditors:
        stop(ExitCode.USAGE, f"--creditor {creditor}: expected one of {', '.join(sorted(rules.creditors))}")
    problems = review(words, rules)
    count = 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for page in pages(words, rules, rules.creditors[creditor], sms_price=price, problems=problems):
            (out / page.name).write_text(page.html, encoding="utf-8")
            count += 1
    except OSError as fault:
        stop(ExitCode.USAGE, f"--out {out}: {fault.strerror}; expected a folder that can be written")
    typer.echo(f"{count} pages: {out / 'index.html'}")
    for problem in problems:
        typer.echo(f"dispatcher: {problem}", err=True)
    if problems:
        raise typer.Exit(ExitCode.FINDINGS)


def check(policy: str | None = _POLICY, templates: list[Path] | None = _TEMPLATES) -> None:
    """Name everything that is wrong with templates. And with what a policy declares. Exit code 4: something is.

    Complete, civil, discreet, short enough: for each stage, channel and locale of the policy.
    """
    from dispatcher.messages.review import review

    words = _templates(templates)
    if policy is None and settings_or_stop().policy is None:
        typer.echo(
            f"all templates in {', '.join(words.languages)} are usable; --policy FILE checks its stages with them"
        )
        return
    rules = _policy(policy)
    problems = review(words, rules)
    for problem in problems:
        typer.echo(f"{problem}", err=True)
    if problems:
        raise typer.Exit(ExitCode.POLICY)
    for stage, channel in words.generic(rules):
        typer.echo(f"stage {stage} has no words of its own for {channel}: those of its phase are said")
    typer.echo(f"all messages in {', '.join(words.languages)} are fit to be sent")


def _policy(file: str | None) -> "Policy":
    return policy_of(file) if file is not None else policy_of_settings(settings_or_stop())


def _templates(search: list[Path] | None) -> "Templates":
    from dispatcher.messages import rendering
    from dispatcher.messages.problems import TemplateProblems

    loaded = rendering.load(search or settings_or_stop().templates)
    if isinstance(loaded, TemplateProblems):
        for line in str(loaded).splitlines():
            typer.echo(line, err=True)
        raise typer.Exit(ExitCode.POLICY)
    return loaded


def _price(text: str) -> Decimal:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal(-1)
    if not price.is_finite() or price < 0:
        stop(ExitCode.USAGE, f"--sms-price {text}: expected an amount such as 0.08")
    return price
