"""Whether the archive still says what was written: every seal and link made anew, every partition from end to end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Engine, Row, func, select

from dispatcher.archive import sealing
from dispatcher.archive.journal_rows import LASTING, PERSONAL
from dispatcher.archive.tables import CHAINS, ERASURES, RECORDS

Kind = Literal["changed", "missing", "inserted", "emptied"]

_ONCE: Final = 5_000
_MOST: Final = 1_000


class Finding(msgspec.Struct, frozen=True):
    """What is wrong with a record, and which. `offset` is -1 where only its number is known."""

    kind: Kind
    partition: int
    number: int
    offset: int
    says: str


class End(msgspec.Struct, frozen=True):
    """Where a partition's chain ends: written down elsewhere, it proves later that nothing before it was changed."""

    partition: int
    number: int
    offset: int
    link: str


class Report(msgspec.Struct, frozen=True):
    """What was found, `findings` at most a thousand; how many records were looked at, and how many of those were emptied."""

    findings: tuple[Finding, ...]
    records: int
    erased: int
    expired: int
    ends: tuple[End, ...]


@dataclass(slots=True)
class _Walk:
    key: bytes
    partition: int
    number: int
    link: bytes
    offset: int
    emptied_to: int
    erased_ones: frozenset[str]
    noted: Mapping[int, End]
    findings: list[Finding] = field(default_factory=list)
    records: int = 0
    erased: int = 0
    expired: int = 0

    def found(self, kind: Kind, number: int, offset: int, says: str) -> None:
        if len(self.findings) < _MOST:
            self.findings.append(Finding(kind, self.partition, number, offset, says))

    def see(self, row: Row[Any]) -> None:
        """One record, in the order of offsets."""
        self.records += 1
        if row.number <= self.number:
            self.found("inserted", row.number, row.offset, "its number was given before")
            return
        for number in range(self.number + 1, min(row.number, self.number + 1 + _MOST)):
            self.found("missing", number, -1, f"between offsets {self.offset} and {row.offset}")
        follows = row.number == self.number + 1
        self._contents(row)
        lasting = tuple(getattr(row, name) for name in LASTING)
        right = sealing.link(self.key, self.link, lasting, bytes(row.seal))
        if follows and right != bytes(row.link):
            self.found("changed", row.number, row.offset, "what was decided is not what was written")
        noted = self.noted.get(row.number)
        if noted is not None and bytes(row.link).hex() != noted.link:
            self.found("changed", row.number, row.offset, "the chain up to here is not the one that was noted")
        self.number, self.link, self.offset = row.number, bytes(row.link), row.offset

    def _contents(self, row: Row[Any]) -> None:
        if row.emptied is None:
            personal = tuple(getattr(row, name) for name in PERSONAL)
            if sealing.seal(self.key, personal) != bytes(row.seal):
                self.found("changed", row.number, row.offset, "whom it is about is not what was written")
        elif row.emptied == "erased":
            self.erased += 1
            if row.customer_id not in self.erased_ones:
                self.found("emptied", row.number, row.offset, "nobody asked for its erasure")
        else:
            self.expired += 1
            if row.at >= self.emptied_to:
                self.found("emptied", row.number, row.offset, "its time was not over")

    def end(self, number: int, link: bytes) -> None:
        for missing in range(self.number + 1, min(number, self.number + _MOST) + 1):
            self.found("missing", missing, -1, f"after offset {self.offset}")
        if self.number > number:
            self.found("inserted", self.number, self.offset, f"the chain ends with record {number}")
        elif self.number == number and self.link != link:
            self.found("changed", number, self.offset, "the chain does not end as it did")


def check(engine: Engine, key: bytes, noted: Iterator[End] | tuple[End, ...] = ()) -> Report:
    """Walk all chains; `noted` are ends that somebody wrote down earlier."""
    ends_noted = list(noted)
    walks: list[_Walk] = []
    ends: list[End] = []
    with engine.connect().execution_options(reads=True) as connection:
        erased = frozenset(
            connection.execute(select(ERASURES.c.pseudonym).where(ERASURES.c.done_at.is_not(None))).scalars()
        )
        chains = connection.execute(select(CHAINS).order_by(CHAINS.c.partition)).all()
        for chain in chains:
            own = {each.number: each for each in ends_noted if each.partition == chain.partition}
            walk = _Walk(key, chain.partition, chain.root_number, bytes(chain.root), -1, chain.emptied_to, erased, own)
            for row in _rows(connection, chain.partition):
                walk.see(row)
            walk.end(chain.number, bytes(chain.link))
            walks.append(walk)
            ends.append(End(chain.partition, chain.number, chain.offset, bytes(chain.link).hex()))
        strange = connection.execute(
            select(RECORDS.c.partition, func.min(RECORDS.c.offset))
            .where(RECORDS.c.partition.not_in([chain.partition for chain in chains]))
            .group_by(RECORDS.c.partition)
        ).all()
    unchained = [Finding("inserted", each[0], 0, each[1], "its partition has no chain") for each in strange]
    lost = _lost(ends_noted, {each.partition: each for each in ends})
    return Report(
        findings=(*(each for walk in walks for each in walk.findings), *unchained, *lost)[:_MOST],
        records=sum(walk.records for walk in walks),
        erased=sum(walk.erased for walk in walks),
        expired=sum(walk.expired for walk in walks),
        ends=tuple(ends),
    )


def _lost(noted: list[End], ends: Mapping[int, End]) -> Iterator[Finding]:
    """Ends that were noted and are beyond what is there."""
    for each in noted:
        end = ends.get(each.partition)
        if end is None or end.number < each.number:
            yield Finding("missing", each.partition, each.number, each.offset, "the chain was longer when it was noted")


def _rows(connection: Connection, partition: int) -> Iterator[Row[Any]]:
    wanted = (*(RECORDS.c[name] for name in (*LASTING, *PERSONAL)), RECORDS.c.emptied, RECORDS.c.seal, RECORDS.c.link)
    after = -1
    while True:
        some = connection.execute(
            select(*wanted)
            .where(RECORDS.c.partition == partition, RECORDS.c.offset > after)
            .order_by(RECORDS.c.offset)
            .limit(_ONCE)
        ).all()
        yield from some
        if len(some) < _ONCE:
            return
        after = some[-1].offset
