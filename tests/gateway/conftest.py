"""Logs as in production: without locals, which would be whole requests."""

from collections.abc import Iterator

import pytest
import structlog

from dispatcher.ops import logs


@pytest.fixture(autouse=True, scope="session")
def _logs() -> Iterator[None]:
    logs.configure("warning")
    yield
    structlog.reset_defaults()
