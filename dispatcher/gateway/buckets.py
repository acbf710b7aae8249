"""How often somebody may ask: one token bucket a name, in memory, and only for as many names as are bounded."""

from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

_MOST: Final = 10_000
"""Names that are remembered; the one that was silent longest is forgotten first, which gives it a full bucket again."""

_IPV6_SITE: Final = 0xFFFF_FFFF_FFFF_FFFF << 64


class Buckets:
    """`per_second` tokens flow into each bucket, which holds at most `burst`."""

    def __init__(self, per_second: float, burst: float, monotonic: Callable[[], float], most: int = _MOST) -> None:
        self._per_second = per_second
        self._burst = burst
        self._monotonic = monotonic
        self._most = most
        self._known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """Take a token: 0 where there was one, else the seconds until there is."""
        now = self._monotonic()
        tokens, since = self._known.get(name, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._per_second
        self._known[name] = (tokens if wait else tokens - 1, now)
        self._known.move_to_end(name)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return wait


def neighbourhood(address: str) -> str:
    """The name under which an address is counted: IPv6 by its /64, which one household or server has to itself."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address):
        return str(IPv6Address(int(parsed) & _IPV6_SITE))
    return str(parsed)
