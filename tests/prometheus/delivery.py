"""Cases of what leaves, of what should have left, and of what comes in."""

from collections.abc import Mapping

from tests.prometheus.cases import Case, held, jump

SMS, EMAIL = 'channel="sms"', 'channel="email"'
UNDECIDED = "dispatcher_oldest_undecided_age_seconds"
OFF = 'dispatcher_sending_mode{mode="off"}'


def attempts(outcome: str, channel: str = SMS) -> str:
    return f'dispatcher_attempts_total{{{channel},outcome="{outcome}"}}'


def decisions(result: str, reason: str, stage: str = "notice") -> str:
    return f'dispatcher_decisions_total{{stage="{stage}",result="{result}",reason="{reason}"}}'


def events(result: str) -> str:
    return f'dispatcher_events_total{{topic="billing.due",result="{result}"}}'


def account(state: str, name: str = "twilio") -> str:
    return f'dispatcher_account_state{{account="{name}",state="{state}"}}'


def lag(topic: str) -> str:
    return f'dispatcher_input_lag_records{{topic="{topic}"}}'


DELIVERY_CASES: Mapping[str, Case] = {
    "DueAndUndecided": held(
        {UNDECIDED: (2, 400), OFF: (0, 0)}, {UNDECIDED: (2, 400), OFF: (1, 1)}, minutes=5, severity="page"
    ),
    "NothingIsSent": jump(
        {attempts("accepted"): 0, attempts("deferred"): 9, attempts("in_doubt"): 3},
        {attempts("accepted"): 1, attempts("deferred"): 9, attempts("in_doubt"): 3},
        window=15,
        severity="page",
    ),
    "AccountOut": held(
        {account("out"): (0, 1), account("probing"): (0, 0), account("sound"): (1, 0)},
        {account("out"): (0, 0), account("probing"): (0, 0), account("sound"): (1, 1)},
        minutes=2,
    ),
    "AccountMisconfigured": jump(
        {decisions("released", "provider_misconfigured"): 1},
        {decisions("released", "provider_limit"): 50},
        window=10,
        severity="page",
    ),
    "MuchIsRefused": jump(
        {attempts("rejected"): 30, attempts("accepted"): 90},
        {attempts("rejected"): 20, attempts("accepted"): 90},
        window=30,
    ),
    "InDoubtOld": held(
        {"dispatcher_in_doubt_oldest_age_seconds": (0, 4000)},
        {"dispatcher_in_doubt_oldest_age_seconds": (0, 3500)},
        minutes=5,
    ),
    "InDoubtMany": held({"dispatcher_in_doubt": (0, 51)}, {"dispatcher_in_doubt": (0, 50)}, minutes=5, severity="page"),
    "AdapterFails": jump({decisions("released", "adapter_failed"): 1}, {decisions("deferred", "cap"): 9}, window=15),
    "SendingPausedLong": held(
        {f"dispatcher_paused{{{SMS}}}": (0, 1)}, {f"dispatcher_paused{{{SMS}}}": (0, 0)}, minutes=240
    ),
    "HourlyLimitReached": jump(
        {f"dispatcher_contacts_limit_reached_total{{{SMS}}}": 1},
        {f"dispatcher_contacts_limit_reached_total{{{SMS}}}": 0},
        window=60,
    ),
}

INPUT_CASES: Mapping[str, Case] = {
    "DeadLetters": jump(
        {'dispatcher_rejected_total{reason="malformed_json"}': 1},
        {'dispatcher_rejected_total{reason="malformed_json"}': 0},
        window=15,
    ),
    "EventsDatedAhead": jump(
        {"dispatcher_events_dated_ahead_total": 1},
        {"dispatcher_events_dated_ahead_total": 0},
        window=15,
    ),
    "DeadLettersMany": jump(
        {events("rejected"): 30, events("accepted"): 300},
        {events("rejected"): 30, events("accepted"): 700},
        window=15,
        severity="page",
    ),
    "DecisionParked": jump(
        {decisions("parked", "faulty", "none"): 1},
        {decisions("parked", "unknown_attempt", "none"): 9},
        window=15,
        severity="page",
    ),
    "LagGrows": Case(
        wrong={lag("billing.due"): "0+0x5 2000+100x29 0+0x30"},
        near={lag("billing.due"): "0+0x5 9000-100x29 0+0x30"},
        early=18,
        fires=27,
        resolved=40,
    ),
    "LagHigh": held({lag("billing.due"): (0, 150_000)}, {lag("billing.due"): (0, 90_000)}, minutes=10, severity="page"),
    "KnowledgeStale": held(
        {"dispatcher_input_age_seconds": (0.3, 31)},
        {"dispatcher_input_age_seconds": (0.3, 29)},
        minutes=2,
        severity="page",
    ),
}
