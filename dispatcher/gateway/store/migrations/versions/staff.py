"""The tables of who works here: accounts, sessions, and what was done."""

import sqlalchemy as sa
from alembic import op

revision = "staff"
down_revision = None


def upgrade() -> None:
    """Make them, and the chain's beginning."""
    op.create_table(
        "staff_accounts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("staff_sessions_of_name", "staff_sessions", ["name"], unique=False)
    op.create_table(
        "staff_audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("customer_id", sa.Text(), nullable=True),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("staff_audit_by_time", "staff_audit", ["at"], unique=False)
    op.create_index("staff_audit_of_name", "staff_audit", ["name", "at"], unique=False)
    op.create_index("staff_audit_of_customer", "staff_audit", ["customer_id"], unique=False)
    chain = op.create_table(
        "staff_chain",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root_number", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    beginning = b"\0" * 32
    op.bulk_insert(chain, [{"id": 1, "root_number": 0, "root": beginning, "number": 0, "link": beginning}])
