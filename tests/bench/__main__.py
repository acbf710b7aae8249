"""`make bench`: throughput, restore and latency on one cluster, side by side, written to build/bench/throughput.json.

python -m tests.bench [--customers N] [--rounds N] [--only NAME,NAME]
"""

import argparse
import asyncio
import json
import platform
import tempfile
from pathlib import Path

from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.kafka_settings import BENCH
from tests.bench import medians, sealing
from tests.bench.archive import BARS as ARCHIVE_BARS
from tests.bench.archive import TIMELINE_MS, archive
from tests.bench.gateway import hooks
from tests.bench.latency import latency
from tests.bench.partitions import SIZES, partitions
from tests.bench.restoring import restore
from tests.bench.runs import Figures, bare, end_to_end, every_rule, pipeline, sealed, stock
from tests.bench.sending import ANSWERS_MS, mails, texts
from tests.bench.silence import silence
from tests.bench.why import MOST_MS as WHY_MS
from tests.bench.why import why
from tests.broker.installation import ROOT

RESULT = ROOT / "build" / "bench" / "throughput.json"
BARS = {
    "pipeline_to_bare": (0.3, "at least"),
    "pipeline_to_stock": (8.0, "at least"),
    "every_rule_to_bare": (0.2, "at least"),
    "sealed_to_pipeline": (0.8, "at least"),
    "every_rule_to_stock": (5.0, "at least"),
    "end_to_end_to_bare": (0.15, "at least"),
    "restore": (150_000, "at least"),
    "latency_p50_ms": (50, "below"),
    "latency_p99_ms": (250, "below"),
    "hook_p99_ms": (25, "below"),
    **{f"{reached}_to_bare_{n}_ms": (0.7, "at least") for reached in ("sms", "email") for n in ANSWERS_MS},
    "silence_pending_p99_s": (1.0, "below"),
    "silence_falling_due_p99_s": (1.0, "below"),
    **{f"pipeline_to_bare_{n}": (0.3, "at least") for n in SIZES},
    **{f"latency_p50_ms_{n}": (50, "below") for n in SIZES},
    **{f"latency_p99_ms_{n}": (250, "below") for n in SIZES},
    **{f"archive_{name}": (bar, "at least") for name, bar in ARCHIVE_BARS.items()},
    **{f"archive_{name}_timeline_ms": (TIMELINE_MS, "below") for name in ARCHIVE_BARS},
    **{f"why_{name}_{asked}_p99_ms": (WHY_MS, "below") for name in ARCHIVE_BARS for asked in ("usual", "largest")},
    **{name: (bar, "at least") for name, bar in sealing.BARS.items()},
    **{name: (bar, "at most") for name, bar in medians.BARS.items()},
}


async def run(customers: int, rounds: int, only: set[str]) -> Figures:
    """All measurements, one after the other, nothing else beside them."""
    figures = Figures(customers, rounds)
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        async with EmbeddedKafka(sizing=BENCH, log_path=Path(folder) / "kafka.log") as kafka:
            servers = kafka.bootstrap_servers
            for name, measure in (
                ("pipeline", pipeline),
                ("sealed", sealed),
                ("bare", bare),
                ("stock", stock),
                ("every_rule", every_rule),
                ("restore", restore),
                ("end_to_end", end_to_end),
                ("latency", latency),
                ("hooks", hooks),
                ("texts", texts),
                ("mails", mails),
                ("silence", silence),
                ("partitions", partitions),
                ("archive", archive),
                ("why", why),
            ):
                if not only or name in only:
                    print(f"{name} ...", flush=True)
                    await measure(servers, Path(folder), figures)
                    print(json.dumps(figures.of(name), default=str), flush=True)
    return figures


def judged(figures: Figures, decision: dict[str, float]) -> dict[str, object]:
    """Ratios beside their bars."""
    bare_rate = figures.bare or float("nan")
    values = {
        "pipeline_to_bare": figures.pipeline / bare_rate,
        "pipeline_to_stock": figures.pipeline / (figures.stock or float("nan")),
        "sealed_to_pipeline": figures.sealed / (figures.pipeline or float("nan")),
        "every_rule_to_bare": figures.every_rule / bare_rate,
        "every_rule_to_stock": figures.every_rule / (figures.stock or float("nan")),
        "end_to_end_to_bare": figures.end_to_end / bare_rate,
        "restore": figures.restore,
        "latency_p50_ms": figures.latency_ms.get("p50", float("nan")),
        "latency_p99_ms": figures.latency_ms.get("p99", float("nan")),
        "hook_p99_ms": figures.hooks_ms.get("p99", float("nan")),
        **figures.sending,
        "silence_pending_p99_s": figures.silence_s.get("pending_p99", float("nan")),
        "silence_falling_due_p99_s": figures.silence_s.get("falling_due_p99", float("nan")),
        **figures.partitions,
        **{f"archive_{name}": value for name, value in figures.archive.items()},
        **{f"why_{name}": value for name, value in figures.why.items()},
        **{name: decision[name] for name in (*medians.BARS, *sealing.BARS)},
    }
    told: dict[str, object] = {}
    for name, (bar, kind) in BARS.items():
        value = values.get(name, float("nan"))
        met = value >= bar if kind == "at least" else value <= bar if kind == "at most" else value < bar
        told[name] = {"value": round(value, 3), "bar": f"{kind} {bar}", "met": met}
    return told


def main() -> None:
    """Measure and write; the exit code does not depend on the figures."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    only = {name for name in asked.only.split(",") if name}
    figures = asyncio.run(run(asked.customers, asked.rounds, only))
    decision = medians.medians() | sealing.costs()
    bars = judged(figures, decision)
    whole = figures.as_json() | {
        "decision": decision,
        "bars": bars,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(whole, indent=2) + "\n", "utf-8")
    for name, told in bars.items():
        print(f"{name:22} {told}")
    print(f"written to {RESULT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
