"""What the files of a deployment may name: variables of the product, and its lists of packages."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from dispatcher.settings.variables import VARIABLES

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"

_NAMES: Final = {each.name for each in VARIABLES}
_SECRETS: Final = {f"{each.name}_FILE" for each in VARIABLES if each.shown == "masked"}
_NAMED: Final = re.compile(r"DISPATCHER_[A-Z0-9_]+")


def unknown_variables(text: str) -> set[str]:
    """Names that look like a setting of ours and are none: a process would refuse to start with one."""
    return set(_NAMED.findall(text)) - _NAMES - _SECRETS


def pins(lock: Path) -> dict[str, str]:
    """Package -> version, of a lock."""
    lines = (line.split(";")[0].split(" ")[0] for line in lock.read_text("utf-8").splitlines() if "==" in line)
    return dict(line.split("==") for line in lines if not line.startswith("-"))


def unhashed(lock: Path) -> Iterable[str]:
    """Packages of a lock that no hash belongs to."""
    entries = re.split(r"\n(?=\S)", lock.read_text("utf-8").strip())
    return [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry]
