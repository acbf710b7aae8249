"""Tests collected once; then each mutant in a process of its own, forked from there, until the first test fails."""

import os
import random
import resource
import time
from dataclasses import dataclass, field

import pytest

from tests.mutation.mutants import Mutant, mutants_of

CPU_S = 15
"""A mutant that runs for so long does not end: that is noticed, and so counts as killed."""


@dataclass
class Runner:
    """A pytest plugin in the place of its loop over the tests: mutants from the `first` on, `most` by `seed` (0: all)."""

    module: str
    most: int
    seed: int
    until: float
    first: int = 0
    survivors: list[str] = field(default_factory=list)
    killed: int = 0
    left: int = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests against every mutant."""
        if self._fails(session, None):
            raise pytest.UsageError("the tests fail without any mutant")
        chosen = list(mutants_of(self.module))[self.first :]
        if self.most:
            drawn = random.Random(self.seed).sample(range(len(chosen)), min(self.most, len(chosen)))
            chosen = [chosen[index] for index in sorted(drawn)]
        for number, mutant in enumerate(chosen):
            if time.monotonic() > self.until:
                self.left = len(chosen) - number
                break
            if self._fails(session, mutant):
                self.killed += 1
            else:
                self.survivors.append(mutant.name)
                print(f"  survived: {mutant.name}", flush=True)
        return True

    def _fails(self, session: pytest.Session, mutant: Mutant | None) -> bool:
        child = os.fork()
        if child == 0:
            os._exit(self._run(session, mutant))
        _, status = os.waitpid(child, 0)
        return status != 0

    def _run(self, session: pytest.Session, mutant: Mutant | None) -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        if mutant is not None:
            mutant.install()
        for item, following in zip(session.items, [*session.items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return 1
        return 0
