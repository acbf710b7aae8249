"""What a metric is, as the table of all metrics says it: a name, a kind, a unit, a meaning, and closed sets of labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind = Literal["counter", "gauge", "histogram"]

PREFIX: Final = "dispatcher_"

Closed: TypeAlias = tuple[str, ...]
"""All values that a label can have, in any installation."""


@dataclass(frozen=True, slots=True)
class Configured:
    """Values that an installation's policy or settings name; `what` says which, for people."""

    what: str


Values: TypeAlias = Closed | Configured


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the table. `name` is whole, as Prometheus shows it; `unit` is of the value.

    `together` names the label values that exist at 0 from the start, in the order of `labels`; None: each with each.
    `buckets` are upper bounds of a histogram, without the infinite one.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: Mapping[str, Values]
    buckets: tuple[float, ...] = ()
    together: tuple[tuple[str, ...], ...] | None = None


def counter(
    name: str, unit: str, meaning: str, *, together: tuple[tuple[str, ...], ...] | None = None, **labels: Values
) -> Series:
    """Something that happens, counted; its name ends in `_total`."""
    return Series(f"{PREFIX}{name}_total", "counter", unit, meaning, labels, together=together)


def gauge(
    name: str, unit: str, meaning: str, *, together: tuple[tuple[str, ...], ...] | None = None, **labels: Values
) -> Series:
    """Something that is so now."""
    return Series(PREFIX + name, "gauge", unit, meaning, labels, together=together)


def histogram(name: str, meaning: str, buckets: tuple[float, ...], **labels: Values) -> Series:
    """How long something takes, in seconds; its name ends in `_seconds`."""
    return Series(f"{PREFIX}{name}_seconds", "histogram", "seconds", meaning, labels, buckets)
