"""A new master key takes over from the old one while the installation goes on, and then the old one is not needed."""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from schemas.master_keys import MasterKeys
from tests.broker.installation import Installation, due, facts_of, ids_of, installation, new_prefix, profile
from tests.broker.operations import ended, ready

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]

OPENED = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
OLD, NEW = b"o" * 32, b"n" * 32
CUSTOMERS = [f"rotated-{n}" for n in range(12)]


@dataclass(frozen=True)
class Rotated:
    """What `keys` said before and with both; how it ended with the new one alone; how many were known then."""

    before: dict[str, dict[str, object]]
    both: dict[str, dict[str, object]]
    alone: int
    known: int


def files(folder: Path) -> dict[str, str]:
    """Files with the old key, with the new before the old, and with the new alone."""
    found: dict[str, str] = {}
    for name, keys in {"old": (OLD,), "both": (NEW, OLD), "new": (NEW,)}.items():
        file = folder / f"{name}.key"
        file.write_text("".join(f"{b64encode(key).decode()}\n" for key in keys), "utf-8")
        found[name] = str(file)
    return found


async def keys(installed: Installation, file: str) -> tuple[int, dict[str, dict[str, object]]]:
    program = ("dispatcher", "keys", "--json")
    process = installed.worker(f"keys-{Path(file).stem}", program=program, DISPATCHER_MASTER_KEY_FILE=file)
    code = await ended(process)
    told = [json.loads(line) for line in process.output().splitlines() if line.startswith("{")]
    return code, {each["master_key"]: each for each in told}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rotated(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Rotated:
    folder = tmp_path_factory.mktemp("rotated")
    file = files(folder)
    async with installation(broker, new_prefix(), folder, partitions=2) as installed:
        worker = installed.worker("first", DISPATCHER_MASTER_KEY_FILE=file["old"])
        events = [
            each for name in CUSTOMERS for each in (profile(name, at=OPENED), due(name, "I-1", at=OPENED, in_days=40))
        ]
        await ready(worker)
        await installed.publish(events)
        await installed.until(facts_of(ids_of(events)))
        _, before = await keys(installed, file["old"])
        await worker.end()
        between = installed.worker("between", DISPATCHER_MASTER_KEY_FILE=file["both"])
        await ready(between)
        later = [due(name, "I-2", at=OPENED, in_days=50) for name in CUSTOMERS]
        await installed.publish(later)
        await installed.until(facts_of(ids_of(later)))
        _, both = await keys(installed, file["both"])
        await between.end()
        last = installed.worker("last", DISPATCHER_MASTER_KEY_FILE=file["new"])
        await ready(last)
        code, _ = await keys(installed, file["new"])
        await last.end()
        installed.settings["DISPATCHER_MASTER_KEY_FILE"] = file["new"]
        known = await installed.customers()
        return Rotated(before, both, code, sum(len(each.invoices) == 2 for each in known.values()))


def named(key: bytes) -> str:
    return MasterKeys([key]).fingerprints[0]


async def test_at_first_the_old_one_wraps_every_customers_key(rotated: Rotated):
    assert rotated.before[named(OLD)]["customers"] == len(CUSTOMERS)


async def test_after_a_restart_with_both_it_wraps_none(rotated: Rotated):
    counts = [(rotated.both[name]["customers"], rotated.both[name]["file"]) for name in (named(NEW), named(OLD))]

    assert counts == [(len(CUSTOMERS), "wraps"), (0, "unwraps only")]


async def test_the_keys_of_writers_are_wrapped_anew_too(rotated: Rotated):
    assert rotated.both[named(OLD)]["writers"] == 0


async def test_then_the_new_one_is_enough(rotated: Rotated):
    assert (rotated.alone, rotated.known) == (0, len(CUSTOMERS))
