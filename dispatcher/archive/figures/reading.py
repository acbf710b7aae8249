"""Asks an archive for a figure, in one look at one state of it."""

from sqlalchemy import Connection, Engine, and_, func, select

from dispatcher.archive.database import reading
from dispatcher.archive.figures.asking import Figure, Question, Rows
from dispatcher.archive.tables import CHAINS, RECORDS
from schemas.values import Millis


def reached(connection: Connection) -> Millis:
    """Up to which instant the archive holds the journal: when the last record of any partition was appended; 0: nothing."""
    last = and_(RECORDS.c.partition == CHAINS.c.partition, RECORDS.c.offset == CHAINS.c.offset)
    return connection.execute(select(func.max(RECORDS.c.appended)).join(CHAINS, last)).scalar_one() or 0


def rows_of(engine: Engine, figure: Figure, question: Question) -> Rows:
    """The rows of a figure."""
    with reading(engine) as connection:
        return figure.rows(connection, question)
