"""Every template is tried at start, with all that can be there and with all that can be absent.

What only shows while rendering (a misspelt part of an invoice, a wrong include) is then known before the first customer; so
is what a message lacks, says uncivilly, shows on a locked screen, or cannot say within an SMS.
"""

from types import TracebackType

from jinja2 import Template, TemplateError

from dispatcher.messages.catalogue import Catalogue, Piece
from dispatcher.messages.composition import Facts, composed
from dispatcher.messages.fitness import unfit
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.sample_facts import extremes, occasions_of
from schemas.values import Channel

FAILURES = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What a wrong template can raise while it renders."""


def trial(catalogue: Catalogue) -> list[TemplateProblem]:
    """The problems of all templates: they cannot be rendered, or what they say must not be sent."""
    pieces = catalogue.pieces()
    return list(dict.fromkeys(each for found in pieces for each in _problems(*found)))


def _problems(message: str, channel: Channel, piece: Piece) -> list[TemplateProblem]:
    broken = [found for facts in extremes(message) if (found := _problem(channel, piece, facts)) is not None]
    return broken or unfit(message, channel, piece, occasions_of(message))


def _problem(channel: Channel, piece: Piece, facts: Facts) -> TemplateProblem | None:
    try:
        text = composed(channel, piece, facts)
    except FAILURES as error:
        file, line = _place(error.__traceback__, piece.words)
        return TemplateProblem(file, line, f"cannot be rendered ({error})", "names as the list of variables has them")
    if not text.strip():
        return TemplateProblem(piece.words.filename or "", None, "says nothing", "a text")
    return None


def _place(traceback: TracebackType | None, words: Template) -> tuple[str, int | None]:
    """File and line of the innermost template in a traceback, be its frames compiled code or rewritten by Jinja."""
    place: tuple[str, int | None] = (words.filename or "", None)
    while traceback is not None:
        names = traceback.tb_frame.f_globals
        template = names.get("__jinja_template__")
        if isinstance(template, Template):
            place = template.filename or "", template.get_corresponding_lineno(traceback.tb_lineno)
        elif "__jinja_exception__" in names:
            place = str(names["__file__"]), traceback.tb_lineno
        traceback = traceback.tb_next
    return place
