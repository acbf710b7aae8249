"""Free loopback ports for servers that may have to come back on the same port."""

import random
import socket

# Below the range the kernel hands to outgoing connections: while a killed server is away its clients keep
# dialling; one of them could be given that very port, connect to itself, and keep the server away for good.
_LOWEST, _HIGHEST = 15_000, 32_000


def is_free(port: int) -> bool:
    """Whether nobody listens on a loopback port now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """`count` different ports that are free now; whoever binds them may still lose a race."""
    held: dict[int, socket.socket] = {}
    try:
        while len(held) < count:
            port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - not a secret
            candidate = socket.socket()
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                candidate.close()
            else:
                held[port] = candidate
        return list(held)
    finally:
        for placeholder in held.values():
            placeholder.close()
