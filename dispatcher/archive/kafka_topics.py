"""The topics that are archived, in Kafka; the archive knows them by their names without prefix."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

import structlog

from dispatcher.archive.archiver import Source
from dispatcher.archive.batch import ARCHIVED
from dispatcher.archive.starting import Place
from dispatcher.archive.unstartable import Unstartable
from dispatcher.engine.admission import check_master_key
from dispatcher.engine.clients import Kafka
from dispatcher.engine.config import Connection
from dispatcher.engine.tail import tail
from dispatcher.exit_codes import ExitCode
from schemas.topics import TOPICS

_OPTIONAL: Final = frozenset(topic.name for topic in TOPICS if topic.optional)

_log = structlog.get_logger(__name__)


class KafkaTopics:
    """Those of one installation; `prefix` stands before their names."""

    def __init__(self, prefix: str, connection: Connection) -> None:
        """Connects to nothing yet."""
        self._prefix = prefix
        self._connection = connection

    async def extents(self) -> Mapping[Place, tuple[int, int]]:
        """First and next offset of everything that is archived.

        Raises:
            KafkaAway: Kafka does not answer.
            Unstartable: a topic is missing.
        """
        found: dict[Place, tuple[int, int]] = {}
        async with Kafka(self._connection) as kafka:
            for topic in ARCHIVED:
                name = self._prefix + topic
                if await kafka.partitions(name) is None:
                    if topic in _OPTIONAL:
                        _log.warning("archive_reads_no_texts", advice="`dispatcher topics apply` creates their topic")
                        continue
                    why = f"there is no topic {name}: `dispatcher topics apply` creates what is missing"
                    raise Unstartable(ExitCode.TOPICS, why)
                found |= {(topic, partition): extent for partition, extent in (await kafka.ends(name)).items()}
        return found

    async def check_master_key(self) -> None:
        """Whether our master key is that of the topics.

        Raises:
            KafkaAway: Kafka does not answer.
            MasterKeyRefused: it is not.
        """
        await check_master_key(self._connection, self._prefix)

    def followed(self, begun: Mapping[Place, int]) -> AbstractAsyncContextManager[Source]:
        """A reader that begins at these offsets."""
        full = {(self._prefix + topic, partition): offset for (topic, partition), offset in begun.items()}
        return tail(self._connection, full)
