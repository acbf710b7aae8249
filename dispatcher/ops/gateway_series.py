"""The table's lines of a gateway."""

from typing import Final, get_args

from channels.desk_webhook import WHYS
from dispatcher.ops.labels import Called, Dialling, Report, Route, TaskEnd, Turned, Word
from dispatcher.ops.series import Series, counter, gauge, histogram
from schemas.journal import TaskKind
from schemas.refusals import REASONS
from schemas.topics import INBOX, INPUTS, POINTS

_CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")
_STATUSES: Final = ("accepted", "delivered", "undelivered")
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5)

HTTP: Final[tuple[Series, ...]] = (
    counter("gateway_requests", "requests", "Requests answered", route=get_args(Route), status=_CLASSES),
    histogram("gateway_request", "From the first byte of a request to its answer", _SECONDS, route=get_args(Route)),
    counter("gateway_appended", "records", "Records that stand", topic=(*INPUTS, INBOX, POINTS)),
    histogram("gateway_append", "From a request's records to Kafka's confirmation", _SECONDS),
    counter("gateway_kafka_away", "times", "Times Kafka did not confirm in time; the caller was told to come back"),
    counter("gateway_events_refused", "events", "Events that were not accepted", reason=REASONS),
    counter(
        "gateway_turned_away",
        "requests",
        "Requests turned away; `forged` is a wrong signature",
        reason=get_args(Turned),
    ),
    counter("gateway_inbound_messages", "messages", "Messages from phones, by what they say", word=get_args(Word)),
    counter("gateway_receipts", "receipts", "Word of providers on a message", status=_STATUSES),
    counter("gateway_mail_reports", "reports", "Reports of mail systems", kind=get_args(Report)),
)
"""What is asked over HTTP."""

DESK: Final[tuple[Series, ...]] = (
    counter("desk_tasks", "tasks", "Tasks for the desk's webhook that are dealt with", result=get_args(TaskEnd)),
    counter("desk_posts_failed", "posts", "Tasks that the desk did not take; they are offered again", why=WHYS),
    gauge("desk_tasks_waiting", "tasks", "Tasks that the desk has not taken"),
)
"""Tasks on their way to a desk."""

CALLS: Final[tuple[Series, ...]] = (
    gauge("call_tasks_open", "tasks", "Tasks that wait to be worked off", kind=get_args(TaskKind)),
    gauge("call_task_age_seconds", "seconds", "How long the oldest task has been ready", kind=get_args(TaskKind)),
    gauge("call_tasks_without_outcome", "tasks", "Tasks that were dialled, and nobody said what came of it"),
    gauge("call_reports_unpublished", "reports", "Reports that Kafka has not taken yet"),
    gauge("call_escalations_open", "cases", "Cases that wait for a supervisor"),
    counter("call_dials", "dials", "Dials asked for, by answer", answer=get_args(Dialling)),
    counter("call_reports", "reports", "What came of tasks", outcome=get_args(Called)),
    counter("call_escalations", "cases", "Major and special cases that were reported"),
    counter("call_disclosures_missing", "disclosures", "Disclosures that were not confirmed"),
)
"""The call desk of our own. What is a state is the same at all gateways of a store: the largest counts, not the sum."""

GATEWAY: Final = (*HTTP, *DESK, *CALLS)
