"""A policy that is applied while a worker runs is judged by the worker's own templates too."""

from pathlib import Path

import pytest

from dispatcher.core.policy import Policy, parse
from dispatcher.settings import Settings, load
from dispatcher.wiring import parts_of

EXAMPLE = (Path(__file__).parents[2] / "deploy" / "policy.example.toml").read_text("utf-8")
BEFORE_THE_DUE_DATE = "{% block message %}{{ total }} is due on {{ due }}.{% endblock %}"


def policy(text: str = EXAMPLE) -> Policy:
    parsed = parse(text)
    assert isinstance(parsed, Policy), str(parsed)
    return parsed


@pytest.fixture
def objection(tmp_path: Path):
    words = tmp_path / "en" / "second.sms.txt"
    words.parent.mkdir()
    words.write_text(BEFORE_THE_DUE_DATE)
    settings = load({"DISPATCHER_TEMPLATES": str(tmp_path)})
    assert isinstance(settings, Settings), str(settings)
    return parts_of(settings, policy()).objection


def test_one_that_does_not_use_the_unfit_words_is_taken(objection):
    assert objection(policy()) is None


def test_one_that_would_say_them_after_the_due_date_is_refused(objection):
    saying_so = EXAMPLE.replace('message = "notice"', 'message = "second"')
    assert "the number of days overdue is missing" in objection(policy(saying_so))
