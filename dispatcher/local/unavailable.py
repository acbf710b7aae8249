"""Why no embedded Kafka can be had here, in one line that says how to get it."""

from typing import Final

EXIT_CODE: Final = 69
"""What a command exits with on `KafkaUnavailable` (EX_UNAVAILABLE of sysexits)."""

_INSTALL = "apt-get install -y --no-install-recommends default-jre-headless maven"
_OR = "or set DISPATCHER_BOOTSTRAP_SERVERS to use a running cluster"


class KafkaUnavailable(Exception):
    """No embedded Kafka on this machine; the message is one line for people and names the remedy."""


def java_missing() -> KafkaUnavailable:
    """No Java 17 or newer was found in `JAVA_HOME`, on `PATH` or in this environment."""
    return KafkaUnavailable(f"Java 17 or newer is missing: {_INSTALL} ({_OR})")


def maven_missing(wanted: str) -> KafkaUnavailable:
    """Jars must be fetched (`wanted` says why) and there is no Maven to do it."""
    return KafkaUnavailable(f"Maven is missing and Kafka's jars must be fetched ({wanted}): {_INSTALL} ({_OR})")
