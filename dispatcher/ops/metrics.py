"""What a worker counts, in the words of its parts; the table of `worker_series` says what each figure means.

The methods are called on the hot path: series are looked up once, and counts are added in bulk (`n`). Labels never
carry a customer, an address, an id or an exception's text.
"""

import platform
from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry

from dispatcher import __version__
from dispatcher.ops.labels import NO_STAGE, AccountState, AttemptOutcome, Certificate, EventResult, TextFate
from dispatcher.ops.meters import Meters
from dispatcher.ops.table import TABLE
from dispatcher.settings import Sending
from schemas.journal import Result
from schemas.reasons import ReasonCode
from schemas.values import Channel


class Metrics:
    """The metrics of one worker; `stages` are ids of the policy's stages, a later policy's are added by `stages`."""

    def __init__(self, stages: Iterable[str] = ()) -> None:
        self._meters = made = Meters(TABLE["worker"], {"stage": (*stages, NO_STAGE)})
        self._events = made.counter("events")
        self._decisions = made.counter("decisions")
        self._attempts = made.counter("attempts")
        self._account_attempts = made.counter("account_attempts")
        self._in_flight = made.gauge("sends_in_flight")
        self._send_duration = made.histogram("send_duration_seconds")
        self._carriers = made.counter("carriers")
        self._carrier_records = made.counter("carrier_records")
        made.gauge("build_info").info(__version__, platform.python_version())

    @property
    def registry(self) -> CollectorRegistry:
        """All of it."""
        return self._meters.registry

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format; takes milliseconds, so not for the event loop."""
        return self._meters.exposition()

    # --- deciding

    def stages(self, ids: Iterable[str]) -> None:
        """The stages of the policy in force: their series exist from now on."""
        self._meters.know("stage", ids)

    def policy(self, policy_hash: str) -> None:
        """The policy in force: one series, replaced as a whole."""
        self._meters.gauge("policy_info").info(policy_hash)
        self._meters.gauge("policy_refused").set(0)

    def policy_refused(self) -> None:
        """A policy was applied that this process cannot use; the former one stays."""
        self._meters.counter("policies_refused").add(1)
        self._meters.gauge("policy_refused").set(1)

    def to_replan(self, customers: int) -> None:
        """How many customers wait to be planned by the policy in force."""
        self._meters.gauge("to_replan").set(customers)

    def event(self, topic: str, result: EventResult, n: int = 1) -> None:
        """Events of an input topic (its name without the installation's prefix)."""
        self._events.add(n, topic, result)

    def decision(self, stage: str | None, result: Result, reason: ReasonCode, n: int = 1) -> None:
        """Journal records, by the first of their reasons."""
        self._decisions.add(n, stage or NO_STAGE, result, reason)

    def rejected(self, reason: str, n: int = 1) -> None:
        """Records of `reminders.rejected`, by the reason in their header."""
        self._meters.counter("rejected").add(n, reason)

    def unknown_fields(self, n: int = 1) -> None:
        """Fields that were ignored."""
        self._meters.counter("unknown_fields").add(n)

    def events_dated_ahead(self, n: int = 1) -> None:
        """Events that outweigh every right statement about the same thing until their time has come."""
        self._meters.counter("events_dated_ahead").add(n)

    def event_to_send(self, seconds: float) -> None:
        """From the append of the event behind a contact to the call of the provider."""
        self._meters.histogram("event_to_send_seconds").observe(seconds)

    def due_to_send(self, seconds: float) -> None:
        """From the instant from which a contact was due and allowed to the call of the provider."""
        self._meters.histogram("due_to_send_delay_seconds").observe(seconds)

    def payment_to_stop(self, seconds: float) -> None:
        """From the append of a payment to the moment from which it forbids contact."""
        self._meters.histogram("payment_to_stop_seconds").observe(seconds)

    def undecided(self, seconds: float) -> None:
        """How long the longest waiting customer who is due has not been decided about; 0: nobody waits."""
        self._meters.gauge("oldest_undecided_age_seconds").set(seconds)

    def waiting_for_profile(self, customers: int) -> None:
        """How many customers wait for a profile now."""
        self._meters.gauge("waiting_for_profile").set(customers)

    def timers_pending(self, wakeups: int) -> None:
        """How many wake-ups are ahead now."""
        self._meters.gauge("timers_pending").set(wakeups)

    def held(self, customers: int) -> None:
        """How many customers who are due wait for a credit."""
        self._meters.gauge("held").set(customers)

    def calls_outstanding(self, tasks: int) -> None:
        """How many call tasks people have."""
        self._meters.gauge("calls_outstanding").set(tasks)

    def contacts_limit_reached(self, channel: Channel) -> None:
        """`max_contacts_per_hour` was reached: nobody else is contacted by the channel in this hour."""
        self._meters.counter("contacts_limit_reached").add(1, channel)

    # --- sending

    def attempt(self, channel: Channel, outcome: AttemptOutcome, n: int = 1) -> None:
        """Messages for which a provider was called, or would have been."""
        self._attempts.add(n, channel, outcome)

    def texts(self, fate: TextFate, n: int) -> None:
        """Texts that were sent: they stand in their topic, or were dropped on the way to the archive."""
        self._meters.counter("texts").add(n, fate)

    def sent_in(self, channel: Channel, seconds: float) -> None:
        """A call of a provider has ended."""
        self._send_duration.observe(seconds, channel)

    def sends_in_flight(self, channel: Channel, calls: int) -> None:
        """How many calls to the channel's provider are under way now."""
        self._in_flight.set(calls, channel)

    def in_doubt(self, attempts: int, oldest_age_s: float) -> None:
        """How many attempts are in doubt now, and how long ago the oldest was claimed (0: there is none)."""
        self._meters.gauge("in_doubt").set(attempts)
        self._meters.gauge("in_doubt_oldest_age_seconds").set(oldest_age_s)

    def paused(self, channel: Channel, paused: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether sending on a channel is paused."""
        self._meters.gauge("paused").set(paused, channel)

    def sending(self, mode: Sending) -> None:
        """The sending mode in force."""
        for each in get_args(Sending):
            self._meters.gauge("sending_mode").set(each == mode, each)

    def accounts(self, names: Iterable[str]) -> None:
        """The configured accounts: their series exist from now on."""
        known = tuple(names)
        self._meters.know("account", known)
        for name in known:
            self.account(name, "sound", 0.0, 0)

    def limit_waited(self, account: str) -> None:
        """Messages wait because an account takes no more now (`DISPATCHER_..._PER_SECOND`)."""
        self._meters.counter("limit_waits").add(1, account)

    def account_attempt(self, name: str, outcome: AttemptOutcome) -> None:
        """A message for which this account was called."""
        self._account_attempts.add(1, name, outcome)

    def account(self, name: str, state: AccountState, share: float, calls: int) -> None:
        """How an account is, which part (0 to 1) of its channel it gets, how many calls at a time it may be given."""
        for each in get_args(AccountState):
            self._meters.gauge("account_state").set(each == state, name, each)
        self._meters.gauge("account_share").set(share, name)
        self._meters.gauge("account_calls_at_once").set(calls, name)

    def links_left_out(self, n: int = 1) -> None:
        """Payment links that were not put into a message."""
        self._meters.counter("links_left_out").add(n)

    # --- running

    def input_lag(self, topic: str, records: int) -> None:
        """Records of a topic (without prefix) that this process has still to read."""
        self._meters.gauge("input_lag_records").set(records, topic)

    def input_age(self, seconds: float) -> None:
        """How old the oldest knowledge is of what can forbid a contact."""
        self._meters.gauge("input_age_seconds").set(seconds)

    def partitions(self, configured: int) -> None:
        """How many partitions the inbox has."""
        self._meters.gauge("partitions").set(configured)

    def lanes(self, owned: int, sending: int) -> None:
        """How many lanes there are, and how many of them may send now."""
        self._meters.gauge("lanes").set(owned)
        self._meters.gauge("gate_open").set(sending)

    def carried(self, records: int) -> None:
        """A carrier came, with so many records."""
        self._carriers.add(1)
        self._carrier_records.add(records)

    def flush(self, seconds: float) -> None:
        """One transaction of a lane, begin to commit."""
        self._meters.histogram("flush_seconds").observe(seconds)

    def lane_restored(self, seconds: float) -> None:
        """A lane's state was read back."""
        self._meters.counter("lane_restores").add(1)
        self._meters.histogram("restore_seconds").observe(seconds)

    def lane_failed(self) -> None:
        """A lane has to restore itself."""
        self._meters.counter("lane_failures").add(1)

    def rebalanced(self) -> None:
        """Partitions were assigned anew."""
        self._meters.counter("rebalances").add(1)

    def hole_repaired(self, n: int = 1) -> None:
        """A lane sought back to what had not been delivered to it."""
        self._meters.counter("holes_repaired").add(n)

    def no_progress(self) -> None:
        """A partition stood still although records waited and Kafka answered; it is read again, then the process ends."""
        self._meters.counter("no_progress").add(1)

    def kafka_answers(self, answers: bool) -> None:  # noqa: FBT001 - the state itself, not an option
        """Whether Kafka has answered within the last seconds."""
        self._meters.gauge("kafka_answers").set(answers)

    def clock_skew(self, seconds: float) -> None:
        """How far this machine's clock is ahead of the broker's; more than 2 s either way, and nothing is decided."""
        self._meters.gauge("clock_skew_seconds").set(seconds)

    def certificate(self, which: Certificate, expires: float) -> None:
        """When (seconds since 1970) a certificate of the connection to Kafka ends."""
        self._meters.gauge("certificate_expires_timestamp_seconds").set(expires, which)

    def loop_lag(self, seconds: float) -> None:
        """How late the event loop woke a sleeper."""
        self._meters.histogram("loop_lag_seconds").observe(seconds)
