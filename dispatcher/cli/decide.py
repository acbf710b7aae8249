"""`decide`: what would happen to these events under a policy, decided by the very core that workers run."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import typer

from dispatcher.cli.ending import settings_or_stop, stop
from dispatcher.cli.event_lines import Bad, judge, said
from dispatcher.cli.instants import instant
from dispatcher.cli.output import print_table
from dispatcher.cli.policy_file import policy_of
from dispatcher.cli.telling import sentences, shown
from dispatcher.core.claim import Claim
from dispatcher.core.policy import Policy
from dispatcher.exit_codes import ExitCode
from schemas.discretion import Discreet
from schemas.inbox import Arrival, Cause
from schemas.journal import JournalRecord, encode
from schemas.values import Channel, Millis

if TYPE_CHECKING:
    from dispatcher.messages.rendering import Templates
    from dispatcher.sim.outcomes import Answers
    from dispatcher.sim.virtual_clock import Lived, Told

_AT_MOST_MS: Final = 400 * 24 * 60 * 60 * 1000

_TIME = """
Time: a virtual clock starts at the first event's time. Each event arrives, in the order of the lines, at its time, or, if
that is earlier than the clock by then, at once: arrival = max(clock, time). What is stated late still counts from its time.
All that one customer hears at one instant is one turn. Wake-ups fire in between.
"""
_OUTCOMES = """
Outcomes: one JSON object a line; the first that fits an attempt decides it. What it fits (all optional): channel, stage,
customer, attempt (number of the contact's attempt, from 1), times (use the line so often). outcome: accepted; delivered or
undelivered (accepted, and a receipt after after_s); rejected (refusal: recipient, content or suppressed; code); deferred
(again after retry_after_s, 300); in_doubt. For call tasks: reached, not_reached, unreported. The answer comes after after_s
seconds (0). Example: {"channel": "sms", "stage": "notice", "outcome": "rejected", "times": 1}
"""


class Seen(Discreet, msgspec.Struct, frozen=True, omit_defaults=True):
    """A message or a script as its reader would see it."""

    channel: Channel
    to: str
    text: str
    sender: str | None = None
    subject: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=f"{_TIME}\n{_OUTCOMES}")(decide)


def decide(  # noqa: PLR0917  the options of the command
    events: str = typer.Argument(help="One event a line (JSON); '-' reads stdin.", metavar="EVENTS.jsonl"),
    policy: str = typer.Option(..., "--policy", help="The policy, in TOML.", metavar="FILE"),
    until: str | None = typer.Option(
        None, "--until", help="End here (ISO 8601). Default: when nothing is planned, at most 400 days on.", metavar="T"
    ),
    outcomes: str | None = typer.Option(
        None, "--outcomes", help="What becomes of attempts; see below. Default: accepted at once.", metavar="FILE"
    ),
    render: bool = typer.Option(False, "--render", help="Add each message as its customer would see it."),
    as_json: bool = typer.Option(False, "--json", help="One journal record a line, as it would stand in the topic."),
) -> None:
    """Decide on a file of events, offline. Exit code 2: a line is no valid event, and stderr names it."""
    from dispatcher.sim.virtual_clock import live

    rules = policy_of(policy)
    told = _told(events)
    answers = _answers(outcomes)
    templates = _templates() if render else None
    if not told:
        return
    end = told[-1].at + _AT_MOST_MS if until is None else instant("--until", until)
    lived = live(told, rules, answers, end)
    if as_json:
        for record, seen in _records(lived, rules, templates):
            typer.echo(encode(record) if seen is None else _with(record, seen))
    else:
        _show(list(_records(lived, rules, templates)))


def _told(file: str) -> "list[Told]":
    """The events, each at its instant; ends the command if one is none."""
    from dispatcher.sim.virtual_clock import Told

    told: list[Told] = []
    clock: Millis | None = None
    wrong = False
    for judged in judge(file):
        if isinstance(judged, Bad):
            typer.echo(said(file, judged), err=True)
            wrong = True
            continue
        event = judged.event
        stated = event.at // 1000
        clock = stated if clock is None else max(clock, stated)
        cause = Cause(judged.topic, 0, judged.line, event.source, event.id)
        told.append(Told(clock, event.customer_id, Arrival(event.at, cause, event.fact)))
    if wrong:
        raise typer.Exit(ExitCode.USAGE)
    return told


def _answers(file: str | None) -> "Answers":
    from dispatcher.sim.outcomes import Answers, BadRule, read_rules

    if file is None:
        return Answers()
    try:
        with Path(file).open("rb") as lines:
            rules = read_rules(lines)
    except OSError as fault:
        stop(ExitCode.USAGE, f"{file}: {fault.strerror}; expected a file with one outcome a line")
    if isinstance(rules, BadRule):
        stop(ExitCode.USAGE, f"{file}:{rules.line}: {rules.message}")
    return Answers(rules)


def _templates() -> "Templates":
    from dispatcher.messages.page_link import links_of
    from dispatcher.messages.problems import TemplateProblems
    from dispatcher.messages.rendering import load

    settings = settings_or_stop()
    loaded = load(settings.templates, pages=links_of(settings.public_url, settings.secret))
    if isinstance(loaded, TemplateProblems):
        stop(ExitCode.POLICY, str(loaded))
    return loaded


def _records(
    lived: "Iterator[Lived]", policy: Policy, templates: "Templates | None"
) -> Iterator[tuple[JournalRecord, Seen | None]]:
    for turn in lived:
        claims = {} if templates is None else {claim.attempt_id: claim for claim in turn.decision.claims}
        for record in turn.decision.records:
            claim = claims.get(record.attempt_id or "") if record.result == "claimed" else None
            seen = None if claim is None or templates is None else _seen(claim, policy, templates)
            yield record, seen


def _seen(claim: Claim, policy: Policy, templates: "Templates") -> Seen:
    if claim.channel == "call_task":
        return Seen(claim.channel, claim.contact_point, templates.script(claim, policy))
    message = templates.render(claim, policy)
    return Seen(claim.channel, message.recipient, message.text, message.sender, message.subject)


def _with(record: JournalRecord, seen: Seen) -> bytes:
    return encode(record)[:-1] + b',"message":' + encode(seen) + b"}"


def _show(records: Sequence[tuple[JournalRecord, Seen | None]]) -> None:
    columns = ("at", "customer", "kind", "invoices", "stage", "channel", "result", "next", "why")
    print_table(columns, [_row(record) for record, _ in records])
    for record, seen in records:
        if seen is not None:
            subject = "" if seen.subject is None else f"Subject: {seen.subject}\n"
            typer.echo(
                f"\n{shown(record.at)} {seen.channel} from {seen.sender or '-'} to {seen.to}\n{subject}{seen.text}"
            )


def _row(record: JournalRecord) -> tuple[str, ...]:
    ahead = record.planned_for or record.next_at
    return (
        shown(record.at),
        record.customer_id,
        record.kind,
        ",".join(record.invoice_ids) or "-",
        record.stage or "-",
        record.channel or "-",
        record.result,
        "-" if ahead is None else shown(ahead),
        sentences(record.reasons, record.result),
    )
