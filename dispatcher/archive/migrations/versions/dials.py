"""Who asked whether a task may be dialled, what the answer was, and when a contact was dialled by whom."""

import sqlalchemy as sa
from alembic import op

revision = "dials"
down_revision = "timeline"


def upgrade() -> None:
    """Add them; what was archived before had none."""
    op.add_column("contacts", sa.Column("dialled_at", sa.BigInteger(), nullable=True))
    op.add_column("contacts", sa.Column("dialled_by", sa.Text(), nullable=True))
    op.create_table(
        "dials",
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("permitted", sa.Boolean(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("partition", "offset"),
    )
    op.create_index("dials_by_time", "dials", ["at"], unique=False)
    op.create_index("dials_of_attempt", "dials", ["attempt_id"], unique=False)
    op.create_index("dials_of_customer", "dials", ["customer_id"], unique=False)
