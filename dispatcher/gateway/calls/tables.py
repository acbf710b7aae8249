"""The desk's tables. Instants are milliseconds since the epoch, lists JSON texts: both kinds of database hold the same.

What concerns a person stands in `record`, `amounts`, `entries` and `note` alone, and is emptied as soon as the task, the
statement or the escalation is over.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from dispatcher.archive.columns import instant, number, optional, required
from dispatcher.gateway.store.metadata import METADATA


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary)


POSITIONS: Final = Table(
    "desk_positions",
    METADATA,
    required("topic"),
    Column("partition", Integer, nullable=False),
    number("next_offset"),
    PrimaryKeyConstraint("topic", "partition"),
)
"""How far tasks and journal are read; moves in the transaction that writes."""

TASKS: Final = Table(
    "desk_tasks",
    METADATA,
    Column("task_id", Text, primary_key=True),
    required("state"),
    required("kind"),
    required("customer_id"),
    Column("priority", Integer, nullable=False),
    number("expires_at"),
    number("offered_at"),
    Column("call_back", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    number("fence"),
    optional("assignee"),
    optional("gate"),
    optional("language"),
    optional("holder"),
    instant("until"),
    instant("dialled_at"),
    optional("given_back_by"),
    instant("given_back_at"),
    optional("ended_by"),
    instant("ended_at"),
    _bytes("record"),
    _bytes("amounts"),
    Index("desk_tasks_offered", "state", "offered_at"),
    Index("desk_tasks_held", "holder"),
    Index("desk_tasks_ended", "ended_at"),
)
"""One row a task. `record` is the task as it stood in `reminders.tasks`; `amounts`: what was owed when it was dialled.

`state`: waiting; leased (to `holder`, until `until`, under `fence`); dialled (the outcome is wanted, and nobody else may
have it); reported (stored, not yet in Kafka); aside (a supervisor keeps it out); over. Once the time of a leased one is
over, it waits.
`ended_by` beside another state than over: the case ended while somebody was on the telephone.
"""

REPORTS: Final = Table(
    "desk_reports",
    METADATA,
    Column("submit_id", Text, primary_key=True),
    required("task_id"),
    number("fence"),
    required("person"),
    number("at"),
    required("word"),
    required("contact_class"),
    required("next_action"),
    required("missing"),
    instant("comes_back_at"),
    _bytes("entries"),
    instant("published_at"),
    Index("desk_reports_to_publish", "published_at"),
    Index("desk_reports_by_time", "at"),
)
"""What was submitted, once each. `entries` are the very records that go to Kafka, until they stand there."""

STEPS: Final = Table(
    "desk_steps",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    number("at"),
    required("person"),
    required("task_id"),
    required("step"),
    required("detail"),
    Index("desk_steps_by_time", "at"),
)
"""What people did besides reporting, for figures of conduct: dials asked for and their answers, tasks given back."""

ESCALATIONS: Final = Table(
    "desk_escalations",
    METADATA,
    Column("escalation_id", Text, primary_key=True),
    required("task_id"),
    required("customer_id"),
    required("hold_id"),
    required("person"),
    number("at"),
    optional("note"),
    optional("resolved_by"),
    instant("resolved_at"),
    Index("desk_escalations_open", "resolved_at"),
)
"""Major and special cases, until a supervisor has dealt with them."""

PEOPLE: Final = Table("desk_people", METADATA, Column("name", Text, primary_key=True), number("seen_at"))
"""Who has asked for tasks, and when last."""
