"""What `doctor` says of one thing that it looked at."""

from dataclasses import dataclass
from typing import Final, Literal

Verdict = Literal["ok", "note", "wrong"]

POLICY: Final = "policy"
"""The part that is judged on the cluster if a policy was applied there, else by the setting."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `advice` is empty where nothing needs to be done."""

    verdict: Verdict
    part: str
    found: str
    advice: str = ""
