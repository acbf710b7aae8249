"""`make mutants`: which small mistakes in the rules of time and frequency no test notices.

    python -m tests.mutation [MODULE ...] [--most N] [--seed N] [--minutes M]

What survives is argued in deploy/mutants.md by what it says (`before -> after`); exit code 1 where something else does.
"""

import argparse
import time
from pathlib import Path

import pytest

from tests.mutation.runner import Runner

ROOT = Path(__file__).parents[2]
ARGUED = ROOT / "deploy" / "mutants.md"
TESTS: dict[str, tuple[str, ...]] = {
    "caps": ("caps", "cap_dimensions", "limit_laws", "reserve"),
    "windows": ("windows", "limit_laws", "stage_timing", "every_zone"),
    "timing": (
        "windows",
        "caps",
        "cap_dimensions",
        "stage_timing",
        "corners",
        "channels",
        "reasons",
        "reserve",
        "presets",
    ),
    "stages": ("stages", "stage_timing", "stage_laws", "stage_conditions", "promises", "grouping", "reasons"),
    "plan": (
        "stages",
        "grouping",
        "holds",
        "promises",
        "hand_overs",
        "reasons",
        "corners",
        "acknowledgements",
        "reserve",
    ),
    "reserve": ("reserve", "corners", "stage_conditions"),
    "grouping": ("grouping", "corners", "reasons"),
    "dialling": ("dialling", "call_back", "machine"),
    "open_tasks": ("dialling", "attempts", "hand_overs", "ladder"),
    "ledger": ("caps", "cap_dimensions", "attempts", "channels", "size", "doubts", "corners", "hand_overs"),
}
"""The tests of each module, those that say most about it first."""


def _row(mutant: str) -> str:
    """How a mutant is named in the page: without its line, which changes with the text around it."""
    place, _, says = mutant.partition(" ")
    return f"`{place.rpartition(':')[0]}`: `{says}`"


def main() -> int:
    """Runs the mutants of each module and says which survived that nobody has argued for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(TESTS))
    parser.add_argument("--most", type=int, default=0, help="so many mutants of each module; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="leave out so many: to go on where time was short")
    parser.add_argument("--minutes", type=float, default=60, help="stop beginning mutants after so long")
    given = parser.parse_args()
    until = time.monotonic() + given.minutes * 60
    argued = ARGUED.read_text("utf-8")
    unexpected = 0
    for module in given.modules or TESTS:
        runner = Runner(f"dispatcher.core.{module}", given.most, given.seed, until, given.first)
        files = [str(ROOT / "tests" / "core" / f"test_{name}.py") for name in TESTS[module]]
        files = [each for each in files if Path(each).exists()]
        pytest.main(["-q", "-p", "no:cacheprovider", "--no-header", "--hypothesis-seed=1", *files], [runner])
        fresh = [each for each in runner.survivors if _row(each) not in argued]
        unexpected += len(fresh)
        ran = runner.killed + len(runner.survivors)
        left = f", {runner.left} not begun" if runner.left else ""
        print(f"{module}: {ran} mutants, {runner.killed} killed, {len(runner.survivors)} survived{left}")
        for each in fresh:
            print(f"  not argued: {each}")
    return int(unexpected > 0)


raise SystemExit(main())
