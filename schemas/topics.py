"""One table of every topic: who writes it, who reads it, how it is kept. Names are without prefix."""

from dataclasses import dataclass
from typing import Literal

Owner = Literal["billing", "ours"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as the product needs it.

    `owner` is who may create and change it: `billing` topics are created by us only where nobody else did
    (embedded cluster, first set-up) and are otherwise only checked. `partitioned_by_customer` topics have as
    many partitions as the inbox, placed by the same function. Nothing stands still for want of an `optional` one.
    """

    name: str
    owner: Owner
    purpose: str
    partitioned_by_customer: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    optional: bool = False


_DAY = 24 * 60 * 60 * 1000
_APPEND_TIME = ("message.timestamp.type", "LogAppendTime")

BILLING_DUE = "billing.due"
BILLING_OVERDUE = "billing.overdue"
BILLING_SETTLED = "billing.settled"
CUSTOMERS_UPDATED = "customers.updated"
CUSTOMERS_FEEDBACK = "customers.feedback"
INBOX = "reminders.inbox"
STATE = "reminders.state"
JOURNAL = "reminders.journal"
TASKS = "reminders.tasks"
REJECTED = "reminders.rejected"
POLICY = "reminders.policy"
BRAKES = "reminders.brakes"
POINTS = "reminders.points"
KEYS = "reminders.keys"
TEXTS = "reminders.texts"

INPUTS = (BILLING_SETTLED, CUSTOMERS_FEEDBACK, CUSTOMERS_UPDATED, BILLING_OVERDUE, BILLING_DUE)
"""What intake reads, the most urgent first: what stops a contact is served before what causes one."""

STOPPING_INPUTS = (BILLING_SETTLED, CUSTOMERS_FEEDBACK, CUSTOMERS_UPDATED)
"""Inputs that can forbid a contact: sending waits until they have been read."""

TOPICS: tuple[Topic, ...] = (
    Topic(BILLING_DUE, "billing", "invoices and their due dates", settings=(_APPEND_TIME,)),
    Topic(BILLING_OVERDUE, "billing", "invoices that are overdue", settings=(_APPEND_TIME,)),
    Topic(BILLING_SETTLED, "billing", "payments, credits, cancellations", settings=(_APPEND_TIME,)),
    Topic(CUSTOMERS_UPDATED, "billing", "profiles of customers", settings=(_APPEND_TIME,)),
    Topic(CUSTOMERS_FEEDBACK, "billing", "promises, plans, holds, consents, results", settings=(_APPEND_TIME,)),
    Topic(
        INBOX,
        "ours",
        "everything that concerns a customer, in the order in which it is applied",
        partitioned_by_customer=True,
        settings=(("retention.ms", str(14 * _DAY)), ("segment.ms", str(_DAY)), _APPEND_TIME),
    ),
    Topic(
        STATE,
        "ours",
        "one aggregate per customer, and the position in the inbox",
        partitioned_by_customer=True,
        settings=(
            ("cleanup.policy", "compact"),
            ("min.cleanable.dirty.ratio", "0.2"),
            ("max.compaction.lag.ms", str(7 * _DAY)),
            ("segment.ms", str(_DAY)),
        ),
    ),
    Topic(
        JOURNAL,
        "ours",
        "every decision, attempt and fact",
        partitioned_by_customer=True,
        settings=(("retention.ms", str(400 * _DAY)), _APPEND_TIME),
    ),
    Topic(
        TASKS,
        "ours",
        "tasks for people",
        partitioned_by_customer=True,
        settings=(("retention.ms", str(90 * _DAY)),),
    ),
    Topic(
        REJECTED,
        "ours",
        "input that could not be read, as it came",
        settings=(("retention.ms", str(90 * _DAY)), ("max.message.bytes", str(4 * 1024 * 1024))),
    ),
    Topic(POLICY, "ours", "policies, by hash", settings=(("cleanup.policy", "compact"),)),
    Topic(BRAKES, "ours", "what operators have stopped", settings=(("cleanup.policy", "compact"),)),
    Topic(
        POINTS,
        "ours",
        "opt-outs and bounces, by number or address",
        settings=(("retention.ms", "-1"), _APPEND_TIME),
    ),
    Topic(
        KEYS,
        "ours",
        "keys of sealed records, each wrapped by the master key; empty where nothing is sealed",
        partitioned_by_customer=True,
        settings=(
            ("cleanup.policy", "compact"),
            ("min.cleanable.dirty.ratio", "0.01"),
            ("max.compaction.lag.ms", str(_DAY)),
            ("segment.ms", str(_DAY // 4)),
            ("delete.retention.ms", str(_DAY)),
        ),
    ),
    Topic(
        TEXTS,
        "ours",
        "texts and mails as they were sent, for the archive",
        partitioned_by_customer=True,
        settings=(("retention.ms", str(14 * _DAY)), _APPEND_TIME),
        optional=True,
    ),
)
