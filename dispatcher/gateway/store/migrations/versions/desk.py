"""The tables of the call desk."""

import sqlalchemy as sa
from alembic import op

revision = "desk"
down_revision = "staff"


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "desk_escalations",
        sa.Column("escalation_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("resolved_by", sa.Text(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("escalation_id"),
    )
    op.create_index("desk_escalations_open", "desk_escalations", ["resolved_at"], unique=False)
    op.create_table(
        "desk_people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "desk_positions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    op.create_table(
        "desk_reports",
        sa.Column("submit_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("contact_class", sa.Text(), nullable=False),
        sa.Column("next_action", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("comes_back_at", sa.BigInteger(), nullable=True),
        sa.Column("entries", sa.LargeBinary(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("submit_id"),
    )
    op.create_index("desk_reports_by_time", "desk_reports", ["at"], unique=False)
    op.create_index("desk_reports_to_publish", "desk_reports", ["published_at"], unique=False)
    op.create_table(
        "desk_steps",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("desk_steps_by_time", "desk_steps", ["at"], unique=False)
    op.create_table(
        "desk_tasks",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("offered_at", sa.BigInteger(), nullable=False),
        sa.Column("call_back", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=True),
        sa.Column("gate", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("dialled_at", sa.BigInteger(), nullable=True),
        sa.Column("given_back_by", sa.Text(), nullable=True),
        sa.Column("given_back_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("amounts", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_index("desk_tasks_ended", "desk_tasks", ["ended_at"], unique=False)
    op.create_index("desk_tasks_held", "desk_tasks", ["holder"], unique=False)
    op.create_index("desk_tasks_offered", "desk_tasks", ["state", "offered_at"], unique=False)
