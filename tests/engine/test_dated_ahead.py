"""An event of a later day than the one it was published on is counted: a wrong year outweighs the truth."""

import pytest

from dispatcher.engine.intake_batch import dated_ahead

PUBLISHED = 1_795_600_000_000
HOUR = 60 * 60 * 1000


@pytest.mark.parametrize(
    ("later", "ahead"),
    [(-400 * 24 * HOUR, False), (0, False), (24 * HOUR, False), (24 * HOUR + 1, True), (100 * 8760 * HOUR, True)],
)
def test_more_than_a_day_after_its_publication_is_ahead(later, ahead):
    assert dated_ahead((PUBLISHED + later) * 1000, PUBLISHED) is ahead
