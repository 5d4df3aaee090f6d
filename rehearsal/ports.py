"""Free ports of the loopback interface."""

import random
import socket

# below the range from which Linux takes the ports of outgoing connections (net.ipv4.ip_local_port_range: 32768 and up),
# so that no client can take the port between this look and the server's own bind
_RANGE = range(15_000, 32_000)
_given: set[int] = set()  # in this process: who got one may not listen on it yet


def free_port() -> int:
    """Give a port of 127.0.0.1 that nobody listens on, and that was not given before.

    Raises:
        OSError: If 100 random ports of 15000-31999 were all taken.
    """
    left: list[int] = sorted({*_RANGE} - _given)
    for port in random.SystemRandom().sample(left, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            _given.add(port)
            return port
    raise OSError(f"127.0.0.1 must have a free port in {_RANGE.start}-{_RANGE.stop - 1}, got 100 taken ones")
