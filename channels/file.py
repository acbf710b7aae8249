"""A channel that hands messages over in a file: one JSON object a line, on the disk before it counts as accepted.

For a print shop, a system without a network, or a first look. A line that is there was handed over, so a doubt is resolved
by reading. Writing waits for the disk and holds the loop up that long, a few milliseconds; in return no send is half done.
"""

import json
import os
from dataclasses import asdict
from typing import Final

from channels.accounts import FileConfig
from channels.protocol import (
    Absent,
    Accepted,
    Capabilities,
    Deferred,
    Finding,
    Health,
    Lookup,
    Message,
    NotStarted,
    Outcome,
    Permit,
    Prepared,
    Rejected,
    Unknown,
    Unwell,
    Well,
)
from schemas.values import Channel

_DISK_S: Final = 60.0
_OWNER_ONLY: Final = 0o600


class MessageFile:
    """Appends to `<folder>/<channel>.jsonl`, which its owner alone can read: numbers and texts are in clear there."""

    name: Final = "file"

    def __init__(self, channel: Channel, config: FileConfig) -> None:
        self.capabilities: Final = Capabilities(channel, idempotency="list_only", max_text=None, expires=False)
        self._path = config.folder / f"{channel}.jsonl"
        self._closed = False

    def __repr__(self) -> str:
        return f"MessageFile({self.capabilities.channel})"

    def prepare(self, message: Message) -> Prepared | Rejected:
        """Write the line; a text that JSON cannot hold (a lone surrogate) is refused."""
        try:
            told = {name: value for name, value in asdict(message).items() if name != "trace" or value}
            return Prepared(message, json.dumps(told, ensure_ascii=False).encode() + b"\n")
        except UnicodeEncodeError:
            return Rejected("content", "unencodable")

    async def send(self, prepared: Prepared, *, permit: Permit, deadline_s: float) -> Outcome:  # noqa: ARG002
        """Append the line and wait for the disk; what was written of it is taken back where that fails."""
        if self._closed:
            return NotStarted()
        try:
            file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        except OSError as away:
            return Deferred(_DISK_S, "provider", type(away).__name__)
        try:
            return _appended(file, prepared, permit)
        finally:
            os.close(file)

    async def reconcile(self, lookup: Lookup, *, deadline_s: float) -> Finding:  # noqa: ARG002
        """Look for the attempt's line."""
        try:
            with self._path.open("rb") as lines:
                found = any(_is_of(line, lookup.attempt_id) for line in lines)
        except FileNotFoundError:
            return Absent()
        except OSError as away:
            return Deferred(_DISK_S, "provider", type(away).__name__)
        return Accepted(lookup.attempt_id) if found else Absent()

    async def health(self, *, deadline_s: float) -> Health:  # noqa: ARG002
        """Whether the folder is there and can be written to."""
        return Well() if os.access(self._path.parent, os.W_OK | os.X_OK) else Unwell("folder", ours=True)

    async def close(self) -> None:
        """Write nothing more."""
        self._closed = True


def _appended(file: int, prepared: Prepared, permit: Permit) -> Outcome:
    if not permit():
        return NotStarted()
    before = os.fstat(file).st_size
    try:
        _write(file, prepared.payload)
        os.fsync(file)
    except OSError as fault:
        try:
            os.ftruncate(file, before)
        except OSError:
            return Unknown(type(fault).__name__)
        return Deferred(_DISK_S, "provider", type(fault).__name__)
    return Accepted(prepared.message.attempt_id)


def _write(file: int, line: bytes) -> None:
    """All of it: a full disk takes a part and says how much."""
    while line:
        line = line[os.write(file, line) :]


def _is_of(line: bytes, attempt_id: str) -> bool:
    try:
        told: object = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("attempt_id") == attempt_id
