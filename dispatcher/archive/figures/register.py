"""Every figure, in the order in which a report shows them."""

from collections.abc import Mapping
from typing import Final

from dispatcher.archive.figures import (
    ageing,
    bad_debt,
    complaints,
    costs,
    lag,
    opt_outs,
    overdue,
    promises,
    recovery,
    results,
    rolls,
    satisfaction,
    suppressed,
    timeliness,
)
from dispatcher.archive.figures.asking import Figure

FIGURES: Final[Mapping[str, Figure]] = {
    module.FIGURE.name: module.FIGURE
    for module in (
        recovery,
        bad_debt,
        timeliness,
        satisfaction,
        ageing,
        rolls,
        promises,
        lag,
        results,
        suppressed,
        opt_outs,
        complaints,
        costs,
        overdue,
    )
}
"""By name."""
