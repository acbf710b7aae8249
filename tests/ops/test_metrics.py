"""What is counted is there before it happens, under names and labels that never change."""

import re
import threading
from typing import get_args

import pytest

from dispatcher.ops.labels import OCCURRING, OCCURRING_WITHOUT_STAGE
from dispatcher.ops.metrics import Metrics
from schemas.journal import Result
from schemas.reasons import CODES
from schemas.topics import INPUTS

SAMPLE = re.compile(r"(?P<series>\w+(?:\{[^}]*\})?) (?P<value>\S+)")


def samples(metrics: Metrics) -> dict[str, float]:
    lines = metrics.exposition().decode().splitlines()
    matches = [SAMPLE.fullmatch(line) for line in lines if not line.startswith("#")]
    return {match["series"]: float(match["value"]) for match in matches if match}


@pytest.mark.parametrize(
    "series",
    [
        *(f'dispatcher_events_total{{result="accepted",topic="{topic}"}}' for topic in INPUTS),
        'dispatcher_decisions_total{reason="quiet_hours",result="deferred",stage="notice"}',
        'dispatcher_attempts_total{channel="sms",outcome="in_doubt"}',
        'dispatcher_input_lag_records{topic="billing.due"}',
        "dispatcher_event_to_send_seconds_count",
        "dispatcher_payment_to_stop_seconds_count",
        "dispatcher_in_doubt",
        "dispatcher_waiting_for_profile",
        'dispatcher_paused{channel="email"}',
        'dispatcher_rejected_total{reason="malformed_json"}',
        'dispatcher_texts_total{result="dropped"}',
        'dispatcher_sends_in_flight{channel="sms"}',
        'dispatcher_sending_mode{mode="on"}',
        "dispatcher_flush_seconds_count",
        "dispatcher_lane_restores_total",
        "dispatcher_rebalances_total",
        "dispatcher_holes_repaired_total",
        "dispatcher_gate_open",
        "dispatcher_links_left_out_total",
        "dispatcher_unknown_fields_total",
        "dispatcher_events_dated_ahead_total",
        "dispatcher_timers_pending",
    ],
)
def test_every_series_starts_at_zero(series: str):
    assert samples(Metrics(["notice"]))[series] == 0


def test_the_build_names_its_version():
    assert any(series.startswith("dispatcher_build_info{") for series in samples(Metrics()))


def test_stages_of_a_later_policy_start_at_zero_too():
    metrics = Metrics(["notice"])

    metrics.stages(["last-call"])

    assert samples(metrics)['dispatcher_decisions_total{reason="paid",result="cancelled",stage="last-call"}'] == 0


def test_counts_are_added_in_bulk():
    metrics = Metrics()

    metrics.event("billing.due", "accepted", 250)
    metrics.event("billing.due", "accepted", 3)

    assert samples(metrics)['dispatcher_events_total{result="accepted",topic="billing.due"}'] == 253


def test_a_decision_about_no_stage_is_counted():
    metrics = Metrics()

    metrics.decision(None, "recorded", "recorded")

    assert samples(metrics)['dispatcher_decisions_total{reason="recorded",result="recorded",stage="none"}'] == 1


def test_exactly_one_sending_mode_is_in_force():
    metrics = Metrics()

    metrics.sending("on")
    metrics.sending("shadow")

    modes = {series: value for series, value in samples(metrics).items() if "sending_mode" in series}
    assert [series for series, value in modes.items() if value] == ['dispatcher_sending_mode{mode="shadow"}']


def test_two_processes_in_one_do_not_share_counts():
    first, second = Metrics(), Metrics()

    first.rebalanced()

    assert samples(second)["dispatcher_rebalances_total"] == 0


def test_every_listed_combination_is_of_the_contract():
    listed = [*OCCURRING.items(), *OCCURRING_WITHOUT_STAGE.items()]

    assert {result for result, _ in listed} <= set(get_args(Result))
    assert {reason for _, reasons in listed for reason in reasons} <= set(CODES)


def test_a_worker_with_twenty_stages_and_six_accounts_stays_within_two_thousand_series():
    metrics = Metrics([f"stage-{number}" for number in range(20)])
    metrics.accounts([f"account-{number}" for number in range(6)])

    assert len(samples(metrics)) < 2_000


def test_a_value_that_nobody_listed_makes_no_series_of_its_own():
    metrics = Metrics()

    metrics.account_attempt("+4915123456789", "accepted")

    found = samples(metrics)
    assert found['dispatcher_account_attempts_total{account="unlisted",outcome="accepted"}'] == 1
    assert [series for series in found if "4915123456789" in series] == []


def test_an_account_that_is_made_known_is_counted_under_its_name():
    metrics = Metrics()
    metrics.account_attempt("twilio", "accepted")

    metrics.accounts(["twilio"])
    metrics.account_attempt("twilio", "accepted")

    assert samples(metrics)['dispatcher_account_attempts_total{account="twilio",outcome="accepted"}'] == 1


def test_the_policy_in_force_is_one_series():
    metrics = Metrics()

    metrics.policy("aaa")
    metrics.policy("bbb")

    assert [series for series in samples(metrics) if "policy_info" in series] == ['dispatcher_policy_info{hash="bbb"}']


def test_a_refused_policy_is_shown_until_a_usable_one_is_applied():
    metrics = Metrics()
    shown = []

    for happens in (metrics.policy_refused, lambda: metrics.policy("aaa")):
        happens()
        shown.append(samples(metrics)["dispatcher_policy_refused"])

    assert shown == [1, 0]


def test_counting_while_somebody_reads_loses_nothing():
    metrics = Metrics()
    done = threading.Event()

    def count() -> None:
        for _ in range(5_000):
            metrics.attempt("sms", "accepted")
        done.set()

    threading.Thread(target=count).start()
    while not done.is_set():
        metrics.exposition()

    assert samples(metrics)['dispatcher_attempts_total{channel="sms",outcome="accepted"}'] == 5_000
