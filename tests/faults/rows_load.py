from collections.abc import Mapping

from tests.faults.scene import Row

ROWS: Mapping[str, Row] = {}
