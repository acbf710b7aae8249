"""Who at the desk did what, and an index that figures of contacts can be counted from without the contacts themselves."""

import sqlalchemy as sa
from alembic import op

revision = "collectors"
down_revision = "timeline"


def upgrade() -> None:
    """Add them; of what is there already nobody knows it."""
    op.drop_index("contacts_by_time", "contacts")
    told = ["claimed_at", "result", "channel", "stage", "tier", "variant", "task"]
    op.create_index("contacts_in_time", "contacts", told, unique=False)
    for table in ("reports", "promises"):
        op.add_column(table, sa.Column("collector", sa.Text(), nullable=True))
    op.add_column("reports", sa.Column("stated_at", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("omitted", sa.Integer(), nullable=True))
    op.create_table(
        "dials",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("collector", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("partition", "offset"),
    )
    op.create_index("dials_by_time", "dials", ["at"], unique=False)
    op.create_index("dials_of_attempt", "dials", ["attempt_id"], unique=False)
    op.create_index("dials_of_customer", "dials", ["customer_id"], unique=False)
