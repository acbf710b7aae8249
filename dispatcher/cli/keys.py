"""`keys`: which master keys still wrap keys of sealed records, and whether the file has them."""

from collections import Counter
from typing import TYPE_CHECKING, Final

import typer

from dispatcher.cli.ending import settings_or_stop
from dispatcher.cli.output import print_json, print_table
from dispatcher.exit_codes import ExitCode
from dispatcher.settings import Settings
from schemas import topics
from schemas.master_keys import owner_of, wrapped_by

if TYPE_CHECKING:
    from dispatcher.engine.clients import Kafka

_JSON = typer.Option(False, "--json", help="One JSON object a master key.")
_COLUMNS: Final = ("master key", "in the file", "customers", "writers")

Wrapped = dict[str, Counter[str]]
"""How many keys of customers and of writers, by the fingerprint of the master key that wraps them."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("keys")(list_master_keys)


def list_master_keys(as_json: bool = _JSON) -> None:
    """Name each master key and what it wraps.

    Masters are named by their fingerprints. Exit code 1: one that still wraps keys is not in the file.
    """
    from dispatcher.cli.kafka import on_kafka

    settings = settings_or_stop()
    wrapped = on_kafka(settings, lambda kafka: _wrapped(kafka, settings))
    ours = () if settings.masters is None else settings.masters.fingerprints
    rows = [(each, _place(each, ours), wrapped.get(each, Counter())) for each in dict.fromkeys((*ours, *wrapped))]
    if as_json:
        for name, place, counts in rows:
            told = {"master_key": name, "file": place, "customers": counts["customers"], "writers": counts["writers"]}
            print_json(told)
    else:
        print_table(_COLUMNS, [(name, place, str(n["customers"]), str(n["writers"])) for name, place, n in rows])
    if any(place == "missing" for _, place, _ in rows):
        raise typer.Exit(ExitCode.FINDINGS)


def _place(name: str, ours: tuple[str, ...]) -> str:
    if name not in ours:
        return "missing"
    return "wraps" if name == ours[0] else "unwraps only"


async def _wrapped(kafka: "Kafka", settings: Settings) -> Wrapped:
    from dispatcher.cli.kafka import existing

    topic = settings.topic(topics.KEYS)
    await existing(kafka, topic)
    latest: dict[bytes, bytes] = {}
    async for record in kafka.read(topic):
        if record.key is not None:
            latest.pop(record.key, None)
            if record.value is not None:
                latest[record.key] = record.value
    wrapped: Wrapped = {}
    for name, value in latest.items():
        kind = "writers" if owner_of(name)[0].startswith(b"\0") else "customers"
        wrapped.setdefault(wrapped_by(value).hex(), Counter())[kind] += 1
    return wrapped
