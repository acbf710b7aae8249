"""Cases of the machinery, the gateway, the archive and the desk."""

from collections.abc import Mapping

from tests.prometheus.cases import Case, held, jump
from tests.prometheus.delivery import decisions

A, B = 'instance="a"', 'instance="b"'
_DAY = 1440


def up(job: str, instance: str = A) -> str:
    return f'up{{job="{job}",{instance}}}'


def lag_buckets(slow: float, quick: float) -> dict[str, float]:
    """So many wakings later than half a second, and so many quick ones, of a worker."""
    name = f'dispatcher_loop_lag_seconds_bucket{{job="dispatcher-worker",{A},le='
    return {f'{name}"0.5"}}': quick, f'{name}"1.0"}}': quick + slow, f'{name}"+Inf"}}': quick + slow}


def flush_buckets(slow: float, quick: float) -> dict[str, float]:
    """So many flushes that took more than a second, and so many quick ones."""
    name = "dispatcher_flush_seconds_bucket{le="
    return {f'{name}"1.0"}}': quick, f'{name}"5.0"}}': quick + slow, f'{name}"+Inf"}}': quick + slow}


def requests(status: str) -> str:
    return f'dispatcher_gateway_requests_total{{route="events",status="{status}"}}'


ENGINE_CASES: Mapping[str, Case] = {
    "WorkerAbsent": held(
        {up("dispatcher-worker"): (1, 0)},
        {up("dispatcher-worker"): (1, 0), up("dispatcher-worker", B): (1, 1)},
        minutes=2,
        severity="page",
    ),
    "GatewayAbsent": held(
        {up("dispatcher-gateway"): (1, 0)}, {up("dispatcher-gateway"): (1, 1)}, minutes=2, severity="page"
    ),
    "ArchiveAbsent": held({up("dispatcher-archive"): (1, 0)}, {up("dispatcher-archive"): (1, 1)}, minutes=15),
    "ProcessDown": held({up("dispatcher-worker"): (1, 0)}, {up("another"): (1, 0)}, minutes=5),
    "PartitionsUnserved": held(
        {"dispatcher_partitions": (16, 16), f"dispatcher_lanes{{{A}}}": (8, 8), f"dispatcher_lanes{{{B}}}": (8, 7)},
        {"dispatcher_partitions": (16, 16), f"dispatcher_lanes{{{A}}}": (8, 9), f"dispatcher_lanes{{{B}}}": (8, 7)},
        minutes=5,
        severity="page",
    ),
    "GatesClosed": held(
        {"dispatcher_lanes": (16, 16), "dispatcher_gate_open": (16, 15)},
        {"dispatcher_lanes": (16, 15), "dispatcher_gate_open": (16, 15)},
        minutes=5,
        severity="page",
    ),
    "KafkaAway": held(
        {f"dispatcher_kafka_answers{{{A}}}": (1, 0)},
        {f"dispatcher_kafka_answers{{{A}}}": (1, 1)},
        minutes=1,
        severity="page",
    ),
    "PolicyRefused": held(
        {f"dispatcher_policy_refused{{{A}}}": (0, 1)}, {f"dispatcher_policy_refused{{{A}}}": (0, 0)}, severity="page"
    ),
    # A series that ends is no longer counted five minutes later.
    "PoliciesDiffer": Case(
        wrong={'dispatcher_policy_info{hash="a"}': "1+0x90", 'dispatcher_policy_info{hash="b"}': "_x6 1+0x14 _x70"},
        near={f'dispatcher_policy_info{{hash="a",{A}}}': "1+0x90", f'dispatcher_policy_info{{hash="a",{B}}}': "1+0x90"},
        early=14,
        fires=18,
        resolved=30,
        severity="page",
    ),
    "ClockOff": held(
        {f"dispatcher_clock_skew_seconds{{{A}}}": (0, -1.2)},
        {f"dispatcher_clock_skew_seconds{{{A}}}": (0, -0.9)},
        minutes=1,
        severity="page",
    ),
    "LoopBlocked": jump(lag_buckets(slow=20, quick=1000), lag_buckets(slow=5, quick=1000), window=10),
    "FlushSlow": Case(
        wrong={series: f"0+0x5 10+{by}x30 0+0x60" for series, by in flush_buckets(slow=2, quick=90).items()},
        near={series: f"0+0x5 10+{by}x30 0+0x60" for series, by in flush_buckets(slow=0.2, quick=90).items()},
        early=10,
        fires=30,
        resolved=80,
    ),
    "LaneFails": jump(
        {f"dispatcher_lane_failures_total{{{A}}}": 4},
        {f"dispatcher_lane_failures_total{{{A}}}": 2, f"dispatcher_lane_failures_total{{{B}}}": 2},
        window=10,
    ),
    "NoProgress": jump(
        {f"dispatcher_no_progress_total{{{A}}}": 1},
        {f"dispatcher_no_progress_total{{{A}}}": 0},
        window=10,
        severity="page",
    ),
    "Rebalances": jump(
        {f"dispatcher_rebalances_total{{{A}}}": 6},
        {f"dispatcher_rebalances_total{{{A}}}": 4, f"dispatcher_rebalances_total{{{B}}}": 4},
        window=15,
    ),
    "CertificateEnds": held(
        {'dispatcher_certificate_expires_timestamp_seconds{certificate="client"}': (60 * 86_400, 13 * 86_400)},
        {'dispatcher_certificate_expires_timestamp_seconds{certificate="client"}': (60 * 86_400, 15 * 86_400)},
    ),
}

GATEWAY_CASES: Mapping[str, Case] = {
    "GatewayKafkaAway": jump(
        {"dispatcher_gateway_kafka_away_total": 1},
        {"dispatcher_gateway_kafka_away_total": 0},
        window=5,
        severity="page",
    ),
    "GatewayFaults": jump(
        {requests("5xx"): 10, requests("2xx"): 500}, {requests("5xx"): 10, requests("2xx"): 1500}, window=15
    ),
    "SignaturesForged": jump(
        {'dispatcher_gateway_turned_away_total{reason="forged"}': 5},
        {
            'dispatcher_gateway_turned_away_total{reason="forged"}': 4,
            'dispatcher_gateway_turned_away_total{reason="too_often"}': 9,
        },
        window=10,
    ),
}

CAUGHT_UP = "dispatcher_archive_caught_up_timestamp_seconds"
ARCHIVE_CASES: Mapping[str, Case] = {
    "ArchiveBehind": Case(
        wrong={f"{CAUGHT_UP}{{{A}}}": "0+0x5 0+0x30 2160+60x60", f"{CAUGHT_UP}{{{B}}}": "0+0x100"},
        near={f"{CAUGHT_UP}{{{A}}}": "0+60x100", f"{CAUGHT_UP}{{{B}}}": "0+0x100"},
        early=18,
        fires=22,
        resolved=40,
    ),
    "ArchiveUnwritten": held(
        {f"dispatcher_archive_on_duty{{{A}}}": (1, 1), f"dispatcher_archive_on_duty{{{B}}}": (0, 1)},
        {f"dispatcher_archive_on_duty{{{A}}}": (1, 0), f"dispatcher_archive_on_duty{{{B}}}": (0, 1)},
        minutes=5,
    ),
    "ArchiveUnreadable": jump(
        {"dispatcher_archive_unread_records_total": 1}, {"dispatcher_archive_unread_records_total": 0}, window=15
    ),
}

DESK_CASES: Mapping[str, Case] = {
    "TasksAgeing": Case(
        wrong={"dispatcher_desk_tasks_waiting": "0+0x5 4+0x80 0+0x90"},
        near={"dispatcher_desk_tasks_waiting": "0+0x5 4+0x40 0+0x1 4+0x40 0+0x90"},
        early=60,
        fires=75,
        resolved=90,
    ),
    "CallTasksOld": held(
        {'dispatcher_call_task_age_seconds{kind="call"}': (60, 15_000)},
        {'dispatcher_call_task_age_seconds{kind="call"}': (60, 14_000)},
        minutes=5,
    ),
    "CallsWithoutOutcome": held(
        {"dispatcher_call_tasks_without_outcome": (0, 1)},
        {"dispatcher_call_tasks_without_outcome": (0, 0)},
        minutes=60,
    ),
    "ReportsUnpublished": held(
        {"dispatcher_call_reports_unpublished": (0, 1)},
        {"dispatcher_call_reports_unpublished": (0, 0)},
        minutes=2,
        severity="page",
    ),
    "TasksExpire": jump(
        {'dispatcher_desk_tasks_total{result="expired"}': 1, decisions("expired", "expired"): 0},
        {'dispatcher_desk_tasks_total{result="expired"}': 0, decisions("expired", "expired"): 15},
        window=60,
    ),
    "DeskRefuses": jump(
        {'dispatcher_desk_posts_failed_total{why="config"}': 1},
        {'dispatcher_desk_posts_failed_total{why="busy"}': 9},
        window=15,
        severity="page",
    ),
}
