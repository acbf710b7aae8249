"""Cases of the objectives: each budget at its three paces, a little too fast and a little slower than that."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from tests.prometheus.cases import Case, ongoing

EACH_MINUTE = 10.0
TOO_FAST, JUST_NOT = 1.3, 0.8
"""Times the pace at which the alert begins."""


@dataclass(frozen=True)
class Pace:
    """How many times the budget's own pace, and minutes: wrong for so long, looked at, looked at when long mended."""

    suffix: str
    times: float
    wrong_for: int
    fires: int
    resolved: int
    severity: str
    step: int


PACES = (
    Pace("BurnsFast", 14.4, 120, 100, 160, "page", 1),
    Pace("Burns", 6.0, 720, 600, 790, "page", 5),
    Pace("BurnsSlowly", 1.0, 4800, 4700, 5300, "ticket", 20),
)

CALLBACKS = 'route="twilio_status"'
OBJECTIVES: Mapping[str, tuple[float, str, str]] = {
    "Timeliness": (
        0.005,
        "dispatcher_due_to_send_delay_seconds_count",
        'dispatcher_due_to_send_delay_seconds_bucket{le="60.0"}',
    ),
    "PaymentStop": (
        0.001,
        "dispatcher_payment_to_stop_seconds_count",
        'dispatcher_payment_to_stop_seconds_bucket{le="1.0"}',
    ),
    "Callbacks": (
        0.001,
        f"dispatcher_gateway_request_seconds_count{{{CALLBACKS}}}",
        f'dispatcher_gateway_request_seconds_bucket{{{CALLBACKS},le="1.0"}}',
    ),
}
FAULTS = f'dispatcher_gateway_requests_total{{{CALLBACKS},status="5xx"}}'


def _cases() -> Iterator[tuple[str, Case]]:
    for name, (budget, total, good) in OBJECTIVES.items():
        for pace in PACES:

            def series(part: float, total: str = total, good: str = good, name: str = name) -> dict[str, float]:
                rates = {total: EACH_MINUTE, good: EACH_MINUTE * (1 - part)}
                return rates | ({FAULTS: 0.0} if name == "Callbacks" else {})

            wrong, near = series(TOO_FAST * pace.times * budget), series(JUST_NOT * pace.times * budget)
            case = ongoing(
                wrong, near, fires=pace.fires, wrong_for=pace.wrong_for, resolved=pace.resolved, step=pace.step
            )
            yield name + pace.suffix, replace(case, severity=pace.severity)


OBJECTIVE_CASES: Mapping[str, Case] = dict(_cases())
