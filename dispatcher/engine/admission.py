"""Whether the master key is the one that an installation was sealed with: asked once, before a process takes part."""

from dispatcher.engine.bare_reading import batches
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.own_key import PARTITION
from schemas import topics
from schemas.master_keys import MasterKeyRefused, wrapped_by


async def check_master_key(connection: Connection, prefix: str) -> None:
    """Look at the first partition of the key topic, where every process that writes leaves a key.

    Raises:
        MasterKeyRefused: records are sealed, and we have no master key, or another one.
        KafkaAway: Kafka does not answer.
    """
    topic = prefix + topics.KEYS
    async with Kafka(connection) as kafka:
        if await kafka.partitions(topic) is None:
            return
    used: dict[bytes, bytes] = {}
    async for batch in batches(connection, topic, PARTITION):
        for each in batch:
            if each.value is None:
                used.pop(each.key, None)
            else:
                used[each.key] = wrapped_by(each.value)
    ours = () if connection.masters is None else connection.masters.fingerprints
    strange = sorted({each.hex() for each in used.values()} - set(ours))
    if strange:
        have = f"has {', '.join(ours)}" if ours else "is not set"
        raise MasterKeyRefused(
            f"{topic} holds keys that the master key {', '.join(strange)} wrapped, and DISPATCHER_MASTER_KEY_FILE {have}: "
            "name the file that holds it, behind the one in use if that is another; nothing was read or written"
        )
