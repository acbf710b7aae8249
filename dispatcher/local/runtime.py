"""What the embedded Kafka runs on: a Java, the verified jars, and a cache of loaded classes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatcher.local.jars import cache, ensure_jars, manifest
from dispatcher.local.java import Java, find_java
from dispatcher.local.unavailable import java_missing

# Warnings and errors only: at `info` one start writes 2,500 lines of settings.
_LOGGING: Final = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Java, jars and the folder where both are cached."""

    java: Java
    jars: tuple[Path, ...]
    home: Path

    @property
    def archive(self) -> Path:
        """Where a broker's classes are (or would be) kept ready to map: bound to this JVM and these jars."""
        identity = "\n".join([self.java.build, *map(str, self.jars)])
        return self.home / f"classes-{hashlib.sha256(identity.encode()).hexdigest()[:16]}.jsa"

    @property
    def recorded(self) -> bool:
        """Whether there is such an archive."""
        return self.archive.exists() and self.archive.stat().st_size > 0

    def command(self, main_class: str, *arguments: str | Path, flags: Sequence[str] = ()) -> list[str | Path]:
        """The command line that runs `main_class` with JVM options `flags`."""
        mapped = [f"-XX:SharedArchiveFile={self.archive}", "-Xshare:auto"] if self.recorded else []
        return [
            self.java.executable,
            "-XX:+IgnoreUnrecognizedVMOptions",  # not every JVM knows about archives
            *mapped,
            *flags,
            *_LOGGING,
            "-cp",
            ":".join(map(str, self.jars)),
            main_class,
            *arguments,
        ]


def find_runtime(home: Path | None = None) -> Runtime:
    """Find Java, and fetch the jars where `home` (by default the cache of this installation) lacks them.

    Raises:
        KafkaUnavailable: no Java, or jars that are neither there nor to be had.
    """
    java = find_java()
    if java is None:
        raise java_missing()
    home = home or cache()
    return Runtime(java, tuple(ensure_jars(home, manifest())), home)
