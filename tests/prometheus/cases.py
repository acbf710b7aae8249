"""What each alert is tried with: series that make it fire and then stop, and series that nearly do.

Samples come every minute, or every `step` of them. All is well for six minutes, then something is wrong for a while, then
all is well again.
"""

from collections.abc import Mapping
from dataclasses import dataclass

BEGINS = 6
"""The minute at which something goes wrong."""


@dataclass(frozen=True)
class Case:
    """`wrong` and `near` are series with their values; minutes are when it must (not) fire.

    `early`: wrong already, and not for long enough; None where one moment is enough. `step`: minutes between samples.
    """

    wrong: Mapping[str, str]
    near: Mapping[str, str]
    fires: int
    resolved: int
    early: int | None = None
    severity: str = "ticket"
    step: int = 1


def held(
    wrong: Mapping[str, tuple[float, float]],
    near: Mapping[str, tuple[float, float]],
    *,
    minutes: int = 0,
    severity: str = "ticket",
) -> Case:
    """Gauges: (well, wrong) by series; it must be so for `minutes` before the alert fires, and stays so for 5 more."""
    lasts = minutes + 5
    shape = {series: f"{well}+0x{BEGINS - 1} {bad}+0x{lasts - 1} {well}+0x60" for series, (well, bad) in wrong.items()}
    close = {series: f"{well}+0x{BEGINS - 1} {bad}+0x{lasts - 1} {well}+0x60" for series, (well, bad) in near.items()}
    early = BEGINS + minutes - 1 if minutes else None
    return Case(shape, close, BEGINS + minutes + 2, BEGINS + lasts + 2, early, severity)


def jump(
    wrong: Mapping[str, float], near: Mapping[str, float], *, window: int, severity: str = "ticket", minutes: int = 0
) -> Case:
    """Counters that jump by so much within one minute; a window (minutes) later that is forgotten."""

    def values(by: float) -> str:
        return f"7+0x{BEGINS - 1} {7 + by}+0x{window + 60}"

    return Case(
        {series: values(by) for series, by in wrong.items()},
        {series: values(by) for series, by in near.items()},
        BEGINS + minutes + 2,
        BEGINS + window + 3,
        BEGINS + minutes - 1 if minutes else None,
        severity,
    )


def ongoing(
    wrong: Mapping[str, float], near: Mapping[str, float], *, fires: int, wrong_for: int, resolved: int, step: int
) -> Case:
    """Counters that rise by so much a minute from the beginning, and as they should afterwards: as fast as the fastest.

    A counter of faults (5xx) does not rise then.
    """

    def values(series: str, by: float, fastest: float) -> str:
        well = 0.0 if "5xx" in series else fastest
        samples = wrong_for // step
        return f"0+{by * step}x{samples} {by * wrong_for + well * step}+{well * step}x{(resolved + 60) // step}"

    def shaped(rates: Mapping[str, float]) -> dict[str, str]:
        return {series: values(series, by, max(rates.values())) for series, by in rates.items()}

    return Case(shaped(wrong), shaped(near), fires, resolved, step=step)
