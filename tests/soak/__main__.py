"""`make soak`: a steady load for as long as you like, a fault every minute, and nothing lost, twice, late, or growing.

python -m tests.soak [--minutes N] [--rate EVENTS_A_SECOND] [--seed N]
exit 1: a breach; build/soak/report.json has them all, and the memory of every process
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.broker.installation import ROOT
from tests.soak.run import WARM_UP_S, soak
from tests.soak.told import Told

RESULT = ROOT / "build" / "soak" / "report.json"
MINUTES, RATE = 30, 2_000
LEAST_MINUTES = 4
"""In half of fewer no process lives long enough to tell whether it grows."""


def main() -> None:
    """Run it, write the report, say what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=MINUTES, help="after the warm-up; the second half is judged")
    parser.add_argument("--rate", type=int, default=RATE, help="events a second")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    chosen = parser.parse_args()
    if chosen.minutes < LEAST_MINUTES or chosen.rate < 1:
        parser.error(f"expected at least {LEAST_MINUTES} minutes and one event a second")
    print(f"seed {chosen.seed}; {WARM_UP_S:.0f} s of warm-up, {chosen.minutes} minutes, {chosen.rate} events a second")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak") as folder:
        try:
            told = asyncio.run(soak(Path(folder), chosen.seed, chosen.minutes, chosen.rate))
        except Exception as fault:  # noqa: BLE001 - whatever ended it is the breach
            told = Told(breaches=["".join(traceback.format_exception(fault))])
    asked = {"seed": chosen.seed, "minutes": chosen.minutes, "rate": chosen.rate}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    whole = asked | {"seconds": round(time.monotonic() - began)} | told.report()
    RESULT.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    _say(told)
    sys.exit(bool(told.breaches))


def _say(told: Told) -> None:
    for each in told.growth:
        print(f"{each.role:10} {each.share:+6.1%} of {each.level >> 20} MiB within {each.seconds:.0f} s")
    print(json.dumps(told.figures))
    for each in told.breaches:
        print(f"BREACH: {each}")
    print(f"{len(told.breaches)} breaches; written to {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
