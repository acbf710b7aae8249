"""A whole portfolio, customer by customer, on one or more processor cores; the result does not depend on how many."""

import gc
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final, TypeVar

from dispatcher.core.decide import decide
from dispatcher.core.policy import Policy, PolicyProblems, parse
from dispatcher.sim.checking.ruling import read
from dispatcher.sim.life import Decide, Rules, Span, live
from dispatcher.sim.tally import Tally
from dispatcher.sim.uncollected import uncollected

_Result = TypeVar("_Result")
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


Work = Callable[[range, Portfolio, tuple[Rules, ...]], _Result]
"""What is done with a part of a portfolio under some policies: a function of a module, so that a process can find it."""


def rules_of(text: str, file: str) -> Rules | PolicyProblems:
    """A policy's text, for the core and for the checker."""
    policy = parse(text, file=file)
    return Rules(policy, read(text)) if isinstance(policy, Policy) else policy


def simulate(portfolio: Portfolio, rules: Rules, by: Decide = decide) -> Tally:
    """The whole portfolio in this process."""
    return _lived(range(portfolio.customers), portfolio, rules, by)


def simulate_on(jobs: int, portfolio: Portfolio, text: str) -> Tally:
    """The same by `jobs` processes; `text` is a policy that the checks have passed."""
    whole = Tally()
    for part in on_processes(jobs, portfolio, (text,), _part):
        whole.add(part)
    return whole


def on_processes(jobs: int, portfolio: Portfolio, texts: Sequence[str], work: Work[_Result]) -> Iterator[_Result]:
    """The results of `work` for the parts of a portfolio, in their order; `texts` are policies that have been checked."""
    parts = portfolio.parts()
    if jobs <= 1 or len(parts) <= 1:
        rules = _checked(texts)
        yield from (work(part, portfolio, rules) for part in parts)
        return
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, (portfolio, tuple(texts), work)) as pool:
        found: Iterator[_Result] = pool.map(_in_process, parts)
        yield from found


def _checked(texts: Sequence[str]) -> tuple[Rules, ...]:
    found = [rules_of(text, "policy") for text in texts]
    wrong = [each for each in found if isinstance(each, PolicyProblems)]
    if wrong:
        raise ValueError(str(wrong[0]))
    return tuple(each for each in found if isinstance(each, Rules))


_started: Final[list[Callable[[range], object]]] = []
"""In a process of the pool: its work, bound to the portfolio and the policies."""


def _begin(portfolio: Portfolio, texts: tuple[str, ...], work: Work[object]) -> None:
    rules = _checked(texts)
    gc.freeze()
    _started.append(lambda part: work(part, portfolio, rules))


def _in_process(part: range) -> Any:  # noqa: ANN401  what the pool's work returns
    return _started[0](part)


def _part(numbers: range, portfolio: Portfolio, rules: tuple[Rules, ...]) -> Tally:
    return _lived(numbers, portfolio, rules[0], decide)


def _lived(numbers: range, portfolio: Portfolio, rules: Rules, by: Decide) -> Tally:
    tally = Tally()
    with uncollected():
        for number in numbers:
            live(number, portfolio.seed, portfolio.span, rules, tally, by)
    return tally
