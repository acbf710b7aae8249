"""What is told above the page after something was done, or could not be. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from dispatcher.gateway.calls.results import Kept, Leased, LeaseLost, NoAnswer, Recorded, Refused
from dispatcher.gateway.desk_pages.words import TaskWords
from dispatcher.gateway.desk_pages.writing import Writing
from schemas.reasons import ReasonCode

Tone = Literal["good", "warn", "bad"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Some lines in a frame: good news, a warning, or bad news."""

    tone: Tone
    lines: tuple[str, ...]
    title: str = ""


def recorded(told: Recorded | Kept, leased: Leased | None, writing: Writing) -> Notice:
    """An outcome was taken of a task, which tells the clock and the words of what was to be said."""
    words = writing.words.task
    if isinstance(told, Kept):
        return Notice("warn", (words.kept,))
    lines = [words.recorded_again if told.again else words.recorded]
    if told.comes_back_at is not None:
        lines.append(
            words.comes_back.format(time=writing.instant(told.comes_back_at, () if leased is None else leased.zones))
        )
    if told.missing:
        asked = _disclosures(leased)
        what = writing.formats.listed([asked.get(each, each).rstrip(".。") for each in told.missing])
        lines.append(words.missing.format(what=what))
    return Notice("warn" if told.missing else "good", tuple(lines))


def refused(told: Refused, zones: tuple[str, ...], sentence: Callable[[ReasonCode], str], writing: Writing) -> Notice:
    """A call is not allowed: why, and when it would be."""
    words = writing.words.task
    reasons = dict.fromkeys(sentence(each.code) for each in told.reasons)
    then = words.refused_over if told.next_at is None else words.refused_next
    when = "" if told.next_at is None else writing.instant(told.next_at, zones)
    return Notice("bad", (*reasons, then.format(time=when)), words.refused_title)


def lost(told: LeaseLost, words: TaskWords) -> Notice:
    """The task is somebody else's, or nobody's."""
    return Notice("bad", (words.lost[told.why],))


def unanswered(_: NoAnswer, words: TaskWords) -> Notice:
    """Nobody could say whether the call is allowed."""
    return Notice("warn", (words.no_answer,))


def _disclosures(leased: Leased | None) -> Mapping[str, str]:
    """What a task asks to be said, by id."""
    work = None if leased is None else leased.work
    return {} if work is None else {each.id: each.words for each in work.disclosures}
