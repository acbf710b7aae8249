"""What the gateway counts; the table of `ops.gateway_series` says what each figure means."""

import platform
from collections import Counter as Tally
from collections.abc import Iterable
from typing import Final, Literal

from dispatcher import __version__
from dispatcher.ops.labels import Report, Route, Turned, Word
from dispatcher.ops.meters import Meters
from dispatcher.ops.table import TABLE
from schemas.refusals import RejectReason

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
    ("/desk/events", "staff_events"),  # held open: how long says nothing of how fast pages are
    ("/desk", "staff"),
    ("/why", "staff"),
    ("/reports", "staff"),
    ("/static/", "static"),
)


def route_of(path: str) -> Route:
    """The label of a path: never the path itself, which holds tokens and ids."""
    return next((route for prefix, route in _ROUTES if path.startswith(prefix)), "other")


class GatewayMetrics:
    """The metrics of one gateway."""

    def __init__(self) -> None:
        self.meters = made = Meters(TABLE["gateway"])
        self._requests = made.counter("gateway_requests")
        self._seconds = made.histogram("gateway_request_seconds")
        made.gauge("build_info").info(__version__, platform.python_version())

    def answered(self, route: Route, status: int, seconds: float) -> None:
        """A request and its HTTP status."""
        self._requests.add(1, route, f"{status // 100}xx")
        self._seconds.observe(seconds, route)

    def appended(self, seconds: float, topics: Iterable[str]) -> None:
        """Records of one request that stand, by topic without prefix."""
        for topic, records in Tally(topics).items():
            self.meters.counter("gateway_appended").add(records, topic)
        self.meters.histogram("gateway_append_seconds").observe(seconds)

    def away(self) -> None:
        """Kafka did not confirm in time; the caller was told to come back."""
        self.meters.counter("gateway_kafka_away").add(1)

    def refused(self, reason: RejectReason) -> None:
        """An event that intake would not accept either."""
        self.meters.counter("gateway_events_refused").add(1, reason)

    def turned_away(self, reason: Turned) -> None:
        """Somebody who may not do this, or not so often."""
        self.meters.counter("gateway_turned_away").add(1, reason)

    def inbound(self, word: Word) -> None:
        """A message from a phone; what it said is kept nowhere."""
        self.meters.counter("gateway_inbound_messages").add(1, word)

    def receipt(self, status: Literal["accepted", "delivered", "undelivered"]) -> None:
        """A provider's word on a message."""
        self.meters.counter("gateway_receipts").add(1, status)

    def report(self, kind: Report) -> None:
        """A mail system's report."""
        self.meters.counter("gateway_mail_reports").add(1, kind)

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop woke a sleeper."""
        self.meters.histogram("loop_lag_seconds").observe(seconds)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format; takes milliseconds, so not for the event loop."""
        return self.meters.exposition()
