"""How much memory processes hold while they live, and whether it grows though what they have to keep does not."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

WARM_UP_S = 90.0
"""What a process may take to fill caches, pools and its allocator's arenas; nothing before that is judged."""

LEAST_SPAN_S = 60.0
MOST_GROWTH = 0.05

_POINTS = 120
_KIB = 1024
_MIB = _KIB * _KIB


@dataclass(frozen=True)
class Sample:
    """Resident bytes at an instant, in seconds of the run."""

    at: float
    rss: int


@dataclass
class Life:
    """One process of a role, from its start to its end or the run's."""

    role: str
    pid: int
    began: float
    samples: list[Sample] = field(default_factory=list)

    def look(self, at: float) -> None:
        """Take a sample; nothing where it has ended."""
        resident = resident_bytes(self.pid)
        if resident:
            self.samples.append(Sample(at, resident))


@dataclass(frozen=True)
class Growth:
    """Of one life within a stretch of the run: from `level` bytes by `share` of it, along the line through its samples."""

    role: str
    seconds: float
    level: int
    share: float


def resident_bytes(pid: int) -> int:
    """The resident set of a process, 0 when it has none any more."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * _KIB for line in lines if line.startswith("VmRSS:")), 0)


def grown(life: Life, since: float, until: float) -> Growth | None:
    """What a process grew by between two instants, its own warm-up left out; None where that leaves less than a minute.

    By the median of the slopes between all pairs of samples: a peak while it did another's work does not make a leak, and a
    leak shows in every pair.
    """
    start = max(since, life.began + WARM_UP_S)
    seen = [each for each in life.samples if start <= each.at <= until]
    if len(seen) < 2 or seen[-1].at - seen[0].at < LEAST_SPAN_S:
        return None
    few = seen[:: max(1, len(seen) // _POINTS)]
    slope = statistics.median((b.rss - a.rss) / (b.at - a.at) for a, b in combinations(few, 2))
    seconds = seen[-1].at - seen[0].at
    level = statistics.median(each.rss - slope * (each.at - few[0].at) for each in few)
    return Growth(life.role, round(seconds, 1), int(level), slope * seconds / level)


def leaks(lives: Sequence[Life], roles: Sequence[str], since: float, until: float) -> tuple[list[Growth], list[str]]:
    """Every growth that can be told, and what is wrong: one that is too large, a role of which none can be told."""
    found = [growth for life in lives if (growth := grown(life, since, until)) is not None]
    said = [
        f"{each.role} grew by {each.share:.1%} of {each.level / _MIB:.0f} MiB within {each.seconds:.0f} s; "
        f"less than {MOST_GROWTH:.0%} is allowed"
        for each in found
        if each.share >= MOST_GROWTH
    ]
    missing = [role for role in roles if role not in {each.role for each in found}]
    return found, said + [f"{role} did not live long enough to tell whether it grows" for role in missing]
