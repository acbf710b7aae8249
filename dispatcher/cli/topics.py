"""`topics plan` and `topics apply`: what the cluster lacks, and creating it."""

from typing import assert_never

import typer

from dispatcher.cli.ending import settings_or_stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.ops.access_plan import ROLES, SCRIPT_HEAD, commands, grants
from dispatcher.ops.topic_plan import Create, Fits, MarkLog, Step, Unfit, Wanted, apply, plan
from dispatcher.settings import Settings

_JSON = typer.Option(False, "--json", help="One JSON object a line.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="What topics the cluster needs.", no_args_is_help=True, rich_markup_mode=None)
    group.command("plan")(plan_topics)
    group.command("apply")(apply_topics)
    group.command("acls")(access_lists)
    app.add_typer(group, name="topics")


def plan_topics(as_json: bool = _JSON) -> None:
    """Say what `topics apply` would do. Exit code 1: something to create; 6: a topic that cannot be used."""
    steps = _planned(settings_or_stop())
    _show(steps, as_json=as_json, done=False)
    if any(isinstance(step, Unfit) for step in steps):
        raise typer.Exit(ExitCode.TOPICS)
    if any(isinstance(step, Create | MarkLog) for step in steps):
        raise typer.Exit(ExitCode.FINDINGS)


def apply_topics(as_json: bool = _JSON) -> None:
    """Create what is missing. Existing topics are never changed; does nothing where one cannot be used."""
    from dispatcher.cli.kafka import on_kafka

    settings = settings_or_stop()
    steps = _planned(settings)
    if any(isinstance(step, Unfit) for step in steps):
        _show(steps, as_json=as_json, done=False)
        raise typer.Exit(ExitCode.TOPICS)
    on_kafka(settings, lambda kafka: apply(kafka, steps))
    _show(steps, as_json=as_json, done=True)


def access_lists(as_json: bool = _JSON) -> None:
    """Print what each kind of process may do at Kafka. As a shell script for kafka-acls.sh; needs no cluster."""
    settings = settings_or_stop()
    if not as_json:
        for line in SCRIPT_HEAD:
            typer.echo(line)
    for role in ROLES:
        given = grants(role, prefix=settings.topic_prefix, app_id=settings.app_id)
        if as_json:
            for grant in given:
                print_json({"role": role, "principal": _principal(role), "grant": grant})
        else:
            for line in commands(role, _principal(role), given):
                typer.echo(line)


def _principal(role: str) -> str:
    """The user that the documentation gives a role; billing's is not ours to name alike, an operator's is a person."""
    return f"User:dispatcher-{role}"


def _planned(settings: Settings) -> tuple[Step, ...]:
    from dispatcher.cli.kafka import on_kafka

    wanted = Wanted(settings.topic_prefix, settings.partitions, settings.replication)
    return on_kafka(settings, lambda kafka: plan(kafka, wanted))


def _show(steps: tuple[Step, ...], *, as_json: bool, done: bool) -> None:
    rows = [_row(step, done=done) for step in steps]
    if as_json:
        for topic, state, detail in rows:
            print_json({"topic": topic, "state": state, "detail": detail})
    else:
        print_table(("topic", "state", "detail"), rows)


def _row(step: Step, *, done: bool) -> tuple[str, str, str]:
    match step:
        case Create():
            settings = ", ".join(f"{name}={value}" for name, value in step.settings)
            detail = f"{step.partitions} partitions x {step.replication}" + (f"; {settings}" if settings else "")
            return step.name, "created" if done else "missing", detail
        case MarkLog():
            return step.name, "marked" if done else "unmarked", f"{len(step.partitions)} empty partitions"
        case Fits():
            return step.name, "fits", "; ".join((f"{step.partitions} partitions", *step.notes))
        case Unfit():
            return step.name, "unfit", f"{step.why}: {step.advice}"
        case _:
            assert_never(step)
