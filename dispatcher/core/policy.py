"""A policy from its TOML text: compiled, or every problem that the text has."""

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from dispatcher.core.policy_compile import compile_policy
from dispatcher.core.policy_places import Places
from dispatcher.core.policy_problems import PolicyProblem, PolicyProblems
from dispatcher.core.policy_reading import check
from dispatcher.core.policy_text import General, Sections
from dispatcher.core.policy_variants import with_variants
from dispatcher.core.rules import Policy

__all__ = ["Policy", "PolicyProblem", "PolicyProblems", "parse"]

_TOP = frozenset(General.__struct_encode_fields__)


def parse(text: str, *, file: str = "policy") -> Policy | PolicyProblems:
    """The policy that a TOML text states, or everything that is wrong with it; `file` names the text in messages."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problem = PolicyProblem("file", _line_of(wrong, text), "TOML", f"The TOML reader says: {wrong}.")
        return PolicyProblems(file, (problem,))
    places = Places(text)
    problems: list[PolicyProblem] = []

    def add(path: str, expected: str, advice: str) -> None:
        problems.append(PolicyProblem(path or "file", places.line(path), expected, advice))

    check(content, Sections, "", add, top=_TOP)
    policy = None if problems else compile_policy(_sections(content), content, add)
    if policy is not None and not problems:
        policy = with_variants(policy, _sections(content), content, add, compile_policy)
    if policy is None or problems:
        return PolicyProblems(file, tuple(sorted(problems, key=lambda each: each.line or 0)))
    return policy


def _sections(content: Mapping[str, Any]) -> Sections:
    return msgspec.convert(content, Sections)


def _line_of(wrong: tomllib.TOMLDecodeError, text: str) -> int | None:
    words = str(wrong).partition("(at line ")[2].split(",")
    if words[0].isdigit():
        return int(words[0])
    return text.count("\n") + 1 if "end of document" in str(wrong) else None
