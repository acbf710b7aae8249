"""The environment of a demonstration's processes: what the shell says of Kafka, nothing of what it says of sending."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from dispatcher.local.demo_acts import Act, Day
from dispatcher.local.portfolio import POLICY

_OURS: Final = "DISPATCHER_"
_KEPT: Final = (
    "DISPATCHER_BOOTSTRAP_SERVERS",
    "DISPATCHER_REPLICATION",
    "DISPATCHER_KAFKA_",
    "DISPATCHER_LOG_LEVEL",
    "DISPATCHER_MASTER_KEY",
)


def without_sending(shell: Mapping[str, str]) -> dict[str, str]:
    """The shell's environment without our variables, but for those that say where and how Kafka is reached.

    A Twilio account, a mail server or a sending mode that somebody exported never reaches a demonstration.
    """
    kept = {name: value for name, value in shell.items() if not name.startswith(_OURS) or name.startswith(_KEPT)}
    return kept | {"TZ": "UTC"}


def of_worker(base: Mapping[str, str], providers: Mapping[str, str], act: Act, day: Day) -> dict[str, str]:
    """The environment of an act's worker; `base` is `without_sending`, `providers` leads to the stand-ins."""
    return {
        **base,
        **providers,
        "DISPATCHER_PARTITIONS": str(act.partitions),
        "DISPATCHER_POLICY": str(POLICY),
        "DISPATCHER_METRICS_HOST": "127.0.0.1",
        "DISPATCHER_SENDING": act.sending,
        "DISPATCHER_ALLOWLIST": ",".join(act.allowlist),
        "DISPATCHER_CLOCK": day.clock,
        "DISPATCHER_CLOCK_RATE": str(day.rate),
    }


def of_office(base: Mapping[str, str], act: Act, clock: datetime, data: Path) -> dict[str, str]:
    """The environment of an act's archive and gateway, which serve this machine alone; `clock` is where theirs begins."""
    return {
        **base,
        "DISPATCHER_PARTITIONS": str(act.partitions),
        "DISPATCHER_METRICS_HOST": "127.0.0.1",
        "DISPATCHER_GATEWAY_HOST": "127.0.0.1",
        "DISPATCHER_CLOCK": clock.isoformat(),
        "DISPATCHER_DATA_DIR": str(data),
    }
