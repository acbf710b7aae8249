"""Pipeline and latency of one worker that has 8, 32 or 64 partitions, each beside bare aiokafka with as many."""

import json
from dataclasses import replace
from pathlib import Path

from tests.bench.latency import waits_of
from tests.bench.runs import SETTINGS, Figures, contender, through
from tests.broker.installation import Installation

SIZES = (8, 32, 64)
CUSTOMERS = 40_000
LATENCY_CUSTOMERS = 20_000


async def partitions(broker: str, folder: Path, figures: Figures) -> None:
    """One after the other."""
    few = replace(figures, customers=min(figures.customers, CUSTOMERS), rounds=1)
    told: dict[str, object] = {}
    for size in SIZES:
        installed = Installation(broker, f"of{size}.", folder, size, SETTINGS)
        rate, details = await through(installed, few)
        bare = (await contender("bare", broker, installed.config.inbox, folder, size)).rate
        sending = Installation(broker, f"wait{size}.", folder, size, SETTINGS | {"DISPATCHER_SENDING": "on"})
        waits, more = await waits_of(sending, min(figures.customers, LATENCY_CUSTOMERS))
        figures.partitions |= {
            f"pipeline_to_bare_{size}": rate / bare,
            f"latency_p50_ms_{size}": waits["p50"],
            f"latency_p99_ms_{size}": waits["p99"],
        }
        told[str(size)] = {"pipeline": round(rate), "bare": round(bare), **details, "latency": waits, **more}
        print(json.dumps({size: told[str(size)]}, default=str), flush=True)
    figures.details["partitions"] = told
