"""What a template says once it can be rendered: complete, civil, discreet, and short enough for an SMS."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Template

from dispatcher.core.rules import USUAL_SMS_PARTS
from dispatcher.messages.catalogue import Piece
from dispatcher.messages.composition import Facts, composed, composed_mail, composed_sms
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.required_parts import lacking
from dispatcher.messages.sample_facts import usual
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.tone import ADVICE, Improper, improper
from dispatcher.messages.vocabulary import KINDS, Occasion
from dispatcher.messages.wording import indiscreet
from schemas.values import Channel

_COUNTS: Final = (1, 3)
"""Templates say one invoice and several in different words."""


def unfit(
    message: str, channel: Channel, piece: Piece, occasions: Sequence[Occasion], most_parts: int = USUAL_SMS_PARTS
) -> list[TemplateProblem]:
    """What is wrong with the words of one message, which may be said on these occasions; an SMS has `most_parts` at most.

    It must be civil in all of them, and complete in one: which one it is used in, only a policy can tell.
    """
    samples = {phase: [usual(phase, count) for count in _COUNTS] for phase in occasions}
    found = _uncivil(channel, piece, [each for facts in samples.values() for each in facts])
    incomplete = [
        [each for facts in samples[phase] for each in _incomplete(message, channel, piece, facts, most_parts)]
        for phase in reversed(occasions)
    ]
    return list(dict.fromkeys([*found, *min(incomplete, key=len)]))


def _incomplete(
    message: str, channel: Channel, piece: Piece, facts: Facts, most_parts: int
) -> Iterator[TemplateProblem]:
    block = KINDS[channel].blocks[0]
    where = (piece.words.filename or "", _line_of(f"block {block}", piece.words))
    for part in lacking(message, channel, piece, facts):
        yield TemplateProblem(*where, f"{part.name} is missing", part.advice)
    if channel == "email":
        subject = composed_mail(piece, facts).subject
        told = indiscreet(subject, piece.language, str(facts["phase"]))
        if told:
            yield TemplateProblem(
                *where, f"the subject tells of {told[0]!r}", "what anybody may see on a locked screen"
            )
    if channel == "sms":
        parts = segments(composed_sms(piece, facts, most_parts)).parts
        if parts > most_parts:
            yield TemplateProblem(
                *where,
                f"takes {parts} parts at its shortest",
                f"{most_parts} at most; see `brief` for what may be left out",
            )


def _uncivil(channel: Channel, piece: Piece, samples: Sequence[Facts]) -> Iterator[TemplateProblem]:
    lines = dict.fromkeys(line for facts in samples for line in _lines(channel, piece, facts))
    for found in dict.fromkeys(each for line in lines for each in _judged(line, piece.language)):
        if channel != "call_task" or found.offence != "shouting":  # headings of a script are in capitals
            yield TemplateProblem(*_place(found, piece), str(found), ADVICE[found.offence])


def _lines(channel: Channel, piece: Piece, facts: Facts) -> list[str]:
    """Line by line, since a paragraph is a line; what the creditor declared is judged with the policy."""
    return composed(channel, piece, facts | {"consequences": []}).splitlines()


_judged = lru_cache(maxsize=4096)(improper)
"""Most lines are those of a layout."""


def _place(found: Improper, piece: Piece) -> tuple[str, int | None]:
    for template in (piece.words, *piece.layouts):
        line = _line_of(found.phrase, template)
        if line is not None:
            return template.filename or "", line
    return piece.words.filename or "", None


def _line_of(phrase: str, template: Template) -> int | None:
    text = Path(template.filename or "").read_text(encoding="utf-8")
    return next((number for number, line in enumerate(text.splitlines(), 1) if phrase in line), None)
