"""The quick rows of the fault matrix: whatever happens to workers and providers, nobody is lost, and nobody hears twice."""

import random
from pathlib import Path

import pytest

from tests.faults.rows import LONGER, QUICK, ROWS
from tests.faults.verdict import run

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTACTS = 250
PATIENCE_S = 180.0
"""Here nobody measures the time of healing: other tests run beside these."""


@pytest.mark.parametrize("row", [*QUICK, *(pytest.param(row, marks=pytest.mark.slow) for row in LONGER)])
async def test_nothing_is_lost_and_no_invariant_broken(row: str, broker: str, tmp_path: Path):
    seed = random.SystemRandom().randrange(1 << 32)
    told = await run((row, ROWS[row]), broker, tmp_path, seed=seed, contacts=CONTACTS, settles_within_s=PATIENCE_S)
    assert told.clean, f"seed {seed}: {told}"
