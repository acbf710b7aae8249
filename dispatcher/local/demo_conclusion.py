"""The end of the demonstration: what came of all acts, told, written down, and held against what had to come of them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from dispatcher.exit_codes import ExitCode
from dispatcher.local import demo_outbox, portfolio
from dispatcher.local.demo_outbox import Paper
from dispatcher.local.demo_play import Play
from dispatcher.local.demo_providers import Providers
from dispatcher.local.demo_rows import summary_of, without_transients
from dispatcher.local.demo_telling import Telling
from dispatcher.local.portfolio_outcome import differences, expected_outcome, missing_codes


def write_papers(folder: Path, plays: Sequence[Play], stand_ins: Providers) -> tuple[Paper, ...]:
    """Write the outbox anew: all messages that the stand-ins took, and all tasks."""
    owners = demo_outbox.owners_of(event for name in portfolio.waves() for event in portfolio.wave(name))
    tasks = [task for play in plays for task in play.watch.tasks.values()]
    papers = demo_outbox.papers(stand_ins, tasks, owners)
    demo_outbox.write(folder / "outbox", papers)
    return papers


def conclude(folder: Path, telling: Telling, plays: Sequence[Play], papers: Sequence[Paper]) -> ExitCode:
    """Write `summary.json` and `journal.jsonl`, tell them, and say whether they are what was expected."""
    expected = expected_outcome()
    seen = [row for play in plays for row in play.rows]
    rows = sorted(without_transients(seen, expected.rows), key=lambda row: row.customer_id)
    summary = summary_of(rows, sum(play.watch.rejected for play in plays))
    (folder / "summary.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=1))
    (folder / "journal.jsonl").write_bytes(b"".join(line + b"\n" for play in plays for line in play.watch.lines))
    telling.outcome(summary, papers)
    telling.lines([f"\nSummary, journal and {len(papers)} messages are in {folder}/ (outbox/ as customers see them)."])
    wrong = [*differences(expected.rows, rows)]
    wrong += missing_codes(expected, {play.act.name: play.watch.codes for play in plays})
    if summary.rejected != expected.rejected:
        wrong += [f"- {expected.rejected} rejected records", f"+ {summary.rejected} rejected records"]
    if wrong:
        telling.lines(["This is NOT what had to come of it (- expected, + seen):", *wrong])
        return ExitCode.FINDINGS
    customers = len({row.customer_id for row in rows})
    telling.lines([f"{customers} customers, {len(rows)} rows in {telling.seconds:.0f} s: exactly what was expected."])
    return ExitCode.OK
