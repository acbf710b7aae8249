"""Both languages say the same things, and every reason has a sentence."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import get_args

import pytest

from dispatcher.core.explain import CHANGES
from dispatcher.gateway.reason_words import reason_sentence
from dispatcher.gateway.reason_words_zh import REASONS
from dispatcher.gateway.why.clocks import Clock
from dispatcher.gateway.why.telling import Teller
from dispatcher.gateway.why.words_en import EN
from dispatcher.gateway.why.words_zh import ZH
from schemas.journal import JournalRecord, Reason
from schemas.reasons import CODES
from schemas.values import HoldKind, SettledReason


def test_every_reason_has_a_chinese_sentence():
    assert [code for code in CODES if code not in REASONS] == []


def test_what_is_only_planned_is_not_said_to_be_allowed():
    said = {language: reason_sentence("due", "planned", language) for language in ("en", "zh-CN")}
    assert said == {"en": "The stage begins then.", "zh-CN": "该阶段届时开始。"}


@pytest.mark.parametrize("name", [each.name for each in fields(EN)])
def test_nothing_is_left_out_in_one_language(name):
    english, chinese = getattr(EN, name), getattr(ZH, name)
    if isinstance(english, str):
        assert english.count("{") == chinese.count("{")
    else:
        assert set(english) == set(chinese)


def test_a_task_is_handed_to_people_and_no_message_taken_over():
    reasons = (Reason("due", "task.issued"),)
    issued = JournalRecord("C-1.1", datetime(2026, 3, 2, tzinfo=UTC), "attempt", "C-1", (), "accepted", reasons, "p")
    assert Teller(EN, "en", "en", Clock("Etc/UTC", None, None)).title(issued) == "The task was handed to people"


def test_whatever_can_change_an_answer_is_named():
    assert set(ZH.changes) == set(CHANGES)


@pytest.mark.parametrize("listed", [HoldKind, SettledReason], ids=["holds", "settlements"])
def test_words_of_closed_lists_are_translated(listed):
    assert [each for each in get_args(listed) if each not in ZH.values] == []
