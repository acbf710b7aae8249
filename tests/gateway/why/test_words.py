"""Both languages say the same things, and every reason has a sentence."""

from dataclasses import fields
from typing import get_args

import pytest

from dispatcher.core.explain import CHANGES
from dispatcher.gateway.reason_words import reason_sentence
from dispatcher.gateway.reason_words_zh import REASONS
from dispatcher.gateway.why.words_en import EN
from dispatcher.gateway.why.words_zh import ZH
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


def test_whatever_can_change_an_answer_is_named():
    assert set(ZH.changes) == set(CHANGES)


@pytest.mark.parametrize("listed", [HoldKind, SettledReason], ids=["holds", "settlements"])
def test_words_of_closed_lists_are_translated(listed):
    assert [each for each in get_args(listed) if each not in ZH.values] == []
