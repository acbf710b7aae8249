"""From words, layouts and facts to the texts of a message: plain dictionaries in, texts out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Template

from dispatcher.core.rules import USUAL_SMS_PARTS
from dispatcher.messages.catalogue import Piece
from dispatcher.messages.foreign_text import clipped
from dispatcher.messages.sms_segments import segments
from dispatcher.messages.sms_text import sms_text
from dispatcher.messages.vocabulary import KINDS
from schemas.values import Channel

Facts = dict[str, object]
"""What templates may say, by the names of `vocabulary`: texts, numbers, booleans, and lists of these."""

LONGEST_SUBJECT = 150

_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """The texts of one e-mail."""

    subject: str
    text: str
    html: str


_LEFT_OUT: tuple[Facts, ...] = (
    {},
    {"brief": True},
    {"brief": True, "credit": ""},
    {"brief": True, "credit": "", "link": ""},
)
"""What an SMS that is too long does without, step by step: courtesies, that credit notes are taken off, the link."""


def composed_sms(piece: Piece, facts: Facts, most_parts: int = USUAL_SMS_PARTS) -> str:
    """The text of an SMS, on one line and within the limits of providers.

    One of more than `most_parts` parts is said again without what it can do without. The shortest text stands even if it is
    still longer: no sum and no link is ever cut. Templates and policies of which that is to be expected are refused at load.
    """
    text = ""
    for left_out in _LEFT_OUT:
        text = _sms(piece, facts | left_out)
        if segments(text).parts <= most_parts:
            break
    return text


def _sms(piece: Piece, facts: Facts) -> str:
    (message,) = _blocks(piece, facts, KINDS["sms"].blocks)
    return sms_text(piece.layouts[0].render(facts | {"message": _one_line(message)}), piece.language)


def composed_mail(piece: Piece, facts: Facts) -> Mail:
    """Subject, plain text and HTML of an e-mail; the words are rendered once and stand in both."""
    subject, opening, closing = _blocks(piece, facts, KINDS["email"].blocks)
    plain, html = piece.layouts
    said = facts | {
        "subject": clipped(_one_line(subject), LONGEST_SUBJECT),
        "opening": _paragraphs(opening),
        "closing": _paragraphs(closing),
        "lang": piece.language,
    }
    return Mail(str(said["subject"]), _tidy(plain.render(said)), html.render(said))


def composed_script(piece: Piece, facts: Facts) -> str:
    """What the person who calls reads and asks."""
    purpose, guidance = _blocks(piece, facts, KINDS["call_task"].blocks)
    said = facts | {"purpose": _one_line(purpose), "guidance": _one_line(guidance)}
    return _tidy(piece.layouts[0].render(said))


def composed(channel: Channel, piece: Piece, facts: Facts) -> str:
    """The whole text of one message on its channel."""
    if channel == "sms":
        return composed_sms(piece, facts)
    if channel == "email":
        mail = composed_mail(piece, facts)
        return f"{mail.subject}\n\n{mail.text}\n{mail.html}"
    return composed_script(piece, facts)


def _blocks(piece: Piece, facts: Facts, names: tuple[str, ...]) -> Iterator[str]:
    template: Template = piece.words
    context = template.new_context(facts)
    return ("".join(template.blocks[name](context)) for name in names)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(text: str) -> list[str]:
    return [
        _one_line(paragraph) for paragraph in _BETWEEN_PARAGRAPHS.split(text) if not paragraph.isspace() and paragraph
    ]


def _tidy(text: str) -> str:
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.strip() + "\n"
