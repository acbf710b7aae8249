"""What the checker found, as a page of metrics in a file: the textfile collector of a node exporter hands it on."""

from pathlib import Path

from dispatcher.ops.meters import Meters
from dispatcher.ops.table import TABLE
from dispatcher.verify.findings import Report


def page_of(report: Report, finished: float) -> bytes:
    """The page of a run that ended at an instant (seconds since 1970)."""
    meters = Meters(TABLE["checker"])
    for invariant, found in report.violations.items():
        meters.gauge("verify_violations").set(found, invariant)
    meters.gauge("verify_unjudged").set(len(report.cannot_judge))
    meters.gauge("verify_customers").set(report.looked.customers)
    meters.gauge("verify_finished_timestamp_seconds").set(finished)
    return meters.exposition()


def write(page: bytes, file: Path) -> None:
    """Replace the file as a whole: whoever reads it meanwhile must not see half of it.

    Raises:
        OSError: it cannot be written.
    """
    beside = file.with_name(f".{file.name}.new")
    beside.write_bytes(page)
    beside.replace(file)
