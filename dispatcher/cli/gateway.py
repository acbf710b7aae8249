"""`gateway`: the process that answers over HTTP, and `gateway key`, which makes a key for a caller of it."""

import secrets

import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.exit_codes import ExitCode


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Serve HTTP: events, receipts, customers' pages.",
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    group.callback()(gateway)
    group.command("key")(key)
    app.add_typer(group, name="gateway")


def gateway(context: typer.Context) -> None:
    """Serve HTTP: events, receipts, customers' pages. Until SIGTERM or Ctrl-C; `key` makes a key for a caller."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_or_stop()
    from dispatcher.gateway.serving import run_gateway

    raise typer.Exit(run_gateway(settings))


def key(
    name: str = typer.Argument(help="Who will use it; the log and the events' source name it.", metavar="NAME"),
    scope: list[str] = typer.Option(help="What for: one of the scopes, such as events:write; several times."),  # noqa: B008 - Typer's way
) -> None:
    """Make an API key. Its line for DISPATCHER_API_KEYS_FILE goes to stdout, the key itself, once, to stderr."""
    from dispatcher.gateway.api_keys import SCOPES, is_name, new_key

    wanted = [each for each in SCOPES if each in scope]
    if len(wanted) != len(set(scope)):
        stop(ExitCode.USAGE, f"expected --scope out of {', '.join(SCOPES)}")
    if not is_name(name):
        stop(ExitCode.USAGE, "expected a NAME of at most 64 letters, digits, '.', '_' or '-'")
    made, known = new_key(name, wanted, secrets.token_urlsafe)
    typer.echo(f"the key, which is shown only now: {made}", err=True)
    typer.echo(known.line)
