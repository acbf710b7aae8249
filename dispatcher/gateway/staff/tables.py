"""The tables of who works here. `what` and `detail` of the record are words of ours: nobody's text stands there."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from dispatcher.gateway.store.metadata import METADATA

ACCOUNTS: Final = Table(
    "staff_accounts",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
)
"""Local accounts; `password` is what argon2 made of it, `failures` counts wrong ones since the last right one."""

SESSIONS: Final = Table(
    "staff_sessions",
    METADATA,
    Column("digest", LargeBinary, primary_key=True),
    Column("name", Text, nullable=False),
    Column("begun_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("staff_sessions_of_name", "name"),
)
"""Who is signed in; of the token that a browser holds there is only the SHA-256."""

AUDIT: Final = Table(
    "staff_audit",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text),
    Column("what", Text, nullable=False),
    Column("detail", Text),
    Column("address", Text),
    Column("customer_id", Text),
    Column("task_id", Text),
    Column("seal", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    Index("staff_audit_by_time", "at"),
    Index("staff_audit_of_name", "name", "at"),
    Index("staff_audit_of_customer", "customer_id"),
)
"""What people did, numbered from 1 without a hole; each row's link rests on all rows before it."""

CHAIN: Final = Table(
    "staff_chain",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("root_number", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("link", LargeBinary, nullable=False),
)
"""One row: the number and link of the last row whose time was over, and those of the last row that was written."""
