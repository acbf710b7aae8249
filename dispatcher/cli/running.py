"""`worker`, `up`, `demo`: processes that run until they are told to stop."""

import typer

from dispatcher.cli.ending import settings_or_stop


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(worker)
    app.command()(up)
    app.command()(demo)


def worker(
    accept_gap: bool = typer.Option(
        False,
        "--accept-gap",
        help="Go on although the inbox does not continue where the state ended: what is missing is lost.",
    ),
) -> None:
    """Decide and send: reads the topics, until SIGTERM or Ctrl-C."""
    settings = settings_or_stop()
    from dispatcher.wiring import run_worker

    raise typer.Exit(run_worker(settings, accept_gap=accept_gap))


def up() -> None:
    """Run everything on one machine. Starts Kafka too, unless DISPATCHER_BOOTSTRAP_SERVERS names one."""
    settings = settings_or_stop()
    from dispatcher.local.up import run_up

    raise typer.Exit(run_up(settings))


def demo(
    stay: bool = typer.Option(False, "--stay", help="Stay up until Ctrl-C and accept further events."),
) -> None:
    """Send the sample portfolio to stand-ins. Through a real Kafka, results in build/demo; nobody is called."""
    from dispatcher.local.demo import run_demo

    raise typer.Exit(run_demo(stay=stay))
