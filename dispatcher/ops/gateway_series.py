"""The table's lines of a gateway."""

from typing import Final, get_args

from channels.desk_webhook import WHYS
from dispatcher.ops.labels import Report, Route, TaskEnd, Turned, Word
from dispatcher.ops.series import Series, counter, gauge, histogram
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

GATEWAY: Final = (*HTTP, *DESK)
