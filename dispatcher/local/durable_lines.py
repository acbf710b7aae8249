"""The stand-ins' own journals: what they took, on the disk before they say so."""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path


class DurableLines:
    """One JSON object a line, appended to a file; without a path nothing is kept.

    Those who wait for the disk at the same time share one write of it: a provider that is slower than its callers would be
    what is measured and tested.
    """

    def __init__(self, path: Path | None) -> None:
        """Opens the file."""
        self._file = None if path is None else path.open("a", encoding="utf-8")
        self._added = 0
        self._on_disk = 0
        self._syncing: asyncio.Task[None] | None = None

    def add(self, line: Mapping[str, object]) -> None:
        """Write one line; `durable` tells when it is on the disk."""
        if self._file is not None:
            self._file.write(json.dumps(line) + "\n")
            self._added += 1

    async def durable(self) -> None:
        """Wait until everything that was added is on the disk."""
        wanted = self._added
        while self._on_disk < wanted:
            if self._syncing is None:
                self._syncing = asyncio.get_running_loop().create_task(self._sync())
            await asyncio.shield(self._syncing)

    async def _sync(self) -> None:
        if self._file is None:
            return
        written = self._added
        self._file.flush()
        try:
            await asyncio.to_thread(os.fsync, self._file.fileno())
            self._on_disk = written
        finally:
            self._syncing = None

    async def close(self) -> None:
        """Close the file, everything on the disk."""
        await self.durable()
        if self._file is not None:
            self._file.close()
