"""Where each partition goes on, or why none may: elsewhere it would miss records, or have them twice."""

from collections.abc import Mapping
from dataclasses import dataclass

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Unfit:
    """Archive and topics do not fit together; `why` says what to do."""

    why: str


def places(
    standing: Mapping[Place, int], extents: Mapping[Place, tuple[int, int]], *, accept_gap: bool
) -> Mapping[Place, int] | Unfit:
    """The next offset of every partition: where the archive ended, or the first one of a partition that it never saw.

    Args:
        standing: the archive's positions.
        extents: first and next offset of each partition in Kafka.
        accept_gap: go on at the first offset where what should come next is gone.
    """
    begun: dict[Place, int] = {}
    for place, (begin, end) in sorted(extents.items()):
        at = standing.get(place, begin)
        named = f"{place[0]}[{place[1]}]"
        if at > end:
            return Unfit(
                f"the archive has {named} up to {at}, and the topic ends at {end}: it is another topic of the same name, or "
                "records were lost; name another database, or rebuild this one"
            )
        if at < begin and not accept_gap:
            return Unfit(
                f"the archive has {named} up to {at}, and the topic begins at {begin}: what lies between is gone; "
                "--accept-gap goes on without it"
            )
        begun[place] = max(at, begin)
    return begun
