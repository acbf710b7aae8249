"""The sample portfolio: what billing, desk and survey publish in the demonstration, wave by wave, as lines in files.

Every event is read with the reader that intake uses, and nobody in it can be reached: numbers and addresses are those that
are reserved for fiction and tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from dispatcher.local.portfolio_recipients import strangers
from schemas.codec import Accepted, read
from schemas.discretion import Discreet
from schemas.events import EVENT_TYPES

FOLDER: Final = Path(__file__).parent / "sample"
POLICY: Final = FOLDER / "policy.toml"


class PortfolioUnfit(Exception):
    """The portfolio must not be published; the message names file and line, never a number or an address."""


@dataclass(frozen=True, slots=True, repr=False)
class SampleEvent:
    """An event to publish: `topic` without prefix, the bytes as they stand in the file, and how intake reads them."""

    topic: str
    value: bytes
    read: Accepted

    @property
    def key(self) -> bytes:
        """The record's key, as billing systems choose it: the customer."""
        return self.read.customer_id.encode()

    @property
    def identity(self) -> tuple[str, str]:
        """CloudEvents source and id."""
        return self.read.source, self.read.id


class Damaged(Discreet, msgspec.Struct, frozen=True):
    """Something that a careless publisher appends to an input topic, and that is no readable event."""

    topic: str
    value: str


class _Typed(msgspec.Struct):
    type: str


_types = msgspec.json.Decoder(_Typed)
_damaged = msgspec.json.Decoder(Damaged)


def wave(name: str, folder: Path = FOLDER) -> tuple[SampleEvent, ...]:
    """The events of a file of the portfolio, such as `desk/2-bills`.

    Raises:
        PortfolioUnfit: an event that intake would reject, or a recipient that might be somebody.
    """
    return tuple(_event(f"{name}.jsonl:{number}", line) for number, line in _lines(folder / f"{name}.jsonl"))


def waves(folder: Path = FOLDER) -> tuple[str, ...]:
    """The names of all files of events."""
    found = (path.relative_to(folder).with_suffix("").as_posix() for path in folder.glob("*/[0-9]*.jsonl"))
    return tuple(sorted(found))


def damaged(folder: Path = FOLDER) -> tuple[Damaged, ...]:
    """The records that intake has to set aside."""
    return tuple(_damaged.decode(line) for _, line in _lines(folder / "desk" / "damaged.jsonl"))


def under_new_ids(events: Sequence[SampleEvent]) -> tuple[SampleEvent, ...]:
    """The same statements published once more, as a nightly export does: only the ids are new."""
    again = []
    for each in events:
        body = msgspec.json.decode(each.value)
        body["id"] = f"{body['id']}-again"
        again.append(_event(body["id"], msgspec.json.encode(body)))
    return tuple(again)


def answering(event: SampleEvent, tasks: Mapping[str, str]) -> bytes:
    """The bytes of an event, with the ids of tasks (`tasks`: customer -> id) where the file says "task of <customer>"."""
    value = event.value
    for customer, task_id in tasks.items():
        value = value.replace(f'"task of {customer}"'.encode(), msgspec.json.encode(task_id))
    return value


def _lines(path: Path) -> list[tuple[int, bytes]]:
    return [(number, line) for number, line in enumerate(path.read_bytes().splitlines(), 1) if line.strip()]


def _event(place: str, line: bytes) -> SampleEvent:
    topic = EVENT_TYPES[_types.decode(line).type][0]
    answer = read(topic, line)
    if not isinstance(answer, Accepted):
        raise PortfolioUnfit(f"{place}: {answer.reason} at {answer.path or 'the whole event'}: {answer.message}")
    if wrong := strangers(answer.fact):
        raise PortfolioUnfit(f"{place}: {wrong[0]}; nothing was published, because it may belong to somebody")
    return SampleEvent(topic, line, answer)
