"""The desk's tables. Instants are milliseconds since the epoch, lists JSON texts: both kinds of database hold the same.

What concerns a person stands in `record`, `amounts`, `entries` and `note` alone, and is emptied as soon as the task, the
statement or the escalation is over.
"""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from dispatcher.gateway.store.metadata import METADATA


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _maybe(name: str) -> Column[str]:
    return Column(name, Text)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _instant(name: str) -> Column[int]:
    return Column(name, BigInteger)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary)


POSITIONS: Final = Table(
    "desk_positions",
    METADATA,
    _text("topic"),
    Column("partition", Integer, nullable=False),
    _number("next_offset"),
    PrimaryKeyConstraint("topic", "partition"),
)
"""How far tasks and journal are read; moves in the transaction that writes."""

TASKS: Final = Table(
    "desk_tasks",
    METADATA,
    Column("task_id", Text, primary_key=True),
    _text("state"),
    _text("kind"),
    _text("customer_id"),
    Column("priority", Integer, nullable=False),
    _number("expires_at"),
    _number("offered_at"),
    Column("call_back", Boolean, nullable=False),
    Column("tries", Integer, nullable=False),
    _number("fence"),
    _maybe("assignee"),
    _maybe("gate"),
    _maybe("language"),
    _maybe("holder"),
    _instant("until"),
    _instant("dialled_at"),
    _maybe("given_back_by"),
    _instant("given_back_at"),
    _maybe("ended_by"),
    _instant("ended_at"),
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
    _text("task_id"),
    _number("fence"),
    _text("person"),
    _number("at"),
    _text("word"),
    _text("contact_class"),
    _text("next_action"),
    _text("missing"),
    _instant("comes_back_at"),
    _bytes("entries"),
    _instant("published_at"),
    Index("desk_reports_to_publish", "published_at"),
    Index("desk_reports_by_time", "at"),
)
"""What was submitted, once each. `entries` are the very records that go to Kafka, until they stand there."""

STEPS: Final = Table(
    "desk_steps",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _number("at"),
    _text("person"),
    _text("task_id"),
    _text("step"),
    _text("detail"),
    Index("desk_steps_by_time", "at"),
)
"""What people did besides reporting, for figures of conduct: dials asked for and their answers, tasks given back."""

ESCALATIONS: Final = Table(
    "desk_escalations",
    METADATA,
    Column("escalation_id", Text, primary_key=True),
    _text("task_id"),
    _text("customer_id"),
    _text("hold_id"),
    _text("person"),
    _number("at"),
    _maybe("note"),
    _maybe("resolved_by"),
    _instant("resolved_at"),
    Index("desk_escalations_open", "resolved_at"),
)
"""Major and special cases, until a supervisor has dealt with them."""

PEOPLE: Final = Table("desk_people", METADATA, Column("name", Text, primary_key=True), _number("seen_at"))
"""Who has asked for tasks, and when last."""
