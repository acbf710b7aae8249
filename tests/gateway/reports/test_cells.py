"""How values of figures are written for people."""

import pytest

from dispatcher.archive.figures.shares import share
from dispatcher.gateway.reports.cells import shown


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (14, 17, "82.4 %"),
        (1, 16, "6.3 %"),
        (82_346, 100_000, "82.3 %"),
        (1, 3, "33.3 %"),
        (1, 1, "100.0 %"),
        (0, 9, "0.0 %"),
    ],
)
def test_a_share_is_rounded_once_and_not_cut(part, whole, told):
    assert shown(share(part, whole), "share") == told
