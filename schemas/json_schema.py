"""JSON Schema (2020-12) of everything that crosses the border: one document a type of event, the journal, the tasks.

Written for upstreams in any language. A schema cannot say all that `schemas.codec` checks: that the subject is the
customer, that a currency exists, that a number can be called.
"""

from inspect import cleandoc
from typing import Any

import msgspec

from schemas.envelope import EVENT_MODELS
from schemas.journal import JournalRecord, TaskRecord

CONTRACTS_VERSION = "1.0.0"
"""Version of the contracts (Semantic Versioning); `schemas.evolution` says what needs a new major version."""

Document = dict[str, Any]
"""A JSON document: what `json.dumps` takes."""

MODELS: dict[str, type[msgspec.Struct]] = {**EVENT_MODELS, "journal": JournalRecord, "task": TaskRecord}
"""Name of the schema -> model: the types of the events, `journal` and `task`."""


def json_schema(name: str) -> Document:
    """The self-contained schema of one of `MODELS`."""
    major = CONTRACTS_VERSION.partition(".")[0]
    schema = published(msgspec.json.schema(MODELS[name]))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:dispatcher:contracts:{major}:{name}",
        **schema,
    }


def published(schema: Document) -> Document:
    """A schema of msgspec as upstreams should read it: unknown fields allowed, descriptions without indentation."""
    published_schema: Document = _open(schema)
    return published_schema


def _open(node: Any) -> Any:  # noqa: ANN401 - any node of a JSON document
    if isinstance(node, list):
        return [_open(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: cleandoc(value) if key == "description" and isinstance(value, str) else _open(value)
        for key, value in node.items()
        if not (key == "additionalProperties" and value is False)
    }
