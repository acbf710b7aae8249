"""What the gateway counts: closed sets of labels, nobody's data, every series at 0 from the start."""

from collections import Counter as Tally
from collections.abc import Iterable
from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.exposition import generate_latest

from schemas.refusals import REASONS, RejectReason
from schemas.topics import INBOX, INPUTS, POINTS

Route = Literal[
    "events",
    "customers",
    "twilio_status",
    "twilio_inbound",
    "email_bounces",
    "desk_result",
    "adapters",
    "page",
    "documentation",
    "staff",
    "static",
    "other",
]
Word = Literal["stop", "start", "help", "perhaps_stop", "other"]
"""What an inbound message said, as far as it concerns us."""

Report = Literal["bounce", "complaint", "delay", "nobody", "not_ours", "not_a_report"]
"""What a mail reported of a recipient; `nobody`: it names none; `not_ours`: it names no mail of ours."""

Turned = Literal["unknown_key", "missing_scope", "forged", "too_often"]
"""Why somebody was turned away."""

_ROUTES: Final[tuple[tuple[str, Route], ...]] = (
    ("/v1/events", "events"),
    ("/v1/customers/", "customers"),
    ("/hooks/twilio/status/", "twilio_status"),
    ("/hooks/twilio/inbound", "twilio_inbound"),
    ("/hooks/email/", "email_bounces"),
    ("/hooks/desk/", "desk_result"),
    ("/hooks/adapters/", "adapters"),
    ("/u/", "page"),
    ("/docs", "documentation"),
    ("/openapi", "documentation"),
    ("/desk", "staff"),
    ("/why", "staff"),
    ("/reports", "staff"),
    ("/static/", "static"),
)
_CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5)


def route_of(path: str) -> Route:
    """The label of a path: never the path itself, which holds tokens and ids."""
    return next((route for prefix, route in _ROUTES if path.startswith(prefix)), "other")


class GatewayMetrics:
    """The metrics of one gateway."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
        self.registry = CollectorRegistry(auto_describe=True)
        self._requests = self._counter("requests", "Requests answered", "route", "status")
        self._appended = self._counter("appended", "Records that stand", "topic")
        self._away = self._counter("kafka_away", "Times Kafka did not confirm in time")
        self._refused = self._counter("events_refused", "Events that were not accepted", "reason")
        self._turned = self._counter("turned_away", "Requests turned away", "reason")
        self._words = self._counter("inbound_messages", "Messages from phones", "word")
        self._receipts = self._counter("receipts", "Word of providers on a message", "status")
        self._reports = self._counter("mail_reports", "Reports of mail systems", "kind")
        self._seconds = Histogram(
            "dispatcher_gateway_request_seconds",
            "From the first byte of a request to its answer.",
            ("route",),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._append_seconds = Histogram(
            "dispatcher_gateway_append_seconds",
            "From a request's records to Kafka's confirmation.",
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._start_at_zero()

    def answered(self, route: Route, status: int, seconds: float) -> None:
        """A request and its HTTP status."""
        self._requests.labels(route, f"{status // 100}xx").inc()
        self._seconds.labels(route).observe(seconds)

    def appended(self, seconds: float, topics: Iterable[str]) -> None:
        """Records of one request that stand, by topic without prefix."""
        for topic, records in Tally(topics).items():
            self._appended.labels(topic).inc(records)
        self._append_seconds.observe(seconds)

    def away(self) -> None:
        """Kafka did not confirm in time; the caller was told to come back."""
        self._away.inc()

    def refused(self, reason: RejectReason) -> None:
        """An event that intake would not accept either."""
        self._refused.labels(reason).inc()

    def turned_away(self, reason: Turned) -> None:
        """Somebody who may not do this, or not so often."""
        self._turned.labels(reason).inc()

    def inbound(self, word: Word) -> None:
        """A message from a phone; what it said is kept nowhere."""
        self._words.labels(word).inc()

    def receipt(self, status: Literal["accepted", "delivered", "undelivered"]) -> None:
        """A provider's word on a message."""
        self._receipts.labels(status).inc()

    def report(self, kind: Report) -> None:
        """A mail system's report."""
        self._reports.labels(kind).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)

    def _start_at_zero(self) -> None:
        for route in get_args(Route):
            self._seconds.labels(route)
            for status in _CLASSES:
                self._requests.labels(route, status)
        for counter, values in (
            (self._appended, (*INPUTS, INBOX, POINTS)),
            (self._refused, REASONS),
            (self._turned, get_args(Turned)),
            (self._words, get_args(Word)),
            (self._receipts, ("accepted", "delivered", "undelivered")),
            (self._reports, get_args(Report)),
        ):
            for value in values:
                counter.labels(value)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"dispatcher_gateway_{name}_total", f"{meaning}.", labels, registry=self.registry)
