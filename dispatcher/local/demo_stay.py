"""After the demonstration: stand-ins and worker serve on, and what is published is told as it is decided, until Ctrl-C."""

from collections.abc import Callable, Sequence
from typing import Final

from dispatcher.local.demo_office import Office
from dispatcher.local.demo_outbox import Paper
from dispatcher.local.demo_play import Play, Surroundings
from dispatcher.local.demo_rows import rows_of
from dispatcher.local.demo_telling import Telling
from dispatcher.local.portfolio import FOLDER, POLICY
from dispatcher.local.portfolio_outcome import told

_EVENING: Final = "2026-11-19T18:00:00+00:00"
"""Later than anything that is published in the first hours: `why` then tells all of it."""


async def stay_up(
    play: Play, around: Surroundings, office: Office, telling: Telling, papers: Callable[[], Sequence[Paper]]
) -> None:
    """Serve until cancelled; `papers` writes the outbox anew.

    Raises:
        CommandFailed: the worker ended.
    """
    known = len(play.watch.records)

    def news() -> bool:
        nonlocal known
        fresh = play.watch.records[known:]
        known += len(fresh)
        rows = rows_of(fresh)
        if any(row.is_contact for row in rows):
            papers()
        telling.lines(told(row) for row in rows)
        return False

    telling.lines((*_invitation(play, around), *_addresses(office)))
    await play.worker.while_running(play.watch.until(news), what=lambda: "further events", timeout_s=float("inf"))


def _invitation(play: Play, around: Surroundings) -> tuple[str, ...]:
    return (
        "",
        "Everything stays up until Ctrl-C; the worker's clock goes on from Thursday afternoon. To publish further events:",
        "",
        f"export DISPATCHER_BOOTSTRAP_SERVERS={around.environment['DISPATCHER_BOOTSTRAP_SERVERS']}",
        f"export DISPATCHER_TOPIC_PREFIX={play.prefix} DISPATCHER_PARTITIONS={play.act.partitions}",
        f"export DISPATCHER_POLICY={POLICY} DISPATCHER_SENDING=on DISPATCHER_CLOCK={_EVENING}",
        ".venv/bin/dispatcher publish - <<'END'",
        (FOLDER / "further.jsonl").read_text("utf-8").rstrip(),
        "END",
        "",
        "And with the same settings, to see what became of them:",
        "",
        ".venv/bin/dispatcher why C-900",
        "",
    )


def _addresses(office: Office) -> tuple[str, ...]:
    """Said last: passwords are made up for this run, and shown only here."""
    url = office.url
    return (
        "What happened stands at these pages, on this machine alone:",
        "",
        f"  {url}/desk            tasks to call, dial and report (agent, supervisor); /desk/overview (supervisor)",
        f"  {url}/why/C-118       one customer's story, and why not (supervisor, auditor)",
        f"  {url}/reports         figures (supervisor, auditor)",
        "",
        "Sign in with an account of this run:",
        "",
        *(f"  {login.role:<12}{login.password}" for login in office.logins),
        "",
    )
