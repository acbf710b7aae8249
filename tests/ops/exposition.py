"""What a page of metrics says, held against the table."""

import subprocess

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from dispatcher.ops.series import Configured, Series
from dispatcher.ops.table import TABLE, Process

_ENDINGS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def samples_of(text: str) -> list[Sample]:
    """All series of a page."""
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


def strangers(text: str, process: Process) -> list[str]:
    """Every series of the page that the process's part of the table does not have, and every value outside its set."""
    known = {series.name + ending: series for series in TABLE[process] for ending in _ENDINGS[series.kind]}
    return [f"{each.name}{each.labels}" for each in samples_of(text) if not _fits(known.get(each.name), each)]


def _fits(series: Series | None, sample: Sample) -> bool:
    if series is None:
        return False
    labels = {name: value for name, value in sample.labels.items() if not (series.buckets and name == "le")}
    if labels.keys() != series.labels.keys():
        return False
    return all(
        value != "unlisted" and (isinstance(series.labels[name], Configured) or value in series.labels[name])
        for name, value in labels.items()
    )


def complaints(promtool: str, text: str) -> str:
    """What `promtool check metrics` has to say."""
    told = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False)
    return told.stdout + told.stderr
