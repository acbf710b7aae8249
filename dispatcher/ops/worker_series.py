"""The table's lines of a worker."""

from typing import Final, get_args

from dispatcher.ops.labels import (
    NO_STAGE,
    OCCURRING,
    OCCURRING_WITHOUT_STAGE,
    AccountState,
    AttemptOutcome,
    Certificate,
    EventResult,
    TextFate,
)
from dispatcher.ops.series import Configured, Series, counter, gauge, histogram
from dispatcher.settings import Sending
from schemas.reasons import CODES
from schemas.refusals import REASONS
from schemas.topics import INBOX, INPUTS
from schemas.values import CHANNELS

STAGE: Final = Configured("ids of the policy's stages, and `none`")
ACCOUNT: Final = Configured("names of the configured accounts")
HASH: Final = Configured("the hash of a policy")

_RESULTS: Final = tuple(sorted(OCCURRING.keys() | OCCURRING_WITHOUT_STAGE.keys()))
_DECISIONS: Final = (
    *(("*", result, reason) for result, reasons in OCCURRING.items() for reason in reasons),
    *((NO_STAGE, result, reason) for result, reasons in OCCURRING_WITHOUT_STAGE.items() for reason in reasons),
)
_OUTCOMES: Final = get_args(AttemptOutcome)
_REACTIONS_S: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0)
_DELAYS_S: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 14400.0)
_CALLS_S: Final = (0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_FLUSHES_S: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
_RESTORES_S: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)

DECIDING: Final[tuple[Series, ...]] = (
    counter(
        "events",
        "events",
        "Input events, by topic and by what became of them",
        topic=INPUTS,
        result=get_args(EventResult),
    ),
    counter(
        "decisions",
        "journal records",
        "Journal records, by their first reason",
        stage=STAGE,
        result=_RESULTS,
        reason=CODES,
        together=_DECISIONS,
    ),
    counter("rejected", "records", "Input set aside in `reminders.rejected`, by reason", reason=REASONS),
    counter("unknown_fields", "fields", "Fields of events that no schema knows; they are ignored"),
    counter("events_dated_ahead", "events", "Events whose `time` lies more than a day after they were published"),
    histogram("event_to_send", "From an event's append to the call of the provider", _REACTIONS_S),
    histogram(
        "due_to_send_delay",
        "From the instant from which a contact was due and allowed to the call of the provider",
        _DELAYS_S,
    ),
    histogram("payment_to_stop", "From a payment's append to the moment from which it forbids contact", _REACTIONS_S),
    gauge(
        "oldest_undecided_age_seconds",
        "seconds",
        "How long the longest waiting customer who is due has not been decided about",
    ),
    gauge("waiting_for_profile", "customers", "Customers who owe and whose profile has not come"),
    gauge("timers_pending", "wake-ups", "Customers to be looked at again later, as far as indexed"),
    gauge("held", "customers", "Customers who are due and wait for a place at their channel's accounts"),
    gauge("to_replan", "customers", "Customers whom the policy in force has not planned yet"),
    gauge("calls_outstanding", "tasks", "Call tasks that were handed over and not reported on"),
    gauge("policy_info", "1", "The policy that decides, by its hash", hash=HASH),
    counter("policies_refused", "times", "Policies that were applied and cannot be used by this worker"),
    gauge(
        "policy_refused",
        "0 or 1",
        "1 while the policy that was applied last cannot be used by this worker: a former one decides",
    ),
    counter(
        "contacts_limit_reached",
        "hours",
        "Hours in which the policy's `max_contacts_per_hour` stopped a channel",
        channel=CHANNELS,
    ),
)
"""What is decided, and how soon."""

SENDING: Final[tuple[Series, ...]] = (
    counter(
        "attempts", "attempts", "Messages handed to a provider, by what came of it", channel=CHANNELS, outcome=_OUTCOMES
    ),
    counter("account_attempts", "attempts", "The same, by account", account=ACCOUNT, outcome=_OUTCOMES),
    histogram("send_duration", "One call of a provider", _CALLS_S, channel=("sms", "email")),
    counter("texts", "texts", "Texts that were sent, for the archive", result=get_args(TextFate)),
    gauge("sends_in_flight", "calls", "Calls of a provider that are under way", channel=CHANNELS),
    gauge("in_doubt", "attempts", "Attempts that may have been sent"),
    gauge(
        "in_doubt_oldest_age_seconds", "seconds", "How long ago the oldest attempt in doubt was claimed; 0 without one"
    ),
    gauge("paused", "0 or 1", "1 while sending on a channel is stopped", channel=CHANNELS),
    gauge("sending_mode", "0 or 1", "1 for the mode in force", mode=get_args(Sending)),
    gauge(
        "account_state",
        "0 or 1",
        "1 for the state that an account is in; `out` is an open breaker",
        account=ACCOUNT,
        state=get_args(AccountState),
    ),
    gauge("account_share", "share", "Part (0 to 1) of its channel that an account gets", account=ACCOUNT),
    gauge("account_calls_at_once", "calls", "Most calls at a time that an account is given now", account=ACCOUNT),
    counter("limit_waits", "times", "Times that messages waited for an account's own limit", account=ACCOUNT),
    counter("links_left_out", "links", "Payment links on a host that the policy does not name; they were not sent"),
)
"""What leaves."""

RUNNING: Final[tuple[Series, ...]] = (
    gauge("input_lag_records", "records", "Records that this worker has still to read", topic=(*INPUTS, INBOX)),
    gauge(
        "input_age_seconds",
        "seconds",
        "How old the oldest knowledge is of what can forbid a contact; a gate closes at 0.7",
    ),
    gauge("partitions", "partitions", "Partitions of the inbox, as configured; all workers together serve each once"),
    gauge("lanes", "lanes", "Partitions of the inbox that this worker serves"),
    gauge("gate_open", "lanes", "Lanes that may send now"),
    counter("carriers", "carriers", "Bundles of records handed to lanes and intake, a partition and a poll each"),
    counter("carrier_records", "records", "Records in them"),
    histogram("flush", "One transaction of a lane: state, position, journal and tasks", _FLUSHES_S),
    histogram("restore", "One restore of a lane's state", _RESTORES_S),
    counter("lane_restores", "times", "Restores of a lane's state"),
    counter("lane_failures", "times", "Flushes and restores that failed; the lane restores itself and goes on"),
    counter("rebalances", "times", "Assignments of partitions"),
    counter("holes_repaired", "times", "Gaps in delivery closed by reading again"),
    counter("no_progress", "times", "Times a partition that had records did not get on"),
    gauge("kafka_answers", "0 or 1", "1 while Kafka answers this worker"),
    gauge(
        "clock_skew_seconds",
        "seconds",
        "This machine's clock against the broker's, ahead is positive; beyond 2 nothing is decided",
    ),
    gauge(
        "certificate_expires_timestamp_seconds",
        "seconds since 1970",
        "End of a certificate of the connection to Kafka; none without TLS",
        certificate=get_args(Certificate),
        together=(),
    ),
)
"""How the machinery does."""

WORKER: Final = (*DECIDING, *SENDING, *RUNNING)
