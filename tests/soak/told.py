"""What a soak tells in the end."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from tests.soak.memory import Growth, Life, Sample

_MIB = 1 << 20
_EVERY_S = 30.0


@dataclass(frozen=True)
class Done:
    """One fault: when it began, and how long it took after it until all was read and every gate open; None: too long."""

    name: str
    at_s: float
    healed_s: float | None


@dataclass
class Told:
    """What came of it. `breaches` says in words what is wrong; there is none where all is well.

    `evidence` has the journal's records of customers of whom the checker found something.
    """

    faults: list[Done] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)
    lives: list[dict[str, object]] = field(default_factory=list)
    evidence: dict[str, list[str]] = field(default_factory=dict)

    def lived(self, lives: Sequence[Life]) -> None:
        """Every process with its memory, twice a minute."""
        self.lives = [
            {
                "role": life.role,
                "began_s": round(life.began, 1),
                "rss_mib": {round(each.at): round(each.rss / _MIB, 1) for each in _thinned(life)},
            }
            for life in lives
        ]

    def report(self) -> dict[str, object]:
        """As `build/soak/report.json` has it."""
        return {"clean": not self.breaches} | asdict(self)


def _thinned(life: Life) -> list[Sample]:
    kept: list[Sample] = []
    for each in life.samples:
        if not kept or each.at - kept[-1].at >= _EVERY_S:
            kept.append(each)
    return kept
