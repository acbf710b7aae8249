"""Adapters from other packages: what they offer, and how one is found that a setting names.

A package announces an `Offer` in the entry-point group `dispatcher.channels`. Nothing is imported from there unless the
configuration names it: whatever is installed beside us does not run because it is installed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from channels.protocol import Adapter
from channels.receipts import Receipts
from schemas.values import Channel

INTERFACE: Final = 1
"""The version of everything that an adapter rests on: `channels.protocol`, `channels.receipts` and this. It grows when an
adapter written for the one before would do something wrong, not when something is added."""

GROUP: Final = "dispatcher.channels"

Options = Mapping[str, str]
"""What the environment says in `DISPATCHER_ADAPTER_<NAME>_<OPTION>`, by option in lower case; secrets among it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a package offers under the name of its entry point.

    `interface` is the `INTERFACE` it was written for. `make` builds the adapter for one of `channels`; a `ValueError` says
    in a sentence which option is wrong, without its value. `receipts`, where there are any, likewise builds their reader,
    given the public address that the provider calls.
    """

    interface: int
    channels: tuple[Channel, ...]
    make: Callable[[Channel, Options], Adapter]
    receipts: Callable[[str, Options], Receipts] | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why an adapter that was named cannot be used; `why` goes behind its name."""

    why: str


def announced() -> tuple[EntryPoint, ...]:
    """What installed packages announce; none of it is imported."""
    return tuple(entry_points(group=GROUP))


def offer(name: str, found: Iterable[EntryPoint]) -> Offer | Unusable | None:
    """The offer of this name, imported now; None if nobody announces it."""
    named = [point for point in found if point.name == name]
    if not named:
        return None
    if len(named) > 1:
        packages = " and ".join(sorted(point.dist.name if point.dist else "?" for point in named))
        return Unusable(f"is announced by {packages}: expected one, uninstall the other")
    point = named[0]
    try:
        loaded: object = point.load()
    except Exception as fault:  # noqa: BLE001 - whatever a foreign module raises, the reader needs to know which and where
        return Unusable(
            f"cannot be imported from {point.value} ({type(fault).__name__}): reinstall or correct its package"
        )
    interface: object = getattr(loaded, "interface", None)
    if interface != INTERFACE:
        return Unusable(f"is written for interface {interface!r}: expected {INTERFACE}, install a release that is")
    if not isinstance(loaded, Offer):
        return Unusable(f"is no channels.offers.Offer at {point.value}: correct its package")
    return loaded
