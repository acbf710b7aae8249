"""How often a database is asked: what a look costs on any machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The queries that are asked, and `connected` for each connection that is taken."""
    asked: list[str] = []

    def executed(_connection, _cursor, statement: str, *_) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    def connected(*_) -> None:
        asked.append("connected")

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "checkout", connected)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", executed)
        event.remove(engine, "checkout", connected)
