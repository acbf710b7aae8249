"""The AsyncAPI 3.0 document: every topic, who sends and who receives on it, and the messages with an example each."""

from typing import Any

import msgspec

from schemas.envelope import EVENT_MODELS, TYPES_OF_TOPIC
from schemas.journal import JournalRecord, TaskRecord
from schemas.json_schema import CONTRACTS_VERSION, Document, published
from schemas.refusals import SENTENCES
from schemas.rejected import RejectedHeaders
from schemas.topics import JOURNAL, REJECTED, TASKS, TOPICS, Topic
from schemas.trace import HEADER

_PREFACE = """\
Billing systems publish due dates, payments, profiles and feedback; the dispatcher decides who is contacted, when and
how, and records each decision.

Events are CloudEvents 1.0 in structured mode, one a record, with any Kafka key or none. Unknown fields are ignored and
counted. `subject` repeats `data.customer_id`; `time` orders statements about one thing, arrival never does. Money is in
integer minor units. Topic names get the prefix that the installation is configured with (DISPATCHER_TOPIC_PREFIX).
"""
_CUSTOMER_KEY = {
    "kafka": {
        "key": {"type": "string", "description": "the customer's id"},
        "bindingVersion": "0.5.0",
    }
}

_TRACE_HEADERS: Document = {
    "title": "TraceHeaders",
    "type": "object",
    "description": "All are optional; others are ignored.",
    "properties": {
        HEADER: {
            "type": "string",
            "description": "Trace context (W3C): of what caused the event, and so of every record that goes back to it.",
            "pattern": "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
        }
    },
}


def asyncapi(examples: dict[str, Document]) -> Document:
    """The whole document; `examples` holds one payload for each type of event, for `journal` and for `task`."""
    return {
        "asyncapi": "3.0.0",
        "id": "urn:dispatcher:contracts",
        "info": {
            "title": "Reminder dispatcher",
            "version": CONTRACTS_VERSION,
            "description": _PREFACE,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_key(topic.name): _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {"messages": _messages(examples), "schemas": _schemas()},
    }


def _key(name: str) -> str:
    """`invoice.due` as a name that every generator of code can use: `invoiceDue`."""
    first, *rest = name.split(".")
    return first + "".join(part.capitalize() for part in rest)


_OUTPUT_MESSAGES = {JOURNAL: ("journalRecord",), TASKS: ("taskRecord",), REJECTED: ("rejectedRecord",)}


def _messages_on(topic: str) -> tuple[str, ...]:
    """Keys of the messages on a topic; none on a topic that is internal."""
    return _OUTPUT_MESSAGES.get(topic) or tuple(_key(event_type) for event_type in TYPES_OF_TOPIC.get(topic, ()))


def _channel(topic: Topic) -> Document:
    messages = _messages_on(topic.name)
    channel: Document = {
        "address": topic.name,
        "title": topic.name,
        "description": topic.purpose if messages else f"{topic.purpose} (internal: no contract)",
    }
    if messages:
        channel["messages"] = {key: {"$ref": f"#/components/messages/{key}"} for key in messages}
    return channel


def _operations() -> Document:
    operations: Document = {}
    for topic in TOPICS:
        messages = _messages_on(topic.name)
        if not messages:
            continue
        receives = topic.name in TYPES_OF_TOPIC
        channel = _key(topic.name)
        name = ("receive" if receives else "send") + channel[0].upper() + channel[1:]
        operations[name] = {
            "action": "receive" if receives else "send",
            "channel": {"$ref": f"#/channels/{channel}"},
            "summary": topic.purpose,
            "messages": [{"$ref": f"#/channels/{channel}/messages/{key}"} for key in messages],
        }
    return operations


def _messages(examples: dict[str, Document]) -> Document:
    events = {
        _key(event_type): {
            "name": event_type,
            "title": event_type,
            "summary": f"CloudEvent of type {event_type}",
            "contentType": "application/cloudevents+json",
            "headers": {"$ref": "#/components/schemas/TraceHeaders"},
            "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
            "examples": [{"name": event_type, "payload": examples[event_type]}],
        }
        for event_type, model in EVENT_MODELS.items()
    }
    return {
        **events,
        "journalRecord": _output("journal", "one decision, attempt or fact", JournalRecord, examples["journal"]),
        "taskRecord": _output("task", "something for a person to do", TaskRecord, examples["task"]),
        "rejectedRecord": _rejected_record(),
    }


def _output(name: str, summary: str, model: type[msgspec.Struct], example: Document) -> Document:
    return {
        "name": name,
        "title": name,
        "summary": summary,
        "headers": {"$ref": "#/components/schemas/TraceHeaders"},
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
        "bindings": _CUSTOMER_KEY,
        "examples": [{"name": name, "payload": example}],
    }


def _rejected_record() -> Document:
    reasons = "\n".join(f"- `{reason}`: {sentence}" for reason, sentence in SENTENCES.items())
    return {
        "name": "rejected",
        "title": "rejected",
        "summary": "input that could not be read: the original bytes, with headers that say why",
        "description": f"Reasons:\n\n{reasons}\n",
        "contentType": "application/octet-stream",
        "headers": {"$ref": "#/components/schemas/RejectedHeaders"},
        "payload": {"description": "the bytes as they came"},
    }


def _schemas() -> Document:
    models: list[Any] = [*EVENT_MODELS.values(), JournalRecord, TaskRecord, RejectedHeaders]
    _, components = msgspec.json.schema_components(models, ref_template="#/components/schemas/{name}")
    return published(components | {"TraceHeaders": _TRACE_HEADERS})
