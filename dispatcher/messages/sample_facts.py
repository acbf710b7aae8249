"""Invented facts with which templates are tried: all that can be absent, all that can be there, and what is usual."""

from collections.abc import Iterator
from typing import Final

from dispatcher.messages.composition import Facts
from dispatcher.messages.vocabulary import ACKNOWLEDGEMENTS, GENERIC, Occasion

_DECLARED: Final = "A late payment fee may be added, as stated in your contract."


def occasions_of(message: str) -> tuple[Occasion, ...]:
    """When a message may be said: in its own phase, as a thank-you, or in any phase."""
    if message in ACKNOWLEDGEMENTS:
        return ("acknowledgement",)
    return tuple(phase for phase in GENERIC if phase == message) or GENERIC


def extremes(message: str) -> Iterator[Facts]:
    """As little as there can be, and as much."""
    for phase in occasions_of(message):
        yield bare(phase)
        yield full(phase)


def usual(phase: str, count: int) -> Facts:
    """What most messages are about. Nothing in it is found in a text by accident."""
    due, total = "3 Nov 2031", "£8,431.97"
    overdue = phase in {"overdue", "collection"}
    thanks = phase == "acknowledgement"
    invoice = _invoice(days=4173 if overdue else 0) | {"amount": total, "due": due}
    return bare(phase) | {
        "name": "Ana Example",
        "count": count,
        "number": "2031-110",
        "total": total,
        "due": due,
        "days": 4173 if overdue else 0,
        "pay_by": "19 Dec 2037" if overdue else "",
        "link": "https://pay.northwind.example/i/8f3k2",
        "page": "https://reminders.example/u/Zm9yIHRlc3Rz",
        "opt_out": True,
        "reply_stop": True,
        "brief": False,
        "invoices": [invoice] * count,
        "totals": [total] if count > 1 else [],
        "consequences": [_DECLARED] if overdue else [],
        "received": "£2,719.46" if thanks else "",
        "instalments": [{"amount": total, "due": due}] * count if thanks else [],
    }


def bare(phase: str) -> Facts:
    """A short message about one invoice, with nothing that may be absent."""
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
        "instalment": "",
        "received": "",
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
        "apart": [],
        "instalments": [],
        "totals": [],
        "credits": [],
        "consequences": [],
        "page": "",
    }


def full(phase: str) -> Facts:
    """A message about several invoices, with all that there can be."""
    link = "https://pay.northwind.example/1"
    lines: list[Facts] = [{"text": "Electricity", "amount": "€1.00"}]
    described = {"description": "October", "link": link, "lines": lines, "more_lines": 2, "instalment": "2"}
    return bare(phase) | {
        "name": "Ana Example",
        "postal_address": "1 Example Street",
        "third_party": True,
        "count": 3,
        "total": "€1.00 and £2.00",
        "credit": "€0.50",
        "instalment": "2",
        "received": "€3.00",
        "days": 9,
        "pay_by": "19 Nov 2026",
        "link": link,
        "opt_out": True,
        "reply_stop": True,
        "brief": False,
        "invoices": [_invoice(days=9) | described],
        "more_invoices": 2,
        "apart": [{"number": "7", "amount": "€0.10", "due": "3 Nov 2026"}],
        "instalments": [{"amount": "€1.00", "due": "3 Dec 2026"}],
        "totals": ["€1.00", "£2.00"],
        "credits": [{"number": "CN-1", "amount": "€0.50"}],
        "consequences": [_DECLARED],
        "page": "https://reminders.example/u/Zm9yIHRlc3Rz",
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
        "instalment": "",
    }
