"""`presets list`, `show`, `check`: what jurisdictions ask, as this release knows it."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dispatcher.cli.ending import stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode

if TYPE_CHECKING:
    from dispatcher.core.jurisdictions import Preset, PresetText


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="The rules of jurisdictions.", no_args_is_help=True, rich_markup_mode=None)
    group.callback()(presets)
    for command in (list_, show, check):
        group.command(command.__name__.rstrip("_"))(command)
    app.add_typer(group, name="presets")


def presets() -> None:
    """The rules of jurisdictions. They are no legal advice."""


def list_(
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """List the presets. Where they apply, how they stand, how sure their sources are."""
    from dispatcher.core.jurisdictions import NO_ADVICE, catalogue

    if as_json:
        for preset in catalogue().values():
            print_json(_row(preset))
        return
    columns = ("id", "title", "places", "status", "confidence", "from")
    print_table(columns, (_cells(_row(preset), columns) for preset in catalogue().values()))
    typer.echo(f"\n{NO_ADVICE}")


def show(
    name: str = typer.Argument(help="A preset, or the beginning of several: us, us-ma.", metavar="ID"),
    as_json: bool = typer.Option(False, "--json", help="One JSON object a line."),
) -> None:
    """Show what a preset asks, whom it binds, and where that is written. Exit code 2: there is none of that name."""
    from dispatcher.core.jurisdictions import NO_ADVICE, catalogue, chosen

    ids, unknown = chosen((name,))
    if unknown:
        stop(ExitCode.USAGE, f"no preset {name}: expected one of {', '.join(catalogue())}")
    for each in ids:
        preset = catalogue()[each]
        if as_json:
            print_json({**_row(preset), "says": preset.text, "digest": preset.digest})
        else:
            typer.echo("\n".join([*_told(preset), ""]))
    if not as_json:
        typer.echo(NO_ADVICE)


def check(
    file: str = typer.Argument("", help="A preset in TOML; none: all of this release.", metavar="[FILE]"),
) -> None:
    """Check a preset's file, or every preset of this release. Exit code 4: it is none."""
    from dispatcher.cli.policy_file import read_text
    from dispatcher.core.jurisdictions import Preset, catalogue, read_preset

    if not file:
        typer.echo(f"{len(catalogue())} presets are in order")
        return
    found = read_preset(Path(file).stem, read_text(file, "a preset in TOML"))
    if isinstance(found, Preset):
        typer.echo(f"{file}: preset {found.id}: {found.text.title}")
        return
    for problem in found:
        typer.echo(f"{file}: {problem}", err=True)
    raise typer.Exit(ExitCode.POLICY)


def _row(preset: "Preset") -> dict[str, object]:
    text = preset.text
    return {
        "id": preset.id,
        "title": text.title,
        "places": text.places,
        "status": text.status,
        "confidence": text.confidence,
        "from": text.effective_from,
        "until": text.effective_until,
    }


def _cells(row: dict[str, object], columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(_word(row[column]) for column in columns)


def _word(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _told(preset: "Preset") -> Iterable[str]:
    text = preset.text
    yield f"{preset.id}: {text.title}"
    yield f"  {text.status}, confidence {text.confidence}, from {_word(text.effective_from) or 'a date not known'}"
    yield f"  binds {_word(text.creditors)} towards {_word(text.debtors)} in {_word(text.places)}: {_word(text.phases)}"
    if text.area_codes:
        yield f"  also numbers that begin with {_word(text.area_codes)}"
    yield from _limits(text)
    if text.opt_out_line:
        yield "  every message says how to opt out"
    if text.first_notice is not None:
        by, days = _word(text.first_notice.by), text.first_notice.wait_days
        yield f"  first a notice by {by}, then {days} days without contact"
    if text.breathing_space_days:
        yield f"  breathing space of {text.breathing_space_days} days"
    yield from (f"  a hold stops all of it: {kind}" for kind in text.holds)
    yield from (f"  never by {point.replace('_', ' ')}" for point in text.forbidden_contact_points)
    yield from (f"  shown only, for people to see to: must contain {content}" for content in text.required_content)
    yield from (f"  shown only, for people to see to: {duty}" for duty in text.duties)
    yield from (f"  source: {cite}" for cite in text.cites)


def _limits(text: "PresetText") -> Iterable[str]:
    for hours in text.windows:
        spans = "; ".join(
            f"{kind} {_word(getattr(hours, kind)) or 'never'}" for kind in ("weekday", "saturday", "sunday", "holiday")
        )
        yield f"  hours of {_word(hours.channels)}: {spans}"
    for cap in text.caps:
        gap = f", {cap.min_gap_hours} hours apart" if cap.min_gap_hours else ""
        yield f"  cap {cap.id}: {cap.max} {cap.counts} in {cap.window} by {_word(cap.channels)}, per {cap.scope}{gap}"
    for pause in text.cooldowns:
        by = _word(pause.after_channels)
        yield f"  pause {pause.id}: {pause.hours} hours without {_word(pause.channels)} after a {pause.after} by {by}"
    if text.not_before_days_overdue:
        yield f"  not before {text.not_before_days_overdue} days overdue"
