"""A row from its first worker to the verdict: what the independent checker finds, who was lost, who must not have heard."""

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.journal import JournalRecord
from tests.faults.scene import HEALED_WITHIN_S, MANY, PARTITIONS, Broker, Row, Scene, scene

_SETTLED_S = 0


@dataclass(frozen=True)
class Told:
    """A row's result: contacts that providers took, who was lost, what verify found.

    `twice` were sent again after a doubt that nobody could resolve (a mail, with the same Message-ID): counted, and flagged
    in the journal; any other second message is a violation of I3. `disturbed`: messages to people who had paid, or objected,
    before they owed. `complaints` are the row's own. `healed_s`: until all were reached and no input waited, from the
    end of what the row did.
    """

    id: str
    seconds: float
    contacts: int
    twice: int
    lost: int
    in_doubt: int
    violations: dict[str, int]
    says: list[str]
    complaints: int = 0
    disturbed: int = 0
    healed_s: float = 0.0
    failed: bool = False

    @property
    def clean(self) -> bool:
        """Nothing lost, nobody reached who had paid or objected, no invariant broken, and the row went as it should."""
        return not (self.failed or self.lost or self.complaints or self.disturbed or any(self.violations.values()))

    def report(self) -> dict[str, object]:
        """As `build/faults/report.json` has it."""
        return {
            "id": self.id,
            "contacts": self.contacts,
            "lost": self.lost,
            "disturbed": self.disturbed,
            "complaints": self.complaints,
            "twice": self.twice,
            "in_doubt": self.in_doubt,
            "violations": self.violations,
            "healed_s": self.healed_s,
            "seconds": self.seconds,
            "failed": self.failed,
        }


async def run(
    named: tuple[str, Row],
    servers: str,
    folder: Path,
    *,
    seed: int,
    contacts: int,
    broker: Broker | None = None,
    many: int = MANY,
    settles_within_s: float = HEALED_WITHIN_S,
) -> Told:
    """One row from the first worker to the verdict."""
    name, row = named
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    async with scene(servers, folder, seed, contacts, broker, many=many, settles_within_s=settles_within_s) as set_up:
        await row(set_up)
        lost = await set_up.settled()
        await set_up.installed.end()
        rows, violations = judged(await verified(set_up, folder), set_up)
        complaints = [each for complain in set_up.complaints for each in await complain()]
        journal = await set_up.installed.journal()
        reached = Counter(
            [each.to for each in set_up.twilio.messages] + [each.recipient for each in set_up.smtp.messages]
        )
        says = [
            f"{each['invariant']} {each['coordinates']}: {each['says']}; {_told_of(each['customer_id'], journal)}"
            for each in rows[:10]
        ]
        says = complaints + says + set_up.notes
        says += [f"not taken within the time of healing: {topic}" for topic in set_up.waiting]
        says += [f"lost: {customer}; {_told_of(customer, journal)}" for customer in lost]
        return Told(
            name,
            round(time.monotonic() - began, 1),
            sum(reached.values()),
            sum(times > 1 for times in reached.values()),
            len(lost),
            len({each.attempt_id for each in journal if each.result == "in_doubt"}),
            violations,
            says[:10],
            len(complaints),
            sum(times for point, times in reached.items() if point in set_up.spared),
            round(set_up.healed_s, 1),
            failed=bool(set_up.waiting),
        )


def _told_of(customer: str, journal: Sequence[JournalRecord]) -> str:
    """A customer's story in a line, so that a failure can be understood without its topics."""
    return " | ".join(
        f"{each.at:%H:%M:%S.%f} {each.result} {each.reasons[0].code} {(each.attempt_id or '').rpartition('.')[2]}"
        for each in journal
        if each.customer_id == customer
    )


def judged(verdict: Mapping[str, Any], set_up: Scene) -> tuple[list[dict[str, str]], dict[str, int]]:
    """The checker's rows and its counts by invariant, without what the row excuses."""
    unjudged, excused = set_up.unjudged or "\0", set_up.excused or "\0"
    rows = [
        each
        for each in verdict["rows"]
        if not each["customer_id"].startswith(unjudged) and not each["says"].endswith(excused)
    ]
    counts = Counter(each["invariant"] for each in rows)
    return rows, {invariant: counts[invariant] for invariant in verdict["violations"]}


async def verified(set_up: Scene, folder: Path) -> dict[str, Any]:
    """What the independent checker says of topics and providers' journals."""
    named = {
        "DISPATCHER_BOOTSTRAP_SERVERS": set_up.installed.broker,
        "DISPATCHER_TOPIC_PREFIX": set_up.installed.prefix,
        "DISPATCHER_PARTITIONS": str(PARTITIONS),
        "DISPATCHER_POLICY": str(set_up.policy),
    }
    clean = {key: value for key, value in os.environ.items() if not key.startswith("DISPATCHER_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "dispatcher",
        "verify",
        "--json",
        "--settle",
        str(_SETTLED_S),
        *_journals(folder),
        env=clean | named,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode not in {0, 1, 2}:
        raise RuntimeError(f"verify ended with {process.returncode}: {err.decode()[-2000:]}")
    found: dict[str, Any] = json.loads(out)
    return found


def _journals(folder: Path) -> Sequence[str]:
    return [
        "--provider-journal",
        f"sms={folder / 'sms.jsonl'}",
        "--provider-journal",
        f"email={folder / 'email.jsonl'}",
    ]
