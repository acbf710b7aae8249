"""The table of all metrics: what it promises holds for every process, and nothing is shown that it does not have."""

import shutil
import time
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from dispatcher.archive.batch import ARCHIVED
from dispatcher.archive.metrics import ArchiveMetrics
from dispatcher.gateway.calls.outcomes import Word
from dispatcher.gateway.metrics import GatewayMetrics
from dispatcher.ops.labels import Called
from dispatcher.ops.meters import Meters
from dispatcher.ops.metrics import Metrics
from dispatcher.ops.reference import page
from dispatcher.ops.series import Configured, Series
from dispatcher.ops.table import TABLE
from tests.ops.exposition import complaints, samples_of, strangers

ROOT = Path(__file__).parents[2]
EVERY = [(process, series) for process, table in TABLE.items() for series in table]
UNITS = {"_seconds": "seconds", "_records": "records", "_info": "1"}

each_of_the_table = pytest.mark.parametrize(
    "series", [series for _, series in EVERY], ids=[f"{process}:{series.name}" for process, series in EVERY]
)


def worker() -> Metrics:
    metrics = Metrics(["notice", "last-call"])
    metrics.accounts(["twilio", "smtp"])
    metrics.policy("0f3a9c1b2d4e")
    return metrics


def checker() -> Meters:
    return Meters(TABLE["checker"])


SHOWN = {"worker": worker, "gateway": GatewayMetrics, "archive": ArchiveMetrics, "checker": checker}
each_process = pytest.mark.parametrize("process", TABLE)


@each_process
def test_a_name_stands_once_in_a_process(process):
    assert [name for name, n in Counter(series.name for series in TABLE[process]).items() if n > 1] == []


@each_of_the_table
def test_a_counter_ends_in_total_and_nothing_else_does(series: Series):
    assert series.name.endswith("_total") == (series.kind == "counter")


@each_of_the_table
def test_a_histogram_counts_seconds_in_at_most_ten_buckets(series: Series):
    assert series.kind != "histogram" or (series.name.endswith("_seconds") and len(series.buckets) <= 10)


@each_of_the_table
def test_what_a_name_ends_in_is_its_unit(series: Series):
    ending = next((ending for ending in UNITS if series.name.endswith(ending)), None)

    assert ending is None or series.unit.startswith(UNITS[ending])


@each_of_the_table
def test_no_closed_set_is_empty_or_names_a_value_twice(series: Series):
    closed = [values for values in series.labels.values() if not isinstance(values, Configured)]

    assert [values for values in closed if not values or len(set(values)) != len(values)] == []


def test_every_topic_that_is_archived_has_its_series():
    (written,) = [series for series in TABLE["archive"] if series.name == "dispatcher_archive_records_total"]

    assert written.labels["topic"] == ARCHIVED


def test_what_comes_of_calls_is_counted_in_the_words_of_the_desk():
    assert get_args(Called) == get_args(Word)


@each_process
def test_a_process_that_has_just_begun_shows_only_what_the_table_has(process):
    assert strangers(SHOWN[process]().exposition().decode(), process) == []


@each_process
def test_what_the_table_has_is_shown_from_the_start(process):
    shown = {sample.name for sample in samples_of(SHOWN[process]().exposition().decode())}
    optional = {"dispatcher_certificate_expires_timestamp_seconds"} | {
        series.name for series in TABLE["archive"] if series.name.startswith("dispatcher_report_")
    }

    missing = {
        series.name
        for series in TABLE[process]
        if series.name not in optional and not shown & {series.name, f"{series.name}_count"}
    }
    assert missing - ({"dispatcher_build_info"} if process == "checker" else set()) == set()


@each_process
@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_promtool_has_nothing_to_say_of_the_page(process):
    assert complaints("promtool", SHOWN[process]().exposition().decode()) == ""


def test_the_reference_page_is_made_of_the_table():
    assert (ROOT / "deploy" / "metrics.md").read_text("utf-8") == page(), (
        "run: python -m dispatcher.ops.reference > deploy/metrics.md"
    )


def test_a_thousand_counts_take_less_than_a_hundredth_of_a_second():
    metrics = worker()
    rounds = []

    for _ in range(5):
        began = time.perf_counter()
        for _ in range(1_000):
            metrics.decision("notice", "claimed", "due")
        rounds.append(time.perf_counter() - began)

    assert min(rounds) < 0.01
