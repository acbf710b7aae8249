"""Contacts a second through claim, send and recorded outcome, beside a bare loop around the same official client.

Both send to the same stand-in, a process of its own that costs a fraction of either, with as many calls at a time. The
contacts wait in the state, so that nothing but sending is measured: from the first claim in the journal to the last outcome.

Where the stand-in answers at once, one processor is the limit of both, and ours has more to do: by a profile, the client
takes three tenths of a worker's time, claims and outcomes another three, Kafka's requests one to two, rendering one. A mail
needs five round trips of that busy loop on each of eight connections. Where it answers after 50 ms, the number of calls at a
time is the limit.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dispatcher.core.policy import Policy, parse
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.local.process import LocalProcess
from schemas import journal
from tests.bench.runs import PARTITIONS, Figures
from tests.broker.crowd import DUE, Reached, all_at_once, mail_of, plant
from tests.broker.installation import POLICY, Installation
from tests.broker.providers import sending_to

CONTACTS = 15_000
SLOW_CONTACTS = 5_000
LIMIT_S = 180.0


@dataclass(frozen=True)
class Way:
    """How contacts are made: the stand-in, the channel, and how many calls a worker makes at a time."""

    stand_in: str
    reached: Reached
    at_once: int


TEXTS = Way("twilio", "sms", 32)
MAILS = Way("smtp", "email", 8)
ANSWERS_MS = (0, 50)
"""At once, which shows what each costs, and after the time that a provider takes."""


async def texts(broker: str, folder: Path, figures: Figures) -> None:
    """Texts through Twilio's client."""
    for answer_ms in ANSWERS_MS:
        await _side_by_side(TEXTS, answer_ms, broker, folder, figures)


async def mails(broker: str, folder: Path, figures: Figures) -> None:
    """Mails through aiosmtplib."""
    for answer_ms in ANSWERS_MS:
        await _side_by_side(MAILS, answer_ms, broker, folder, figures)


async def _side_by_side(way: Way, answer_ms: int, broker: str, folder: Path, figures: Figures) -> None:
    """Bare, ours, bare again, because a machine is not always equally fast."""
    count = CONTACTS if answer_ms == 0 else SLOW_CONTACTS
    with _stand_in(way, answer_ms, folder) as port:
        first = await _bare(way, port, folder, count)
        ours = await _contacts(way, port, broker, folder, answer_ms=answer_ms, count=count)
        second = await _bare(way, port, folder, count)
    name = f"{way.reached}_to_bare_{answer_ms}_ms"
    figures.sending[name] = 2 * ours / (first + second)
    told = {"contacts": count, "at_once": way.at_once, "ours": round(ours), "bare": [round(first), round(second)]}
    figures.details[name] = told
    print(name, round(figures.sending[name], 3), told, flush=True)


@contextmanager
def _stand_in(way: Way, answer_ms: int, folder: Path) -> Iterator[int]:
    """The port on which it serves."""
    command = [sys.executable, "-m", "tests.bench.stand_ins", way.stand_in, str(answer_ms)]
    with (folder / "stand-in.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()
            process.communicate()


async def _bare(way: Way, port: int, folder: Path, count: int) -> float:
    mail = folder / "mail.eml"
    mail.write_bytes(mail_of(_policy()))
    command = ["-m", "tests.bench.bare_sending", way.stand_in, str(port), str(count), str(way.at_once), str(mail)]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return float(out)


async def _contacts(way: Way, port: int, broker: str, folder: Path, *, answer_ms: int, count: int) -> float:
    """Contacts a second of a worker that finds them all due."""
    (folder / "policy.toml").write_text(all_at_once(POLICY.read_text("utf-8")), "utf-8")
    settings = sending_to(f"http://127.0.0.1:{port}", f"smtp://127.0.0.1:{port}") | {
        "DISPATCHER_POLICY": str(folder / "policy.toml"),
        "DISPATCHER_SESSION_TIMEOUT": "10",
        "DISPATCHER_CLOCK": DUE.isoformat(),
    }
    installed = Installation(broker, f"sending-{way.reached}-{answer_ms}.", folder, PARTITIONS, settings)
    await installed.create()
    await plant(installed, _policy(), count, way.reached)
    worker = installed.worker(f"sending-{way.reached}-{answer_ms}")
    times = await _journalled(installed, worker, count)
    await worker.end()
    return count / (times["accepted"] - times["claimed"])


async def _journalled(installed: Installation, worker: LocalProcess, count: int) -> dict[str, float]:
    """When the first contact was claimed and the last one accepted, in seconds."""
    times: dict[str, float] = {}
    accepted = 0
    try:
        async with asyncio.timeout(LIMIT_S), Kafka(Connection(installed.broker)) as kafka:
            async for each in kafka.read(installed.config.topic("reminders.journal"), follow=True):
                result = journal.decode_journal(each.value or b"").result
                if result == "claimed":
                    times.setdefault(result, each.timestamp / 1000)
                elif result == "accepted":
                    times[result] = max(times.get(result, 0.0), each.timestamp / 1000)
                    accepted += 1
                    if accepted == count:
                        return times
    except TimeoutError:
        raise TimeoutError(f"{accepted} of {count} contacts in {LIMIT_S} s: {worker.output()[-2000:]}") from None
    raise RuntimeError("the journal ended")


def _policy() -> Policy:
    policy = parse(all_at_once(POLICY.read_text("utf-8")))
    if not isinstance(policy, Policy):
        raise TypeError(str(policy))
    return policy
