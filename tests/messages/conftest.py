import pytest

from dispatcher.messages.rendering import Templates
from tests.messages.samples import policy as sample_policy


@pytest.fixture(scope="session")
def templates():
    return Templates()


@pytest.fixture(scope="session")
def policy():
    return sample_policy()
