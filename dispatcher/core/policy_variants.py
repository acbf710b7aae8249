"""Champion and challengers (S41): a part of the customers lives under a policy of which some sections differ.

`[variants.<id>.policy]` holds whole sections, or keys of the top, that stand in for the champion's. What concerns all
customers together, or the texts that they read, is the same for everybody and cannot differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from dispatcher.core.policy_problems import Add
from dispatcher.core.policy_text import Sections
from dispatcher.core.rules import Policy, Variant

ALL = 100
"""Shares are percents."""

Compile = Callable[[Sections, Mapping[str, Any], Add], Policy]


def with_variants(
    champion: Policy, sections: Sections, content: Mapping[str, Any], add: Add, compiled: Compile
) -> Policy:
    """The policy with its variants, each compiled whole; the champion as it is if there are none."""
    if sum(each.share for each in sections.variants.values()) >= ALL:
        add("variants", "shares that leave some customers to the policy itself", "Their sum has to be below 100.")
    variants: list[Variant] = []
    below = 0
    for name, text in sections.variants.items():
        below += text.share
        replaced = content["variants"][name]["policy"]
        whole = {key: value for key, value in content.items() if key != "variants"} | replaced
        policy = compiled(msgspec.convert(whole, Sections), whole, _inside(f"variants.{name}.policy", add))
        variants.append(Variant(name, below, replace(policy, hash=champion.hash, variant=name)))
    return replace(champion, variants=tuple(variants)) if variants else champion


def _inside(place: str, add: Add) -> Add:
    def added(path: str, expected: str, advice: str) -> None:
        add(f"{place}.{path}", expected, advice)

    return added
