"""The table's lines of an archive, and of the checker, whose figures `dispatcher verify --metrics FILE` writes."""

from typing import Final, get_args

from dispatcher.ops.labels import Emptied, Failing
from dispatcher.ops.series import Configured, Series, counter, gauge
from schemas.topics import INBOX, JOURNAL, POLICY, TASKS, TEXTS

_TOPICS: Final = (POLICY, INBOX, TASKS, TEXTS, JOURNAL)
_CURRENCIES: Final = Configured("currencies of invoices, ISO 4217")
_AGES: Final = Configured("1-30, 31-60, 61-90, 91+")
_INVARIANTS: Final = tuple(f"I{number}" for number in range(1, 13))

ARCHIVE: Final[tuple[Series, ...]] = (
    counter("archive_records", "records", "Records that stand in the database", topic=_TOPICS),
    gauge("archive_behind_records", "records", "Records that are not written yet, as far as known", topic=_TOPICS),
    gauge(
        "archive_caught_up_timestamp_seconds",
        "seconds since 1970",
        "When everything that stood in the topics was last found written; 0: not yet",
    ),
    counter("archive_unread_records", "records", "Records that this release cannot read; they are left out"),
    gauge("archive_on_duty", "0 or 1", "1 while this process writes; another one stands by"),
    counter("archive_failures", "times", "Times that Kafka or the database did not do it", of=get_args(Failing)),
    counter("archive_emptied", "texts and records", "What retention or an erasure emptied", why=get_args(Emptied)),
    gauge(
        "report_recovery_ratio",
        "0 to 1",
        "Of what was overdue this month, the part that was recovered; no series without a case",
        currency=_CURRENCIES,
    ),
    gauge("report_overdue_minor_units", "minor units", "What is overdue now, by days", currency=_CURRENCIES, age=_AGES),
    gauge(
        "report_promises_kept_ratio",
        "0 to 1",
        "Of this month's promises that were judged, the part that was kept; no series without a case",
        currency=_CURRENCIES,
    ),
)

CHECKER: Final[tuple[Series, ...]] = (
    gauge(
        "verify_violations", "violations", "What the last run of the checker found, by invariant", invariant=_INVARIANTS
    ),
    gauge("verify_unjudged", "things", "For how many things something was missing for a verdict"),
    gauge("verify_customers", "customers", "How many customers it looked at"),
    gauge("verify_finished_timestamp_seconds", "seconds since 1970", "When it ended"),
)
