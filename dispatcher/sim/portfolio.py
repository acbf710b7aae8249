"""A whole portfolio, customer by customer, on one or more processor cores; the result does not depend on how many."""

import gc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from dispatcher.core.decide import decide
from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.sim.checking.ruling import read
from dispatcher.sim.life import Decide, Rules, Span, live
from dispatcher.sim.tally import Tally

_PART: Final = 500
"""Customers a task: small enough that all cores end together."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Which customers, which days."""

    customers: int
    seed: int
    span: Span

    def parts(self) -> list[range]:
        """The customers' numbers, in parts."""
        return [range(first, min(first + _PART, self.customers)) for first in range(0, self.customers, _PART)]


def rules_of(text: str, file: str) -> Rules | PolicyProblems:
    """A policy's text, for the core and for the checker."""
    policy = parse(text, file=file)
    return Rules(policy, read(text)) if isinstance(policy, Policy) else policy


def simulate(portfolio: Portfolio, rules: Rules, by: Decide = decide) -> Tally:
    """The whole portfolio in this process."""
    tally = Tally()
    for number in range(portfolio.customers):
        live(number, portfolio.seed, portfolio.span, rules, tally, by)
    return tally


def simulate_on(jobs: int, portfolio: Portfolio, text: str, file: str) -> Tally:
    """The same by `jobs` processes; `text` is a policy that the checks have passed."""
    whole = Tally()
    for part in _parts_on(jobs, portfolio, text, file):
        whole.add(part)
    return whole


def _parts_on(jobs: int, portfolio: Portfolio, text: str, file: str) -> Iterator[Tally]:
    parts = portfolio.parts()
    if jobs <= 1 or len(parts) <= 1:
        _begin(portfolio, text, file)
        yield from map(_part, parts)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (portfolio, text, file)) as pool:
        yield from pool.map(_part, parts)


@dataclass(slots=True)
class _Process:
    """What a process of the pool was told at its start."""

    portfolio: Portfolio | None = None
    rules: Rules | None = None


_process: Final = _Process()


def _begin(portfolio: Portfolio, text: str, file: str) -> None:
    rules = rules_of(text, file)
    if isinstance(rules, PolicyProblems):
        raise TypeError(str(rules))
    _process.portfolio, _process.rules = portfolio, rules


def _part(numbers: range) -> Tally:
    portfolio, rules = _process.portfolio, _process.rules
    if portfolio is None or rules is None:
        raise RuntimeError("a part of a portfolio before its process was told which")
    gc.disable()  # customers are let go one by one; looking for cycles in the caches costs a tenth of the time
    tally = Tally()
    for number in numbers:
        live(number, portfolio.seed, portfolio.span, rules, tally)
    gc.enable()
    return tally
