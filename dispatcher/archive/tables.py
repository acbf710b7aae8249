"""The tables, as the release needs them; `migrations` brings a database to this.

Instants are milliseconds since the epoch, civil dates ISO 8601 texts, lists and reasons JSON texts, so that both databases
hold the same. What was written comes from topics alone; where a row begins is named by partition and offset there, and a
rebuild deletes by it.

Things that change are found by `key`, a digest of the customer's id and their own: it outlives an erasure, so that what is
said of them later finds them, and says no more of whom they were.

One module however long: a migration, a rebuild and an erasure each have to know every table that there is.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

from dispatcher.archive.columns import instant, number, optional, required

METADATA: Final = MetaData()


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _key() -> Column[bytes]:
    return Column("key", LargeBinary, nullable=False)


def _place() -> tuple[Column[int], Column[int]]:
    """Where in its topic a row begins."""
    return Column("partition", Integer, nullable=False), Column("offset", BigInteger, nullable=False)


def _once(table: str) -> Index:
    """What was sent in an attempt stands once, however often its sender wrote it; of a call there may be several notes."""
    sent = text("topic = 'reminders.texts'")
    return Index(f"{table}_once", "attempt_id", unique=True, postgresql_where=sent, sqlite_where=sent)


POSITIONS: Final = Table(
    "positions",
    METADATA,
    required("topic"),
    Column("partition", Integer, nullable=False),
    number("next_offset"),
    PrimaryKeyConstraint("topic", "partition"),
)
"""How far each topic is written; moves in the transaction that writes."""

CHAINS: Final = Table(
    "chains",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    number("root_number"),
    Column("root", LargeBinary, nullable=False),
    number("number"),
    number("offset"),
    Column("link", LargeBinary, nullable=False),
    number("emptied_to"),
)
"""Both ends of each partition's chain: the link before its first row, and that of its last.

Rows that were made before `emptied_to` may have been emptied because their time was over.
"""

_PUT_OFF: Final = text("result = 'deferred'")
_MISSED: Final = text("code = 'missed_stage'")

RECORDS: Final = Table(
    "records",
    METADATA,
    *_place(),
    number("number"),
    number("at"),
    number("appended"),
    required("kind"),
    required("result"),
    required("code"),
    required("policy"),
    optional("creditor_id"),
    optional("phase"),
    optional("stage"),
    optional("channel"),
    optional("tier"),
    optional("tier_rule"),
    optional("variant"),
    optional("task"),
    required("customer_id"),
    optional("record_id"),
    optional("invoice_ids"),
    optional("reasons"),
    optional("contact_id"),
    optional("attempt_id"),
    instant("planned_for"),
    instant("next_at"),
    optional("responsible"),
    optional("cause"),
    optional("emptied"),
    Column("seal", LargeBinary, nullable=False),
    Column("link", LargeBinary, nullable=False),
    PrimaryKeyConstraint("partition", "offset"),
    Index("records_in_time", "customer_id", "at", "partition", "offset"),
    Index("records_put_off", "customer_id", "stage", "at", sqlite_where=_PUT_OFF, postgresql_where=_PUT_OFF),
    Index("records_missed", "at", sqlite_where=_MISSED, postgresql_where=_MISSED),
)
"""Every decision, attempt and fact of the journal. `number` counts a partition's rows from 1; `code` is the first reason's.

What concerns a person stands from `customer_id` to `cause`; a row that was `emptied` (erased, expired) has none of it.
"""

CONTACTS: Final = Table(
    "contacts",
    METADATA,
    Column("attempt_id", Text, primary_key=True),
    *_place(),
    optional("contact_id"),
    required("customer_id"),
    required("invoice_ids"),
    optional("creditor_id"),
    optional("phase"),
    optional("stage"),
    optional("channel"),
    optional("task"),
    optional("tier"),
    optional("tier_rule"),
    optional("variant"),
    required("policy"),
    optional("responsible"),
    instant("claimed_at"),
    instant("accepted_at"),
    instant("ended_at"),
    required("result"),
    required("code"),
    optional("outcome"),
    instant("dialled_at"),
    optional("dialled_by"),
    Index("contacts_of_customer", "customer_id", "claimed_at"),
    Index("contacts_in_time", "claimed_at", "result", "channel", "stage", "tier", "variant", "task"),
)
"""One row an attempt to reach somebody: when, by which way, and what came of it last. `outcome`: what it was called.

`dialled_at`: when a collector (`dialled_by`) was permitted to act on a task.
"""

DIALS: Final = Table(
    "dials",
    METADATA,
    *_place(),
    required("customer_id"),
    number("at"),
    optional("attempt_id"),
    required("by"),
    Column("fence", Integer, nullable=False),
    _flag("permitted"),
    required("code"),
    optional("stage"),
    instant("next_at"),
    PrimaryKeyConstraint("partition", "offset"),
    Index("dials_of_customer", "customer_id"),
    Index("dials_of_attempt", "attempt_id"),
    Index("dials_by_time", "at"),
)
"""Every answer to a collector (`by`) who was about to dial: permitted, or refused for the reason `code`."""

REPORTS: Final = Table(
    "reports",
    METADATA,
    *_place(),
    _key(),
    required("customer_id"),
    number("at"),
    required("channel"),
    required("direction"),
    required("by"),
    required("outcome"),
    required("contact_class"),
    optional("attempt_id"),
    optional("contact_id"),
    optional("number_status"),
    optional("next_action"),
    required("invoice_ids"),
    instant("stated_at"),
    optional("collector"),
    Column("omitted", Integer),
    PrimaryKeyConstraint("partition", "offset"),
    Index("reports_once", "key", unique=True),
    Index("reports_of_customer", "customer_id"),
    Index("reports_of_attempt", "attempt_id"),
    Index("reports_by_time", "at"),
)
"""What people reported of contacts, ours and others: the outcome and its class.

`at`: when the contact was, `stated_at`: when it was reported; `collector`: by whom, where our desk says so;
`omitted`: how many disclosures were not confirmed.
"""

FEEDBACK: Final = Table(
    "feedback",
    METADATA,
    *_place(),
    _key(),
    required("customer_id"),
    number("at"),
    Column("score", Integer, nullable=False),
    optional("channel"),
    PrimaryKeyConstraint("partition", "offset"),
    Index("feedback_once", "key", unique=True),
    Index("feedback_of_customer", "customer_id"),
    Index("feedback_by_time", "at"),
)
"""Customers' own judgement, 1 to 5."""

PROMISES: Final = Table(
    "promises",
    METADATA,
    _key(),
    required("customer_id"),
    required("promise_id"),
    *_place(),
    number("stated_us"),
    _flag("cancelled"),
    required("invoice_ids"),
    instant("amount"),
    optional("currency"),
    optional("promised_on"),
    optional("collector"),
    PrimaryKeyConstraint("key"),
    Index("promises_of_customer", "customer_id"),
    Index("promises_by_date", "promised_on"),
)
"""Promises to pay as they were stated last (`stated_us`: microseconds). One that was cancelled still says what it was."""

JUDGEMENTS: Final = Table(
    "judgements",
    METADATA,
    _key(),
    required("customer_id"),
    required("promise_id"),
    *_place(),
    required("outcome"),
    number("at"),
    optional("settled"),
    PrimaryKeyConstraint("key"),
    Index("judgements_of_customer", "customer_id"),
)
"""What became of promises: promise_kept, promise_partly_kept, promise_broken; `settled` compares promise and payments."""

HOLDS: Final = Table(
    "holds",
    METADATA,
    _key(),
    required("customer_id"),
    required("hold_id"),
    *_place(),
    optional("kind"),
    optional("scope"),
    optional("invoice_id"),
    number("placed_us"),
    instant("until"),
    number("released_us"),
    PrimaryKeyConstraint("key"),
    Index("holds_of_customer", "customer_id"),
    Index("holds_by_kind", "kind", "placed_us"),
)
"""Complaints, disputes, hardship and everything else that stops contacts.

Microseconds, 0: never. One is open while it was placed later than released, and `until` (milliseconds) has not come.
"""

PLANS: Final = Table(
    "plans",
    METADATA,
    _key(),
    required("customer_id"),
    required("plan_id"),
    *_place(),
    number("stated_us"),
    _flag("cancelled"),
    required("invoice_ids"),
    optional("currency"),
    required("instalments"),
    PrimaryKeyConstraint("key"),
    Index("plans_of_customer", "customer_id"),
)
"""Instalment plans as they were stated last (`stated_us`: microseconds); `instalments`: JSON, days and amounts."""

ZONES: Final = Table(
    "zones",
    METADATA,
    _key(),
    required("customer_id"),
    *_place(),
    number("stated_us"),
    optional("timezone"),
    optional("country"),
    optional("region"),
    PrimaryKeyConstraint("key"),
    Index("zones_of_customer", "customer_id"),
)
"""Whose clock a timeline is told by: the only thing of a profile that is kept."""

STATEMENTS: Final = Table(
    "statements",
    METADATA,
    _key(),
    *_place(),
    required("customer_id"),
    number("at"),
    optional("details"),
    PrimaryKeyConstraint("key"),
    Index("statements_by_time", "at"),
)
"""What each event said (`dispatcher.archive.said`), found by its journal record's cause: `sealing.event_key`."""

INVOICES: Final = Table(
    "invoices",
    METADATA,
    _key(),
    required("customer_id"),
    required("invoice_id"),
    *_place(),
    optional("creditor_id"),
    optional("kind"),
    Column("due_day", Integer),
    instant("amount_due"),
    optional("currency"),
    number("stated_us"),
    number("valued_us"),
    instant("overdue_at"),
    optional("reason"),
    Column("changed_us", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("key"),
    Index("invoices_of_customer", "customer_id"),
    Index("invoices_by_id", "invoice_id"),
    Index("invoices_by_due_day", "due_day"),
)
"""What remains of each invoice, by the latest statements (microseconds, 0: none).

`due_day` is a proleptic ordinal; `overdue_at`: when billing said so last; `reason`: why it was settled; `changed_us`: when
its last change begins to hold. Follows from `changes`.
"""

CHANGES: Final = Table(
    "changes",
    METADATA,
    _key(),
    *_place(),
    required("customer_id"),
    required("invoice_id"),
    number("stated_us"),
    required("event"),
    optional("creditor_id"),
    optional("kind"),
    Column("due_day", Integer),
    number("amount_due"),
    required("currency"),
    optional("reason"),
    instant("settled_at"),
    instant("since_us"),
    instant("until_us"),
    instant("was_amount"),
    PrimaryKeyConstraint("partition", "offset"),
    Index("changes_of_invoice", "key"),
    Index("changes_by_time", "stated_us"),
    Index("changes_by_hold", "since_us"),
)
"""Each statement that changed what an invoice comes to, or when it is due: from these follow payments, ageing and rolls.

`event`: due, overdue or settled. What a row says held from `since_us` until `until_us` (microseconds): a payment counts from
the day on which it was made, and nothing holds before what was known of the invoice earlier. `was_amount`: what was due
before, None where nothing was known.
"""

CONSENTS: Final = Table(
    "consents",
    METADATA,
    *_place(),
    _key(),
    required("customer_id"),
    number("at"),
    required("channel"),
    _flag("allowed"),
    required("source"),
    PrimaryKeyConstraint("partition", "offset"),
    Index("consents_once", "key", unique=True),
    Index("consents_of_customer", "customer_id"),
    Index("consents_by_time", "at"),
)
"""That somebody allowed or forbade a channel; never at which number or address."""

TASKS: Final = Table(
    "tasks",
    METADATA,
    Column("task_id", Text, primary_key=True),
    *_place(),
    number("appended"),
    required("customer_id"),
    required("kind"),
    required("invoice_ids"),
    number("not_before"),
    number("expires_at"),
    Column("priority", Integer, nullable=False),
    optional("assignee"),
    optional("gate"),
    required("amounts"),
    Index("tasks_of_customer", "customer_id"),
)
"""What was handed to people, without the number to call."""

TEXTS: Final = Table(
    "texts",
    METADATA,
    required("topic"),
    *_place(),
    required("customer_id"),
    required("kind"),
    optional("attempt_id"),
    number("at"),
    required("body"),
    PrimaryKeyConstraint("topic", "partition", "offset"),
    Index("texts_of_customer", "customer_id"),
    Index("texts_by_time", "at"),
    _once("texts"),
)
"""The only words about people that are kept: what was said to them, and what was noted. Retention and erasure empty it."""

DIGESTS: Final = Table(
    "digests",
    METADATA,
    required("topic"),
    *_place(),
    optional("attempt_id"),
    required("kind"),
    Column("sha256", LargeBinary, nullable=False),
    PrimaryKeyConstraint("topic", "partition", "offset"),
    Index("digests_of_attempt", "attempt_id"),
    _once("digests"),
)
"""The hash of each text: it stays when the text has gone, and proves one that somebody kept."""

POLICIES: Final = Table(
    "policies",
    METADATA,
    Column("hash", Text, primary_key=True),
    required("text"),
    required("who"),
    number("at"),
)
"""The text of every policy that decided."""

SWITCHES: Final = Table(
    "switches",
    METADATA,
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    required("hash"),
    required("who"),
    number("at"),
)
"""Which policy came into force when, and who said so."""

TALLIES: Final = Table(
    "tallies",
    METADATA,
    Column("day", Integer, nullable=False),
    required("kind"),
    required("result"),
    required("code"),
    required("creditor_id"),
    required("phase"),
    required("stage"),
    required("channel"),
    required("tier"),
    required("variant"),
    required("policy"),
    number("n"),
    PrimaryKeyConstraint(
        "day", "kind", "result", "code", "creditor_id", "phase", "stage", "channel", "tier", "variant", "policy"
    ),
)
"""How many records of each sort a day (UTC, ordinal) brought; `""` where a record says nothing. Nobody is in it."""

ERASURES: Final = Table(
    "erasures",
    METADATA,
    required("topic"),
    *_place(),
    required("customer_id"),
    required("pseudonym"),
    number("at"),
    number("appended"),
    instant("done_at"),
    PrimaryKeyConstraint("topic", "partition", "offset"),
    Index("erasures_to_do", "done_at"),
    Index("erasures_by_pseudonym", "pseudonym"),
)
"""Erasures that were asked for: all of the customer up to this place. Once done, `customer_id` is the pseudonym too."""

UNREAD: Final = Table(
    "unread",
    METADATA,
    required("topic"),
    *_place(),
    PrimaryKeyConstraint("topic", "partition", "offset"),
)
"""Records that this release could not read; they are left out, and a rebuild reads them again."""

META: Final = Table(
    "archive", METADATA, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False)
)
"""What the archive remembers of itself: whose secret seals it."""
