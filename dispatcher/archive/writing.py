"""Rows into tables, many at a time, in the way that each database takes fastest."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func
from sqlalchemy.dialects import postgresql, sqlite

from dispatcher.archive.facts import Row


def append(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Insert rows that are new for certain."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({names}) VALUES ({places})"  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, [tuple(row) for row in rows])


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one that is there already stays as it is."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    replaced: Sequence[str] = (),
    latest: Sequence[str] = (),
    first: Sequence[str] = (),
    more: Sequence[str] = (),
    personal: Sequence[str] = (),
    newer_by: str | None = None,
) -> None:
    """Insert rows, or bring those that are there up to date, in the order given.

    `replaced` columns take the new value, `latest` ones where there is one, `first` ones where there was none; `more` are
    added up. `personal` ones take the new value unless the row's customer was erased since.
    `newer_by` names a column whose value must not be smaller than before, else the row stays.
    """
    if not rows:
        return
    insert = _insert(connection, table)
    new = insert.excluded
    values: Mapping[str, ColumnElement[Any]] = {
        **{name: new[name] for name in replaced},
        **{name: func.coalesce(new[name], table.c[name]) for name in latest},
        **{name: func.coalesce(table.c[name], new[name]) for name in first},
        **{name: table.c[name] + new[name] for name in more},
        **{name: case((table.c.customer_id == new.customer_id, new[name]), else_=table.c[name]) for name in personal},
    }
    where = None if newer_by is None else and_(new[newer_by] >= table.c[newer_by])
    connection.execute(
        insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=dict(values), where=where),
        list(rows),
    )


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
