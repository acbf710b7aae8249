"""Every template is tried at start, with all that can be there and with all that can be absent.

What only shows while rendering (a misspelt part of an invoice, a wrong include) is then known before the first customer.
"""

from collections.abc import Iterator
from types import TracebackType

from jinja2 import Template, TemplateError

from dispatcher.messages.catalogue import Catalogue, Piece
from dispatcher.messages.composition import Facts, composed_mail, composed_script, composed_sms
from dispatcher.messages.problems import TemplateProblem
from dispatcher.messages.vocabulary import GENERIC
from schemas.values import Channel

FAILURES = (TemplateError, TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
"""What a wrong template can raise while it renders."""


def trial(catalogue: Catalogue) -> list[TemplateProblem]:
    """The problems of all templates that cannot be rendered, one a place."""
    found: dict[tuple[str, int | None], TemplateProblem] = {}
    for message, channel, piece in catalogue.pieces():
        for facts in _samples(message):
            problem = _problem(channel, piece, facts)
            if problem is not None:
                found.setdefault((problem.file, problem.line), problem)
    return list(found.values())


def composed(channel: Channel, piece: Piece, facts: Facts) -> str:
    """The whole text of one message on its channel."""
    if channel == "sms":
        return composed_sms(piece, facts)
    if channel == "email":
        mail = composed_mail(piece, facts)
        return f"{mail.subject}\n\n{mail.text}\n{mail.html}"
    return composed_script(piece, facts)


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


def _samples(message: str) -> Iterator[Facts]:
    phases = (message,) if message in GENERIC else GENERIC
    for phase in phases:
        yield _bare(phase)
        yield _full(phase)


def _bare(phase: str) -> Facts:
    return {
        "name": "",
        "reference": "C-1",
        "creditor": "Northwind",
        "legal_name": "Northwind Energy Ltd",
        "postal_address": "",
        "third_party": False,
        "phone": "+44 20 7946 0000",
        "email": "care@northwind.example",
        "phase": phase,
        "count": 1,
        "number": "1",
        "total": "€1.00",
        "credit": "",
        "due": "3 Nov 2026",
        "days": 0,
        "pay_by": "",
        "link": "",
        "opt_out": False,
        "reply_stop": False,
        "brief": True,
        "invoices": [_invoice(days=0)],
        "more_invoices": 0,
        "totals": [],
        "credits": [],
        "consequences": [],
    }


def _full(phase: str) -> Facts:
    link = "https://pay.northwind.example/1"
    lines: list[Facts] = [{"text": "Electricity", "amount": "€1.00"}]
    return _bare(phase) | {
        "name": "Ana Example",
        "postal_address": "1 Example Street",
        "third_party": True,
        "count": 3,
        "total": "€1.00 and £2.00",
        "credit": "€0.50",
        "days": 9,
        "pay_by": "19 Nov 2026",
        "link": link,
        "opt_out": True,
        "reply_stop": True,
        "brief": False,
        "invoices": [_invoice(days=9) | {"description": "October", "link": link, "lines": lines, "more_lines": 2}],
        "more_invoices": 2,
        "totals": ["€1.00", "£2.00"],
        "credits": [{"number": "CN-1", "amount": "€0.50"}],
        "consequences": ["A late payment fee may be added."],
    }


def _invoice(days: int) -> Facts:
    return {
        "number": "1",
        "amount": "€1.00",
        "due": "3 November 2026",
        "days": days,
        "description": "",
        "link": "",
        "lines": [],
        "more_lines": 0,
    }
