"""The built-in scripts mark what has to be said, by the same words in every language."""

from importlib.resources import files

import pytest

from dispatcher.gateway.calls.disclosures import disclosures_of

LAYOUTS = sorted(files("dispatcher.messages").joinpath("templates").glob("*/layout.call_task.txt"))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda each: each.parent.name)
def test_who_calls_and_who_is_called_come_first(layout):
    assert [each.id for each in disclosures_of(layout.read_text("utf-8"))] == ["identity", "check"]
