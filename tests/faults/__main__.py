"""`make faults`: the fault matrix on real Kafka, real worker processes and providers that lose no record of what they took.

python -m tests.faults [--rows F1,F3] [--seed N] [--contacts N] [--many N]
exit 1: a violation; build/faults/report.json has them all
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from tests.broker.installation import ROOT
from tests.faults.rows import ROWS, SIZES
from tests.faults.scene import MANY, Told, run

CONTACTS = 1_500
RESULT = ROOT / "build" / "faults" / "report.json"


async def matrix(names: list[str], seed: int, contacts: int | None, many: int) -> list[Told]:
    """The rows, one after the other on one broker."""
    told: list[Told] = []
    with tempfile.TemporaryDirectory(prefix="faults") as folder:
        async with EmbeddedKafka(log_path=Path(folder) / "kafka.log") as kafka:
            for name in names:
                row = await run(
                    (name, ROWS[name]),
                    kafka.bootstrap_servers,
                    Path(folder) / name,
                    seed=seed,
                    contacts=contacts or SIZES.get(name, CONTACTS),
                    many=many,
                    kafka=kafka,
                )
                told.append(row)
                print(_line(row), flush=True)
                for says in row.says:
                    print(f"      {says}", flush=True)
    return told


def _line(row: Told) -> str:
    broken = {name: count for name, count in row.violations.items() if count}
    said = "ok" if row.clean else "FAIL"
    return (
        f"{row.id:4} {said:4} {row.contacts:6} contacts  {row.lost} lost  {row.twice} twice, flagged  "
        f"{row.in_doubt} in doubt  violations {broken or 0}  {row.seconds:.0f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--contacts", type=int, help=f"of each row; {CONTACTS} where a row has no size of its own")
    parser.add_argument("--many", type=int, default=MANY, help="events ahead in F27, customers due at once in F31")
    chosen = parser.parse_args()
    names = chosen.rows.split(",")
    if unknown := [name for name in names if name not in ROWS]:
        parser.error(f"no row {', '.join(unknown)}: there are {', '.join(ROWS)}")
    print(f"seed {chosen.seed}", flush=True)
    told = asyncio.run(matrix(names, chosen.seed, chosen.contacts, chosen.many))
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "id": each.id,
            "contacts": each.contacts,
            "lost": each.lost,
            "twice": each.twice,
            "in_doubt": each.in_doubt,
            "violations": each.violations,
            "complaints": each.complaints,
            "seconds": each.seconds,
        }
        for each in told
    ]
    RESULT.write_text(json.dumps({"seed": chosen.seed, "rows": rows}, indent=2) + "\n", "utf-8")
    print(f"{sum(each.contacts for each in told)} contacts; written to {RESULT.relative_to(ROOT)}")
    sys.exit(any(not each.clean for each in told))


if __name__ == "__main__":
    main()
