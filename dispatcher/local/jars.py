"""Kafka's jars: verified against the committed `jars.sha256`, fetched by Maven only where they differ.

They live in a cache that is no build output, so cleaning a build fetches nothing again. Several processes
may ask at the same time: one fetches, the others wait for it.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dispatcher.local.java import find_java
from dispatcher.local.unavailable import KafkaUnavailable, java_missing, maven_missing

_FETCH_TIMEOUT_S = 600.0
_CHECKOUT = Path(__file__).resolve().parents[2]
_IN_CHECKOUT = _CHECKOUT / "deploy" / "kafka"


def manifest() -> Path:
    """The folder of `pom.xml` and `jars.sha256`: that of a checkout, else that of this environment."""
    return _IN_CHECKOUT if _IN_CHECKOUT.is_dir() else Path(sys.prefix, "share", "dispatcher", "kafka")


def cache() -> Path:
    """Where jars are kept: `.kafka` of a checkout, else the user's cache directory."""
    if _IN_CHECKOUT.is_dir():
        return _CHECKOUT / ".kafka"
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(user) / "dispatcher" / "kafka"


def ensure_jars(home: Path, wanted_by: Path) -> list[Path]:
    """The verified jars of a broker, in the order of the class path.

    Args:
        home: the cache; created where missing.
        wanted_by: the folder of `pom.xml` and `jars.sha256`.

    Raises:
        KafkaUnavailable: they differ and cannot be fetched, or what was fetched differs too.
    """
    expected = _read_hashes(wanted_by / "jars.sha256")
    libs = home / "libs"
    home.mkdir(parents=True, exist_ok=True)
    with locked(home / "libs.lock"):
        wrong = differing(libs, expected)
        if wrong:
            _replace(libs, wanted_by / "pom.xml", expected, _name(wrong))
    # The class path is what was verified, not whatever else lies in the folder.
    return [libs / name for name in expected]


def differing(libs: Path, expected: dict[str, str]) -> list[str]:
    """Names of the jars that are missing or whose content is not the expected one."""
    return [name for name, digest in expected.items() if _digest(libs / name) != digest]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between processes; released by the system when this one dies."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _replace(libs: Path, pom: Path, expected: dict[str, str], wanted: str) -> None:
    with tempfile.TemporaryDirectory(dir=libs.parent, prefix="fetch-") as scratch:
        fetched = Path(scratch, "libs")
        _fetch(pom, fetched, wanted)
        if still := differing(fetched, expected):
            raise KafkaUnavailable(
                f"what Maven fetched is not what {pom.parent.name}/jars.sha256 names: {_name(still)}"
            )
        shutil.rmtree(libs, ignore_errors=True)
        fetched.rename(libs)


def _fetch(pom: Path, target: Path, wanted: str) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise maven_missing(wanted)
    java = find_java()
    if java is None:
        raise java_missing()
    command = [
        maven,
        "-q",
        "-B",
        "-f",
        str(pom),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={target}",
    ]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=os.environ | {"JAVA_HOME": str(java.home)},
            timeout=_FETCH_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise KafkaUnavailable(f"Maven did not fetch Kafka's jars within {_FETCH_TIMEOUT_S:g} s") from None
    if done.returncode != 0:
        said = next((line for line in done.stdout.splitlines() if "ERROR" in line), "no reason given")
        raise KafkaUnavailable(f"Maven could not fetch Kafka's jars (exit code {done.returncode}): {said}")


def _read_hashes(path: Path) -> dict[str, str]:
    # The format of `sha256sum`: digest, two blanks, name.
    return {name: digest for digest, name in (line.split() for line in path.read_text().splitlines())}


def _digest(jar: Path) -> str | None:
    try:
        with jar.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _name(wrong: list[str]) -> str:
    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"{wrong[0]}{more} missing or different"
