"""Chance that depends on the seed and on what is decided by it, never on the order in which things happen.

So a customer who would have paid on Friday pays on Friday under every policy: portfolios stay comparable.
"""

from hashlib import blake2b


class Dice:
    """The chances of one customer of one portfolio."""

    def __init__(self, seed: int, number: int) -> None:
        """`number` is the customer's place in the portfolio."""
        self._prefix = blake2b(f"{seed}/{number}/".encode(), digest_size=8)

    def __call__(self, what: str) -> float:
        """A number from 0 to below 1 for one question; the same question has the same answer."""
        throw = self._prefix.copy()
        throw.update(what.encode())
        return int.from_bytes(throw.digest(), "big") / 2**64

    def among(self, what: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self(what) * (high - low + 1))
