"""When a broker is ready: a group can be joined and a transactional producer gets its id.

An open port says less: for about a second after a start the coordinators answer "not available", and a worker
that starts in that second waits, logs errors or gives up.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, MemberIdRequired, NoError, for_code
from aiokafka.protocol.group import JoinGroupRequest, LeaveGroupRequest
from aiokafka.protocol.transaction import InitProducerIdRequest

PROBE: Final = "dispatcher-readiness-probe"

_SESSION_TIMEOUT_MS = 6_000
_TRANSACTION_TIMEOUT_MS = 10_000
_PAUSE_S = 0.05
_ATTEMPT_S = 5.0  # a broker that accepts connections and never answers must not use up the whole deadline


class BrokerNotReady(Exception):
    """The deadline passed; the message names the addresses and the last answer."""


async def wait_until_ready(bootstrap_servers: str, *, timeout_s: float) -> None:
    """Return once a consumer group could be joined and a producer id was handed out.

    Both leave nothing behind but the broker's own `__consumer_offsets` and `__transaction_state`.

    Args:
        bootstrap_servers: `host:port`, several separated by commas.
        timeout_s: seconds until this gives up.

    Raises:
        BrokerNotReady: not ready after `timeout_s`.
    """
    last: BaseException | str = "no connection"
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    async with asyncio.timeout(_ATTEMPT_S):
                        await _probe(bootstrap_servers)
                except (KafkaError, OSError, TimeoutError) as fault:
                    last = fault
                else:
                    return
                await asyncio.sleep(_PAUSE_S)
    except TimeoutError:
        raise BrokerNotReady(f"{bootstrap_servers} was not ready after {timeout_s:g} s: {last!r}") from None


async def _probe(bootstrap_servers: str) -> None:
    await _connect(bootstrap_servers)
    async with _client(bootstrap_servers) as client:
        await _join_group(client)
        await _obtain_producer_id(client)


async def _connect(bootstrap_servers: str) -> None:
    # The client logs each refused connection as an error; while a broker starts that is no news.
    host, _, port = bootstrap_servers.split(",", maxsplit=1)[0].strip().rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


@contextlib.asynccontextmanager
async def _client(bootstrap_servers: str) -> AsyncIterator[AIOKafkaClient]:
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers, client_id=PROBE)
    try:
        await client.bootstrap()
        yield client
    finally:
        await client.close()


async def _join_group(client: AIOKafkaClient) -> None:
    node = await client.coordinator_lookup(CoordinationType.GROUP, PROBE)
    join = _join(JoinGroupRequest.UNKNOWN_MEMBER_ID)
    joined = await client.send(node, join, group=ConnectionGroup.COORDINATION)
    if for_code(joined.error_code) is MemberIdRequired:  # newer brokers hand out the id first
        joined = await client.send(node, _join(joined.member_id), group=ConnectionGroup.COORDINATION)
    _require(for_code(joined.error_code))
    leave = LeaveGroupRequest(PROBE, joined.member_id)
    left = await client.send(node, leave, group=ConnectionGroup.COORDINATION)
    _require(for_code(left.error_code))


def _join(member: str) -> JoinGroupRequest:
    timeout = _SESSION_TIMEOUT_MS
    return JoinGroupRequest(PROBE, timeout, timeout, member, None, "probe", [("probe", b"")])


async def _obtain_producer_id(client: AIOKafkaClient) -> None:
    node = await client.coordinator_lookup(CoordinationType.TRANSACTION, PROBE)
    request = InitProducerIdRequest(PROBE, _TRANSACTION_TIMEOUT_MS)
    answer = await client.send(node, request, group=ConnectionGroup.COORDINATION)
    _require(for_code(answer.error_code))


def _require(answer: type[KafkaError]) -> None:
    if answer is not NoError:
        raise answer
