"""Events as other systems send them over HTTP."""

import json
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
JSON = {"content-type": "application/json"}


def example(name: str, **changes: object) -> dict[str, object]:
    """One of the contract's own examples, with other attributes."""
    return json.loads((EXAMPLES / "valid" / f"{name}.json").read_text("utf-8")) | changes


def as_batch(*events: object) -> bytes:
    return json.dumps(events).encode()
