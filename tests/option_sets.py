"""Random sets of options of the cache, right and wrong ones, and what an error about them looks like."""

import re
import string

from hypothesis import strategies as st


def check_message(message, paths):
    assert re.fullmatch(rf"({paths}) must .*, got .*: .*", message)
    assert len(message) < 500


TRAPS = st.sampled_from(
    ["", "}", "a\nreload", "a {", "import /etc/passwd", "{$HOME}", "#", '"', "a b", "-x", "é", "x" * 300]
)
LABELS = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=12)


def mostly(good, bad=TRAPS):
    """Draw what is wrong once in 16, so that a set of many options is right about half of the time."""
    return st.integers(0, 15).flatmap(lambda n: bad if n == 15 else good)


ZONES = mostly(
    st.from_regex(r"[a-z0-9_]{1,12}(\.[a-z0-9-_]{1,9}[a-z]){1,3}", fullmatch=True),
    st.lists(LABELS, max_size=4).map(".".join) | TRAPS,
)
ADDRESSES = mostly(
    st.ip_addresses(network="10.0.0.0/8").map(str) | st.ip_addresses(network="fd00::/8").map(str),
    st.ip_addresses().map(str) | TRAPS,
)
SERVERS = st.lists(ADDRESSES, min_size=1, max_size=3, unique=True) | st.lists(ADDRESSES, min_size=1, max_size=17)
NUMBERS = mostly(st.integers(1, 1000), st.integers(-2, 1_000_001) | TRAPS)
PORTS = mostly(st.integers(10_000, 65_535), st.integers(-2, 70_000) | TRAPS)
EVERY = {
    "cache_capacity": NUMBERS.map(lambda n: n + 1024 if isinstance(n, int) else n),
    "cluster_ttl": NUMBERS,
    "cluster_denial_ttl": NUMBERS,
    "other_ttl": NUMBERS,
    "serve_stale_seconds": NUMBERS,
    "prefetch": NUMBERS,
    "consolidate_errors_seconds": NUMBERS,
    "health_port": PORTS,
    "metrics_port": PORTS,
    "cluster_protocol": mostly(st.sampled_from(["force_tcp", "prefer_udp", "same"])),
    "stub_domains": st.dictionaries(ZONES, SERVERS, max_size=3),
    "upstreams": SERVERS,
    "drop_aaaa": st.booleans(),
    "log_queries": st.booleans(),
}
OPTIONS = st.fixed_dictionaries({}, optional=EVERY)
DOMAINS = mostly(st.just("cluster.local"), ZONES)
