"""What the process counts. One registry of its own, closed label sets, every series at 0 from the start.

The methods are called on the hot path: children are cached, and counts are added in bulk (`n`). Labels never
carry a customer, an address, an id or an exception's text.
"""

import platform
from collections.abc import Iterable
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, disable_created_metrics
from prometheus_client.exposition import generate_latest

from dispatcher import __version__
from dispatcher.ops.labels import NO_STAGE, OCCURRING, AccountState, AttemptOutcome, EventResult, TextFate
from dispatcher.settings import Sending
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.topics import INBOX, INPUTS
from schemas.values import CHANNELS, Channel

_WAITS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0)
_FLUSHES_S: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_RESTORES_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)


class _Labelled:
    """A counter whose children are looked up once: `labels()` takes a lock and joins texts at every call."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._children: dict[tuple[str, ...], Counter] = {}

    def add(self, n: int, *labels: str) -> None:
        """Add `n` (0: the series merely exists from now on)."""
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._counter.labels(*labels)
        child.inc(n)


class Metrics:
    """The metrics of one process.

    Args:
        stages: ids of the policy's stages; a later policy's are added by `stages`.
        rejections: the reasons for which input is rejected.
    """

    def __init__(self, stages: Iterable[str] = (), rejections: Iterable[str] = ()) -> None:
        # A second line for every counter, which nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
        self.registry = CollectorRegistry(auto_describe=True)
        self._events = _Labelled(self._counter("events", "Input events", "topic", "result"))
        self._decisions = _Labelled(self._counter("decisions", "Journal records", "stage", "result", "reason"))
        self._attempts = _Labelled(self._counter("attempts", "Messages handed to a provider", "channel", "outcome"))
        self._texts = _Labelled(self._counter("texts", "Texts that were sent, for the archive", "result"))
        self._rejected = _Labelled(self._counter("rejected", "Input set aside", "reason"))
        self._lag = self._gauge("input_lag_records", "Records not yet read", "topic")
        self._paused = self._gauge("paused", "1 while sending is paused", "channel")
        in_flight = self._gauge("sends_in_flight", "Calls to a provider under way", "channel")
        self._in_flight_on = {channel: in_flight.labels(channel) for channel in CHANNELS}
        self._mode = self._gauge("sending_mode", "1 for the mode in force", "mode")
        self._limit_waits = self._counter(
            "limit_waits", "Times that messages waited for an account's own limit", "account"
        )
        self._account_attempts = _Labelled(
            self._counter("account_attempts", "Messages handed to an account", "account", "outcome")
        )
        self._account_state = self._gauge("account_state", "1 for the state that an account is in", "account", "state")
        self._account_share = self._gauge("account_share", "Part of its channel that an account gets", "account")
        self._account_calls = self._gauge("account_calls_at_once", "Most calls at a time to an account now", "account")
        build = self._gauge("build_info", "1, labelled by what runs", "version", "python")
        self._event_to_send = self._histogram(
            "event_to_send_seconds", "From an event's append to the call of the provider", _WAITS_S
        )
        self._payment_to_stop = self._histogram(
            "payment_to_stop_seconds", "From a payment's append to its being applied", _WAITS_S
        )
        self._flush = self._histogram("flush_seconds", "One transaction of a lane", _FLUSHES_S)
        self._restore = self._histogram("restore_seconds", "One restore of a lane's state", _RESTORES_S)
        self._in_doubt = self._gauge("in_doubt", "Attempts that may have been sent")
        self._waiting = self._gauge("waiting_for_profile", "Customers who wait for a profile")
        self._gates = self._gauge("gate_open", "Lanes that may send")
        self._timers = self._gauge("timers_pending", "Wake-ups ahead")
        self._policy = Info("dispatcher_policy", "The policy that decides, by its hash.", registry=self.registry)
        self._policies_refused = self._counter("policies_refused", "Policies that were applied and cannot be used here")
        self._to_replan = self._gauge("to_replan", "Customers whom the policy in force has not planned yet")
        self._limits = self._counter(
            "contacts_limit_reached", "Hours in which the policy's limit stopped a channel", "channel"
        )
        self._clock_skew = self._gauge("clock_skew_seconds", "This clock against the broker's, ahead is positive")
        self._no_progress = self._counter("no_progress", "Times a partition that had records did not get on")
        self._lane_restores = self._counter("lane_restores", "Restores of a lane's state")
        self._rebalances = self._counter("rebalances", "Assignments of partitions")
        self._holes = self._counter("holes_repaired", "Gaps in delivery closed by reading again")
        self._links = self._counter("links_left_out", "Payment links on a host that the policy does not name")
        self._unknown_fields = self._counter("unknown_fields", "Fields of events that no schema knows")
        build.labels(__version__, platform.python_version()).set(1)
        self._start_at_zero(rejections)
        self.stages(stages)

    def stages(self, ids: Iterable[str]) -> None:
        """The stages of the policy in force: their series exist from now on."""
        for stage in (*ids, NO_STAGE):
            for result, reasons in OCCURRING.items():
                for reason in reasons:
                    self._decisions.add(0, stage, result, reason)

    def policy(self, policy_hash: str) -> None:
        """The policy in force: one series, replaced as a whole."""
        self._policy.info({"hash": policy_hash})

    def policy_refused(self) -> None:
        """A policy was applied that this process cannot use; the former one stays."""
        self._policies_refused.inc()

    def to_replan(self, customers: int) -> None:
        """How many customers wait to be planned by the policy in force."""
        self._to_replan.set(customers)

    def event(self, topic: str, result: EventResult, n: int = 1) -> None:
        """Events of an input topic (its name without the installation's prefix)."""
        self._events.add(n, topic, result)

    def decision(self, stage: str | None, result: Result, reason: ReasonCode, n: int = 1) -> None:
        """Journal records, by the first of their reasons."""
        self._decisions.add(n, stage or NO_STAGE, result, reason)

    def attempt(self, channel: Channel, outcome: AttemptOutcome, n: int = 1) -> None:
        """Messages for which a provider was called, or would have been."""
        self._attempts.add(n, channel, outcome)

    def texts(self, fate: TextFate, n: int) -> None:
        """Texts that were sent: they stand in their topic, or were dropped on the way to the archive."""
        self._texts.add(n, fate)

    def rejected(self, reason: str, n: int = 1) -> None:
        """Records of `reminders.rejected`, by the reason in their header."""
        self._rejected.add(n, reason)

    def input_lag(self, topic: str, records: int) -> None:
        """Records of a topic (without prefix) that this process has still to read."""
        self._lag.labels(topic).set(records)

    def event_to_send(self, seconds: float) -> None:
        """From the append of the event behind a contact to the call of the provider."""
        self._event_to_send.observe(seconds)

    def payment_to_stop(self, seconds: float) -> None:
        """From the append of a payment to the moment from which it forbids contact."""
        self._payment_to_stop.observe(seconds)

    def flush(self, seconds: float) -> None:
        """One transaction of a lane, begin to commit."""
        self._flush.observe(seconds)

    def lane_restored(self, seconds: float) -> None:
        """A lane's state was read back."""
        self._lane_restores.inc()
        self._restore.observe(seconds)

    def rebalanced(self) -> None:
        """Partitions were assigned anew."""
        self._rebalances.inc()

    def hole_repaired(self, n: int = 1) -> None:
        """A lane sought back to what had not been delivered to it."""
        self._holes.inc(n)

    def links_left_out(self, n: int = 1) -> None:
        """Payment links that were not put into a message."""
        self._links.inc(n)

    def unknown_fields(self, n: int = 1) -> None:
        """Fields that were ignored."""
        self._unknown_fields.inc(n)

    def in_doubt(self, attempts: int) -> None:
        """How many attempts are in doubt now."""
        self._in_doubt.set(attempts)

    def waiting_for_profile(self, customers: int) -> None:
        """How many customers wait for a profile now."""
        self._waiting.set(customers)

    def gates_open(self, lanes: int) -> None:
        """How many lanes may send now."""
        self._gates.set(lanes)

    def timers_pending(self, wakeups: int) -> None:
        """How many wake-ups are ahead now."""
        self._timers.set(wakeups)

    def paused(self, channel: Channel, paused: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether sending on a channel is paused."""
        self._paused.labels(channel).set(paused)

    def contacts_limit_reached(self, channel: Channel) -> None:
        """`max_contacts_per_hour` was reached: nobody else is contacted by the channel in this hour."""
        self._limits.labels(channel).inc()

    def clock_skew(self, seconds: float) -> None:
        """How far this machine's clock is ahead of the broker's; more than 2 s either way, and nothing is decided."""
        self._clock_skew.set(seconds)

    def no_progress(self) -> None:
        """A partition stood still although records waited and Kafka answered; it is read again, then the process ends."""
        self._no_progress.inc()

    def sends_in_flight(self, channel: Channel, calls: int) -> None:
        """How many calls to the channel's provider are under way now."""
        self._in_flight_on[channel].set(calls)

    def accounts(self, names: Iterable[str]) -> None:
        """The configured accounts: their series exist from now on."""
        for name in names:
            self._limit_waits.labels(name)
            self.account(name, "sound", 0.0, 0)
            for outcome in get_args(AttemptOutcome):
                self._account_attempts.add(0, name, outcome)

    def limit_waited(self, account: str) -> None:
        """Messages wait because an account takes no more now (`DISPATCHER_..._PER_SECOND`)."""
        self._limit_waits.labels(account).inc()

    def account_attempt(self, name: str, outcome: AttemptOutcome) -> None:
        """A message for which this account was called."""
        self._account_attempts.add(1, name, outcome)

    def account(self, name: str, state: AccountState, share: float, calls: int) -> None:
        """How an account is, which part (0 to 1) of its channel it gets, how many calls at a time it may be given."""
        for each in get_args(AccountState):
            self._account_state.labels(name, each).set(each == state)
        self._account_share.labels(name).set(share)
        self._account_calls.labels(name).set(calls)

    def sending(self, mode: Sending) -> None:
        """The sending mode in force."""
        for each in get_args(Sending):
            self._mode.labels(each).set(each == mode)

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format; takes milliseconds, so not for the event loop."""
        return generate_latest(self.registry)

    def _start_at_zero(self, rejections: Iterable[str]) -> None:
        self._lag.labels(INBOX)
        for topic in INPUTS:
            self._lag.labels(topic)
            for result in get_args(EventResult):
                self._events.add(0, topic, result)
        for channel in CHANNELS:
            self._paused.labels(channel)
            self._limits.labels(channel)
            for outcome in get_args(AttemptOutcome):
                self._attempts.add(0, channel, outcome)
        for fate in get_args(TextFate):
            self._texts.add(0, fate)
        for reason in rejections:
            self._rejected.add(0, reason)
        for mode in get_args(Sending):
            self._mode.labels(mode)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"dispatcher_{name}_total", f"{meaning}.", labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        return Gauge(f"dispatcher_{name}", f"{meaning}.", labels, registry=self.registry)

    def _histogram(self, name: str, meaning: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(f"dispatcher_{name}", f"{meaning}.", registry=self.registry, buckets=buckets)
