"""What figures are made from: from when until when an invoice came to what, consents, and ways to find what was put off."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "figures"
down_revision = "first"

_FOREVER: Final = 2**62


def upgrade() -> None:
    """Add them, and let what is there say when it held."""
    for name in ("since_us", "until_us", "was_amount"):
        op.add_column("changes", sa.Column(name, sa.BigInteger(), nullable=True))
    op.add_column("invoices", sa.Column("changed_us", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_table(
        "consents",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("partition", "offset"),
    )
    op.create_index("consents_by_time", "consents", ["at"], unique=False)
    op.create_index("consents_of_customer", "consents", ["customer_id"], unique=False)
    op.create_index("consents_once", "consents", ["key"], unique=True)
    op.create_index("reports_by_time", "reports", ["at"], unique=False)
    _index_some("records_put_off", ["customer_id", "stage", "at"], "result = 'deferred'")
    _index_some("records_missed", ["at"], "code = 'missed_stage'")
    _say_when(op.get_bind())
    op.create_index("changes_by_hold", "changes", ["since_us"], unique=False)


def _index_some(name: str, columns: list[str], which: str) -> None:
    op.create_index(name, "records", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def _say_when(connection: sa.Connection) -> None:
    """Each change holds from its statement, or from its payment if that is earlier, until the next one of its invoice."""
    rows: dict[bytes, list[dict[str, Any]]] = {}
    columns = '"partition", "offset", key, stated_us, settled_at, amount_due'
    asked = f'SELECT {columns} FROM changes ORDER BY "partition", "offset"'  # noqa: S608 - our own names
    for partition, offset, key, stated, settled, amount in connection.execute(sa.text(asked)):
        said = rows.setdefault(bytes(key), [])
        since = stated if settled is None else min(stated, settled * 1000)
        row = {"p": partition, "o": offset, "since": since, "until": _FOREVER, "was": None, "amount": amount}
        if said:
            row |= {"since": max(said[-1]["since"], since), "was": said[-1]["amount"]}
            said[-1]["until"] = row["since"]
        said.append(row)
    if not rows:
        return
    here = '"partition" = :p AND "offset" = :o'
    held = f"UPDATE changes SET since_us = :since, until_us = :until, was_amount = :was WHERE {here}"  # noqa: S608
    connection.execute(sa.text(held), [row for said in rows.values() for row in said])
    last = [{"key": key, "since": said[-1]["since"]} for key, said in rows.items()]
    connection.execute(sa.text("UPDATE invoices SET changed_us = :since WHERE key = :key"), last)
