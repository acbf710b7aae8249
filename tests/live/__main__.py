"""`make ops`: alerts and dashboards, proven on real Kafka, Prometheus and Alertmanager while faults are made.

python -m tests.live [--seed N] [--faults 1,6] [--picture]
exit 1: an alert did not come or go, or a panel has nothing to show; build/ops/report.json has it all
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from tests.broker.gateways import gateway
from tests.broker.installation import ROOT
from tests.broker.operations import eventually, gates_open, ready
from tests.faults.scene import PARTITIONS, scene
from tests.live.alarms import sounded
from tests.live.faults import FAULTS, Fault, House, archive, warm
from tests.live.pictures import ask_panels, draw
from tests.live.shortened import FACTOR
from tests.live.watching import now, watchers

BUILD = ROOT / "build" / "ops"
PICTURE = ROOT / "deploy" / "pictures" / "ops.svg"
_CONTACTS = 400
_MOST_SERIES = 2_000
"""Of a process."""
_MOST = 'max(max_over_time(scrape_samples_scraped{{job="{job}"}}[30m]))'
_JOBS = ("dispatcher-worker", "dispatcher-gateway", "dispatcher-archive", "dispatcher-checker")


async def proven(seed: int, faults: Sequence[Fault], *, picture: bool) -> bool:
    """The whole proof; whether all of it holds."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ops") as name:
        folder = Path(name)
        page = folder / "checker" / "verify.prom"
        page.parent.mkdir()
        async with (
            EmbeddedKafka(log_path=folder / "kafka.log") as kafka,
            scene(kafka.bootstrap_servers, folder, seed, _CONTACTS, kafka) as made,
            watchers(folder / "watchers", made.installed, page) as there,
        ):
            worker = made.worker()
            serving = await gateway(made.installed)
            await ready(worker)
            await gates_open(worker, PARTITIONS)
            house = House(made, kafka, serving, worker, archive(made), page)
            first = now()
            await warm(house)
            await eventually(lambda: _watchdog(there), "the watchdog fires", timeout_s=60)
            alarms, spells = await sounded(house, there, faults)
            last = now()
            asked = await ask_panels(there, first, last)
            series = {job: int(await there.count(_MOST.format(job=job))) for job in _JOBS}
            BUILD.mkdir(parents=True, exist_ok=True)
            await draw(there, BUILD / "ops.svg", spells, first, last)
            if house.archive.exit_code is not None:
                print(f"the archive ended with {house.archive.exit_code}: {house.archive.output()[-1500:]}")
            await house.gateway.client.aclose()
    shown = all(0 < count <= _MOST_SERIES for count in series.values())
    holds = all(each.proven for each in alarms) and shown and not asked.empty and not asked.infinite
    report = {
        "seed": seed,
        "seconds": round(time.monotonic() - began),
        "time_constants_divided_by": FACTOR,
        "alerts": [
            {"alert": each.alert, "fault": each.fault, "came_s": each.came_s, "went_s": each.went_s} for each in alarms
        ],
        "dashboards": {
            "panels": asked.panels,
            "queries": asked.queries,
            "empty": list(asked.empty),
            "not_finite": list(asked.infinite),
        },
        "series": series,
        "proven": holds,
    }
    (BUILD / "report.json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    if picture:
        PICTURE.parent.mkdir(exist_ok=True)
        shutil.copy(BUILD / "ops.svg", PICTURE)
    print(f"{sum(each.proven for each in alarms)} of {len(alarms)} alerts came and went;", end=" ")
    print(
        f"{asked.queries} queries of {asked.panels} panels, empty: {list(asked.empty)}, not finite: {list(asked.infinite)}"
    )
    print(f"series {series}; {report['seconds']} s; written to {BUILD.relative_to(ROOT)}/report.json")
    return holds


async def _watchdog(there) -> bool:
    return "Watchdog" in await there.firing()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--faults", default=",".join(str(n + 1) for n in range(len(FAULTS))), help="by number")
    parser.add_argument("--picture", action="store_true", help="renew the picture of the README")
    chosen = parser.parse_args()
    faults = [FAULTS[int(n) - 1] for n in chosen.faults.split(",")]
    missing = [name for name in ("prometheus", "prometheus-alertmanager") if shutil.which(name) is None]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)} (Debian: prometheus, prometheus-alertmanager)")
    sys.exit(not asyncio.run(proven(chosen.seed, faults, picture=chosen.picture)))


if __name__ == "__main__":
    main()
