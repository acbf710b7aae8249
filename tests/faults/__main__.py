"""`make faults`: the fault matrix on real Kafka, real worker processes and providers that lose no record of what they took.

python -m tests.faults [--rows F1,F3] [--seed N] [--contacts N] [--many N]
exit 1: a violation; build/faults/report.json has them all

Some rows need Go, once, to build toxiproxy, or root, to mount a small disk: where these are missing they are skipped, aloud.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from tests.broker.installation import ROOT
from tests.faults.rows import CONTACTS, OWN_BROKERS, ROWS, USUAL
from tests.faults.scene import MANY, Broker, Skipped
from tests.faults.verdict import Told, run

RESULT = ROOT / "build" / "faults" / "report.json"


@dataclass(frozen=True)
class Size:
    """Of a row: the customers of its portfolio, and what it calls many; the seed decides the rest."""

    seed: int
    contacts: int
    many: int


async def matrix(names: list[str], seed: int, contacts: int | None, many: int) -> list[Told | str]:
    """The rows, one after the other, on one broker where they need none of their own; the name of one that was skipped."""
    told: list[Told | str] = []
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        async with EmbeddedKafka(log_path=Path(folder) / "kafka.log") as shared:
            for name in names:
                size = Size(seed, contacts or CONTACTS.get(name, USUAL), many)
                try:
                    row = await _row(name, Path(folder) / name, size, shared)
                except Skipped as skipped:
                    told.append(name)
                    print(f"{name:4} SKIPPED: {skipped}", flush=True)
                    continue
                told.append(row)
                print(_line(row), flush=True)
                for says in row.says:
                    print(f"      {says}", flush=True)
    return told


async def _row(name: str, folder: Path, size: Size, shared: EmbeddedKafka) -> Told:
    folder.mkdir(parents=True)
    own = OWN_BROKERS.get(name)
    if own is None:
        return await _on(shared, name, folder, size)
    async with own(folder) as broker:
        return await _on(broker, name, folder, size)


async def _on(broker: Broker, name: str, folder: Path, size: Size) -> Told:
    began = time.monotonic()
    try:
        return await run(
            (name, ROWS[name]),
            broker.bootstrap_servers,
            folder,
            seed=size.seed,
            contacts=size.contacts,
            broker=broker,
            many=size.many,
        )
    except Skipped:
        raise
    except Exception as fault:  # noqa: BLE001 - whatever it was: told like any other failure, and the other rows go on
        says = "".join(traceback.format_exception(fault))
        return Told(name, round(time.monotonic() - began, 1), 0, 0, 0, 0, {}, [says], failed=True)


def _line(row: Told) -> str:
    broken = {name: count for name, count in row.violations.items() if count}
    said = "ok" if row.clean else "FAIL"
    return (
        f"{row.id:4} {said:4} {row.contacts:6} contacts  {row.lost} lost  {row.disturbed} disturbed  "
        f"{row.complaints} complaints  {row.twice} twice, flagged  {row.in_doubt} in doubt  violations {broken or 0}  "
        f"healed in {row.healed_s:.0f} s  {row.seconds:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--contacts", type=int, help="customers of each row; by default what each row can take")
    parser.add_argument("--many", type=int, default=MANY, help="events ahead in F27, customers due at once in F31")
    chosen = parser.parse_args()
    names = chosen.rows.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no row {', '.join(unknown)}: there are {', '.join(ROWS)}")
    print(f"seed {chosen.seed}", flush=True)
    began = time.monotonic()
    told = asyncio.run(matrix(names, chosen.seed, chosen.contacts, chosen.many))
    ran = [each for each in told if isinstance(each, Told)]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    written = {
        "seed": chosen.seed,
        "rows": [each.report() for each in ran],
        "skipped": [each for each in told if isinstance(each, str)],
    }
    RESULT.write_text(json.dumps(written, indent=2) + "\n", "utf-8")
    contacts, seconds = sum(each.contacts for each in ran), time.monotonic() - began
    print(f"{contacts} contacts in {seconds:.0f} s; written to {RESULT.relative_to(ROOT)}")
    sys.exit(any(not each.clean for each in ran))


if __name__ == "__main__":
    main()
