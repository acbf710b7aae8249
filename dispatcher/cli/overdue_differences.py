"""What finance's list of overdue invoices and the archive's say differently (the list comes from finance every month)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dispatcher.cli.event_lines import Good
from dispatcher.cli.list_differences import Difference, differences
from schemas.inbox import InvoiceStated

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dispatcher.archive.figures.asking import Question


def overdue_differences(engine: "Engine", question: "Question", listed: Iterable[Good]) -> list[Difference]:
    """Every difference, by customer and invoice, at the end of the last day of the question.

    Lines that were not overdue by then are left out: the archive's list holds what was.
    """
    from dispatcher.archive.database import reading
    from dispatcher.archive.figures.overdue import known_overdue

    day = question.period.last
    theirs = {
        (each.event.customer_id, each.event.fact.invoice_id): each.event.fact
        for each in listed
        if isinstance(each.event.fact, InvoiceStated) and each.event.fact.due_on < day
    }
    with reading(engine) as connection:
        return list(differences(theirs, known_overdue(connection, question)))
