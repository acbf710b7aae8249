"""The pages say the same in both languages: no word is missing, and the same places are filled in."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import get_args

import pytest

from dispatcher.gateway.calls.outcomes import NextAction, NumberStatus, Word
from dispatcher.gateway.calls.results import LeaseLost, Problem
from dispatcher.gateway.desk_pages.reasons import sentence
from dispatcher.gateway.desk_pages.scripts import Heading, Line, ToSay, blocks_of
from dispatcher.gateway.desk_pages.words import Lost
from dispatcher.gateway.desk_pages.words_en import EN
from dispatcher.gateway.desk_pages.words_zh import ZH
from dispatcher.gateway.staff.languages import WORDS as FRAMES
from schemas.journal import TaskKind
from schemas.reasons import SENTENCES

BOTH = pytest.mark.parametrize("words", [EN, ZH], ids=["en", "zh-CN"])


def sentences(of: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every sentence with its place."""
    if isinstance(of, str):
        yield path, of
    elif isinstance(of, Mapping):
        for key, value in of.items():
            yield from sentences(value, f"{path}.{key}")
    elif is_dataclass(of):
        for each in fields(of):
            yield from sentences(getattr(of, each.name), f"{path}.{each.name}")


def test_both_languages_have_the_same_sentences():
    assert [path for path, _ in sentences(EN)] == [path for path, _ in sentences(ZH)]


def test_the_desk_is_called_the_same_on_every_page():
    frames = {tag: words.sections["desk"] for tag, words in FRAMES.items()}

    assert {words.tag: words.title for words in (EN, ZH)} == frames


def test_both_languages_fill_in_the_same_places():
    places = [{path: sorted(re.findall(r"\{\w+\}", text)) for path, text in sentences(words)} for words in (EN, ZH)]

    assert places[0] == places[1]


@BOTH
def test_every_word_of_the_desk_has_a_name(words):
    closed = {
        "names": (words.outcomes.names, Word),
        "effects": (words.outcomes.effects, Word),
        "numbers": (words.outcomes.numbers, NumberStatus),
        "actions": (words.outcomes.actions, NextAction),
        "kinds": (words.task.kinds, TaskKind),
        "lost": (words.task.lost, Lost),
    }

    assert {name: set(said) for name, (said, _) in closed.items()} == {
        name: set(get_args(wanted)) for name, (_, wanted) in closed.items()
    }


def test_every_way_to_lose_a_task_is_known():
    assert set(get_args(Lost)) == set(get_args(LeaseLost.__annotations__["why"]))


@BOTH
def test_every_field_that_can_be_wrong_has_a_name(words):
    places = {each for part in get_args(Problem.__annotations__["field"]) for each in get_args(part)}

    assert set(words.form.fields) == places


def test_a_reason_is_told_in_chinese_to_whoever_reads_it():
    assert sentence("quiet_hours", "zh-CN") != SENTENCES["quiet_hours"]


def test_a_script_is_shown_step_by_step_with_a_box_for_each_disclosure():
    script = "Northwind calls Ada\n\n1. IDENTIFY FIRST\n   [identity] Say who you are.\n   Then wait.\n"

    assert blocks_of(script) == (
        Line("Northwind calls Ada"),
        Heading("1. IDENTIFY FIRST"),
        ToSay("identity", "Say who you are."),
        Line("Then wait."),
    )


def test_a_disclosure_that_is_marked_twice_has_one_box():
    assert blocks_of("[a_b] Once.\n[a_b] Twice.") == (ToSay("a_b", "Once."), Line("[a_b] Twice."))
