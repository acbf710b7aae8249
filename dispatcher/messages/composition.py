"""From words, layouts and facts to the texts of a message: plain dictionaries in, texts out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Template

from dispatcher.messages.catalogue import Piece
from dispatcher.messages.foreign_text import clipped
from dispatcher.messages.sms_text import sms_text
from dispatcher.messages.vocabulary import KINDS

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


def composed_sms(piece: Piece, facts: Facts) -> str:
    """The text of an SMS, on one line and within the limits of providers."""
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
