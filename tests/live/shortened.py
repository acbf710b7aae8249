"""The rules as they are, with their time constants divided: a live run cannot wait for hours."""

import re
from pathlib import Path
from typing import Any

import yaml

FACTOR = 30
"""Windows and waits, ages and lags that alerts compare with, are so many times smaller than in `deploy/prometheus`."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_AGES = re.compile(r"(_seconds\S*?\)?|_records\)) > (\d+)(?: \* (\d+))?(?=$|\s)")
_LIVE = re.compile(r"age_seconds|caught_up|finished_timestamp|lag_records")


def shortened(rules: Path) -> dict[str, Any]:
    """A rule file for the live run."""
    content: dict[str, Any] = yaml.safe_load(rules.read_text("utf-8"))
    for group in content["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            rule["expr"] = re.sub(r"\[(\w+)(:\w+)?\]", _window, rule["expr"])
            if _LIVE.search(rule["expr"]):
                rule["expr"] = _AGES.sub(_threshold, rule["expr"])
            if "for" in rule:
                rule["for"] = _divided(rule["for"])
    return content


def _window(found: re.Match[str]) -> str:
    return f"[{_divided(found[1])}{':1s' if found[2] else ''}]"


def _threshold(found: re.Match[str]) -> str:
    return f"{found[1]} > {int(found[2]) * int(found[3] or 1) / FACTOR:g}"


def _divided(duration: str) -> str:
    seconds = sum(int(n) * _SECONDS[unit] for n, unit in re.findall(r"(\d+)([smhd])", duration))
    return f"{max(2, round(seconds / FACTOR))}s"
