"""A worker whose clock is an hour ahead of the broker's decides nothing, says so, and contacts nobody."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.broker.installation import due, installation, new_prefix, profile
from tests.broker.operations import eventually, logged, metric
from tests.broker.providers import number, providers, starting_at

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.slow,
    pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed"),
]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
AHEAD_S = 3_600


async def test_nobody_is_contacted_and_operators_are_told(broker: str, tmp_path: Path):
    async with (
        providers() as reachable,
        installation(broker, new_prefix(), tmp_path, partitions=1, settings=reachable.settings) as installed,
    ):
        installed.nursery = None  # its clock is set before the program starts
        fake = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME": f"+{AHEAD_S}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        worker = installed.worker("ahead", **starting_at(OPENED), **fake, DONT_FAKE_MONOTONIC="1")
        known = profile("waits", at=OPENED, phones=[{"number": number(880), "kind": "mobile"}], emails=[])
        await installed.publish([known, due("waits", "I-1", at=OPENED)])

        async def is_told() -> bool:
            skew = await metric(worker, "dispatcher_clock_skew_seconds")
            return skew is not None and abs(skew - AHEAD_S) < 5

        await eventually(is_told, "the metric shows the difference", worker=worker)
        assert logged(worker, "clock_disagrees")
        assert await metric(worker, "dispatcher_gate_open") == 0
        assert (await installed.journal(), reachable.reached()) == ([], [])
