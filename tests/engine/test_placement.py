"""Customers are placed as Kafka's own Java client places a key."""

import pytest

from dispatcher.engine.placement import partition_of


# Values of org.apache.kafka.common.utils.Utils.murmur2, as Kafka's own UtilsTest lists them.
@pytest.mark.parametrize(
    ("key", "hashed"),
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)],
)
def test_the_partition_is_the_positive_hash_modulo_the_configured_number(key: str, hashed: int) -> None:
    assert partition_of(key, 16) == (hashed & 0x7FFFFFFF) % 16
