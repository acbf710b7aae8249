"""The table of all metrics: what any process of ours shows at `/metrics`, and nothing else.

A new metric is one line here (in the tuple of its subject) and a call where it happens. Tests hold it against live
processes; `deploy/metrics.md` is made of it.
"""

from collections.abc import Mapping
from typing import Final, Literal

from dispatcher.ops.archive_series import ARCHIVE, CHECKER
from dispatcher.ops.gateway_series import GATEWAY
from dispatcher.ops.series import Configured, Series, gauge, histogram
from dispatcher.ops.worker_series import WORKER

Process = Literal["worker", "gateway", "archive", "checker"]

COMMON: Final[tuple[Series, ...]] = (
    gauge("build_info", "1", "What runs", version=Configured("a release"), python=Configured("a release of Python")),
    histogram(
        "loop_lag",
        "How much later than asked for the event loop woke a sleeper, twice a second",
        (0.005, 0.02, 0.1, 0.25, 0.5, 1.0, 5.0),
    ),
)
"""Of every process that stays."""

TABLE: Final[Mapping[Process, tuple[Series, ...]]] = {
    "worker": (*WORKER, *COMMON),
    "gateway": (*GATEWAY, *COMMON),
    "archive": (*ARCHIVE, *COMMON),
    "checker": CHECKER,
}
