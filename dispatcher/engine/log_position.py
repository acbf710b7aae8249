"""Where a lane stands in its inbox partition, and whether that partition is still the log it was.

A position without the log's identity loses data silently: in a recreated inbox all offsets start again, and everything
below the old watermark would be skipped without a word. The identity is a mark that `topics apply` writes as the first
record of each inbox partition, and that the state remembers beside its watermark.
"""

from dataclasses import dataclass

import msgspec

from schemas.values import Channel

WATERMARK_KEY = b"\0watermark"


class Watermark(msgspec.Struct, frozen=True, array_like=True):
    """The inbox log that was applied, and the last offset of it whose effects are in the state (-1: none).

    `planned` names the policy and the release by which every customer of the partition was planned; empty if there are none.
    `made`: contacts claimed in the `hour` (counted from the epoch), by channel.
    """

    identity: str
    applied: int
    planned: str = ""
    hour: int = 0
    made: dict[Channel, int] = {}


@dataclass(frozen=True, slots=True)
class LogBounds:
    """An inbox partition as it is now: first offset, offset after the last, and the mark at its start if still there."""

    start: int
    end: int
    identity: str | None


@dataclass(frozen=True, slots=True)
class Continue:
    """The lane goes on after this watermark."""

    watermark: Watermark


@dataclass(frozen=True, slots=True)
class Refused:
    """The lane must not start; `why` is one line for an operator."""

    why: str


def position(
    state: Watermark | None,
    log: LogBounds,
    committed: int | None,
    *,
    partition: str,
    accept_gap: bool,
) -> Continue | Refused:
    """Decide where a lane goes on.

    Args:
        state: what the restored state says, None if the state is empty.
        log: the inbox partition now.
        committed: the group's committed offset, None if there never was one.
        partition: its name, for messages.
        accept_gap: go on although records are lost; the operator has said so.
    """
    if state is None:
        return _without_state(log, committed, partition, accept_gap=accept_gap)
    if log.identity is not None and log.identity != state.identity:
        why = (
            f"{partition} is not the log that the state was made from (its mark differs): the inbox was recreated. "
            "Restore the old inbox, or start once with --accept-gap to go on from the new one's beginning"
        )
        return Continue(Watermark(log.identity, log.start - 1)) if accept_gap else Refused(why)
    if log.identity is None and log.start == 0 and log.end > 0:
        return Refused(_unmarked(partition))
    following = state.applied + 1
    if log.start <= following <= log.end:
        return Continue(state)
    if accept_gap:
        return Continue(Watermark(state.identity, log.start - 1))
    return Refused(
        f"{partition} holds offsets {log.start} to {log.end - 1}, but the state needs {following} next: records are "
        "missing. Restore them, or start once with --accept-gap to go on without them"
    )


def _without_state(log: LogBounds, committed: int | None, partition: str, *, accept_gap: bool) -> Continue | Refused:
    if log.identity is None and (log.start == 0 or not accept_gap):
        return Refused(_unmarked(partition))
    if committed is not None and committed > 0 and not accept_gap:
        return Refused(
            f"{partition} was applied up to offset {committed}, but its state is empty: the state was lost. "
            "Restore reminders.state, or start once with --accept-gap to build it anew from inbox and journal"
        )
    return Continue(Watermark(log.identity or "unmarked", log.start - 1))


def _unmarked(partition: str) -> str:
    return f"{partition} does not start with our mark: create our topics with `dispatcher topics apply`"
