"""The fault matrix: every row by its name, how many contacts it is worth, and what it runs on."""

from collections.abc import Mapping

from tests.faults import (
    rows_billing,
    rows_broker,
    rows_clocks,
    rows_desk,
    rows_inputs,
    rows_links,
    rows_load,
    rows_policy,
    rows_pressure,
    rows_processes,
    rows_providers,
    rows_receipts,
    rows_releases,
    rows_state,
    rows_topics,
)
from tests.faults.brokers import OwnBroker, cramped, linked, three, tidy
from tests.faults.scene import Row

ROWS: Mapping[str, Row] = dict(
    sorted(
        (
            rows_processes.ROWS
            | rows_broker.ROWS
            | rows_links.ROWS
            | rows_providers.ROWS
            | rows_receipts.ROWS
            | rows_desk.ROWS
            | rows_billing.ROWS
            | rows_state.ROWS
            | rows_topics.ROWS
            | rows_inputs.ROWS
            | rows_clocks.ROWS
            | rows_policy.ROWS
            | rows_releases.ROWS
            | rows_load.ROWS
            | rows_pressure.ROWS
        ).items(),
        key=lambda row: (int(row[0][1:].rstrip("bc")), row[0]),
    )
)

OWN_BROKERS: Mapping[str, OwnBroker] = {"F7": three, "F8": linked, "F9": linked, "F20": cramped, "F25": tidy}
"""Rows that do to a broker what others could not live with."""

USUAL = 4_000
_MANY = 8_000
CONTACTS: Mapping[str, int] = {
    **dict.fromkeys(("F6", "F13", "F14", "F16", "F20", "F25", "F28", "F30"), _MANY),
    **dict.fromkeys(("F26", "F27"), 20_000),
    "F15": 2_000,
    "F22": 1_000,
    "F24": 250,
}
"""Customers of the rows in which nothing but their number takes time; of all others `USUAL`. A good half is contacted.

Two cores send some 200 to 400 messages a second, worker, Kafka and stand-ins included; whoever owes has to be reached within
60 s after healing. In F15 a gateway shares the cores, and takes as many callbacks besides; in F22 busy processes do.
In F24 every contact is a call.
"""

QUICK = ("F1", "F3")
"""Rows that are worth their time in every test run."""

LONGER = ("F2", "F10", "F11", "F14", "F16", "F18", "F24", "F26")
"""Rows that are worth it where all tests are run."""
