"""`archive`: the process that writes what the topics say into SQL, and `archive migrate`, which makes its tables."""

import typer

from dispatcher.cli.ending import settings_or_stop, stop


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Write what the topics say into SQL.",
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    group.callback()(archive)
    group.command("migrate")(migrate)
    app.add_typer(group, name="archive")


def archive(
    context: typer.Context,
    rebuild: bool = typer.Option(
        False,
        "--rebuild",
        help="Read everything anew that the topics still hold; what they no longer hold stays as it is.",
    ),
    accept_gap: bool = typer.Option(
        False,
        "--accept-gap",
        help="Go on although records went from the topics before they were archived: they are missing for good.",
    ),
) -> None:
    """Write what the topics say into SQL, each record once. Until SIGTERM or Ctrl-C; a second one stands by."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_or_stop()
    from dispatcher.archive.serving import run_archive

    raise typer.Exit(run_archive(settings, rebuilt=rebuild, accept_gap=accept_gap))


def migrate() -> None:
    """Bring the archive's tables to this release. The archive does so itself when it starts."""
    settings = settings_or_stop()
    from dispatcher.archive.serving import migrated
    from dispatcher.archive.unstartable import Unstartable

    try:
        engine, changed = migrated(settings)
    except Unstartable as unstartable:
        stop(unstartable.code, str(unstartable))
    engine.dispose()
    typer.echo("the tables are as this release needs them" + ("" if changed else "; nothing had to be done"))
