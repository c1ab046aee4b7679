"""Where a process of ours may listen, before it is started."""

import random
import socket

LOOPBACK = "127.0.0.1"
# The system gives higher ports to outgoing connections, which could take one over a restart.
_BELOW_EPHEMERAL = range(20_000, 32_000)


def free_port(preferred: int | None = None) -> int:
    """A loopback port that nothing listens on now, the preferred one if it is such.

    Another process may take it before the caller does; whoever binds it must be ready for that.

    Raises:
        OSError: No port was free.
    """
    tried = random.sample(_BELOW_EPHEMERAL, k=100)
    for port in tried if preferred is None else (preferred, *tried):
        if is_free(port):
            return port
    raise OSError(f"no free port among 100 of {_BELOW_EPHEMERAL} on {LOOPBACK}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
