"""A policy from its TOML text: compiled, or every problem that the text has."""

import tomllib
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from dispatcher.core.policy_compile import Sections, compile_policy
from dispatcher.core.policy_problems import Places, PolicyProblem, PolicyProblems
from dispatcher.core.policy_text import (
    DEFAULT_CLASSES,
    CapText,
    ClassText,
    ConsentText,
    CooldownText,
    CreditorText,
    General,
    InDoubtText,
    StageText,
    TierText,
    WindowText,
)
from dispatcher.core.rules import Policy
from schemas.values import CHANNELS

__all__ = ["Policy", "PolicyProblem", "PolicyProblems", "parse"]

_Section = TypeVar("_Section")
_TABLES = (
    "creditors",
    "classes",
    "stages",
    "tiers",
    "windows",
    "caps",
    "cooldowns",
    "consent",
    "minimum_amount",
    "in_doubt",
)


def parse(text: str, *, file: str = "policy") -> Policy | PolicyProblems:
    """The policy that a TOML text states, or everything that is wrong with it; `file` names the text in messages."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problem = PolicyProblem("file", _line_of(wrong), "TOML", f"The TOML reader says: {wrong}.")
        return PolicyProblems(file, (problem,))
    reader = _Reader(Places(text))
    sections = reader.sections(content)
    policy = None if sections is None else compile_policy(sections, content, reader.add)
    if policy is None or reader.problems:
        return PolicyProblems(file, tuple(sorted(reader.problems, key=lambda each: each.line or 0)))
    return policy


def _line_of(wrong: tomllib.TOMLDecodeError) -> int | None:
    words = str(wrong).partition("(at line ")[2].split(",")
    return int(words[0]) if words[0].isdigit() else None


class _Reader:
    """Reads section by section, so that one wrong section does not hide the problems of another."""

    def __init__(self, places: Places) -> None:
        self.problems: list[PolicyProblem] = []
        self._places = places

    def add(self, path: str, expected: str, advice: str) -> None:
        self.problems.append(PolicyProblem(path, self._places.line(path), expected, advice))

    def sections(self, content: Mapping[str, Any]) -> Sections | None:
        general = self._read({k: v for k, v in content.items() if k not in _TABLES}, General, "")
        creditors = self._named(content, "creditors", CreditorText)
        stages = self._listed(content, "stages", StageText)
        tiers = self._listed(content, "tiers", TierText)
        classes = self._listed(content, "classes", ClassText)
        windows = self._named(content, "windows", WindowText)
        caps = self._listed(content, "caps", CapText)
        cooldowns = self._listed(content, "cooldowns", CooldownText)
        consent = self._read(content.get("consent", {}), ConsentText, "consent")
        in_doubt = self._read(content.get("in_doubt", {}), InDoubtText, "in_doubt")
        minimum = self._read(content.get("minimum_amount", {}), dict[str, int], "minimum_amount")
        for channel in windows.keys() - set(CHANNELS):
            self.add(f"windows.{channel}", f"one of {', '.join(CHANNELS)}", "Rename or remove this table.")
        if self.problems or general is None or consent is None or minimum is None or in_doubt is None:
            return None
        return Sections(
            general=general,
            creditors=creditors,
            stages=stages,
            tiers=tiers,
            classes=classes or DEFAULT_CLASSES,
            windows={channel: windows[channel] for channel in CHANNELS if channel in windows},
            caps=caps,
            cooldowns=cooldowns,
            consent=consent,
            in_doubt=in_doubt,
            minimum_amount=minimum,
        )

    def _read(self, value: object, model: type[_Section], path: str) -> _Section | None:
        try:
            return msgspec.convert(value, model)
        except msgspec.ValidationError as wrong:
            said, _, inner = str(wrong).partition(" - at `$")
            inside = inner.rstrip("`").replace("[...]", "")
            self.add(f"{path}{inside}".lstrip(".") or "file", f"a valid section ({said})", _advice(said))
            return None

    def _named(self, content: Mapping[str, Any], key: str, model: type[_Section]) -> dict[str, _Section]:
        tables = content.get(key, {})
        if not isinstance(tables, dict):
            self.add(key, f"tables [{key}.<name>]", "Write each one as a table of its own.")
            return {}
        read = {name: self._read(value, model, f"{key}.{name}") for name, value in tables.items()}
        return {name: value for name, value in read.items() if value is not None}

    def _listed(self, content: Mapping[str, Any], key: str, model: type[_Section]) -> tuple[_Section, ...]:
        tables = content.get(key, [])
        if not isinstance(tables, list):
            self.add(key, f"tables [[{key}]]", "Write each one under a header in double brackets.")
            return ()
        read = [self._read(value, model, f"{key}[{index}]") for index, value in enumerate(tables)]
        return tuple(value for value in read if value is not None)


def _advice(said: str) -> str:
    if "unknown field" in said:
        return "Remove the key or correct its spelling; the annotated example lists every key."
    if "missing required field" in said:
        return "Add the key; the annotated example shows it."
    return "Correct the value."
