"""From a payment's append to silence: with a million contacts pending, and while all of them fall due at once."""

import random
from pathlib import Path

from dispatcher.local.process import LocalProcess
from schemas.values import Millis, from_millis
from tests.bench.runs import PARTITIONS, Figures
from tests.broker.crowd import all_at_once
from tests.broker.herd import PacedSink, herd, quantile
from tests.broker.installation import POLICY, Installation
from tests.broker.providers import sending_to

CROWD = 1_000_000
PENDING_S, DUE_S = 30.0, 60.0
NOWHERE = "http://127.0.0.1:9"


async def silence(broker: str, folder: Path, figures: Figures) -> None:
    """One worker, all partitions, a mail server that takes a hundred a second."""
    text = all_at_once(POLICY.read_text("utf-8"))
    (folder / "silence.toml").write_text(text, "utf-8")
    async with PacedSink(journal=folder / "silence.jsonl") as sink:
        settings = sending_to(NOWHERE, sink.url) | {
            "DISPATCHER_POLICY": str(folder / "silence.toml"),
            "DISPATCHER_SESSION_TIMEOUT": "10",
        }
        installed = Installation(broker, "silence.", folder, PARTITIONS, settings)
        await installed.create()

        def start(clock: Millis) -> LocalProcess:
            worker = installed.worker("silence", DISPATCHER_CLOCK=from_millis(clock).isoformat())
            if not isinstance(worker, LocalProcess):
                raise TypeError("a worker of a measurement is a process of its own")
            return worker

        rnd = random.Random(1)
        found = await herd(installed, start, sink, text, count=CROWD, rnd=rnd, pending_s=PENDING_S, due_s=DUE_S)
    figures.silence_s = {
        "pending_p50": round(quantile(found.pending, 0.5), 3),
        "pending_p99": round(quantile(found.pending, 0.99), 3),
        "falling_due_p50": round(quantile(found.falling_due, 0.5), 3),
        "falling_due_p99": round(quantile(found.falling_due, 0.99), 3),
        "last_mail_after": round(max(found.after_payment, default=0.0), 3),
    }
    figures.details["silence"] = {
        "crowd": CROWD,
        "payments": len(found.paid),
        "mails_a_second": round(found.rate, 1),
        "restored_s": round(found.restored_s, 1),
        "written_to_twice": found.twice,
    }
