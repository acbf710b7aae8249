"""Which partition a customer belongs to: one function for intake, gateway and senders.

Kafka's own rule for keyed records (murmur2, as its Java client computes it), over the CONFIGURED number of partitions:
a partition that appears later must not move customers away from their state.
"""

from functools import lru_cache

from aiokafka.partitioner import murmur2

_SIGN = 0x7FFFFFFF
_REMEMBERED = 1 << 17


@lru_cache(maxsize=_REMEMBERED)
def partition_of(customer_id: str, partitions: int) -> int:
    """The partition of a customer among `partitions`."""
    hashed: int = murmur2(customer_id.encode())
    return (hashed & _SIGN) % partitions
