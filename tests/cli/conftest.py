"""Runs a command as a shell would, in this process: arguments in, exit code and both streams out."""

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from dispatcher.cli.app import run


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """`command("validate", "-", stdin=b"...", DISPATCHER_X="...")`; nothing of our own shell's settings is seen."""
    for name in list(os.environ):
        if name.startswith("DISPATCHER_"):
            monkeypatch.delenv(name)

    def call(*arguments: str, stdin: bytes = b"", **environ: str) -> Ended:
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfd.readouterr()
        code = run(list(arguments))
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return call
