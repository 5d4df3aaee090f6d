"""An answer past its end: given at once, for so long and no longer, and replaced by a truer one."""

import time

import pytest

from charts.node_local_dns import Options
from laboratory import Lab
from laboratory.addresses import CLUSTER_IP, LOCAL, NODE_RESOLVER, SECOND
from laboratory.zones import stand_ins

TTL_S, KEPT_S = 5, 2
POD, NEW_POD, OUTSIDE = "pod.svc.cluster.local", "absent.svc.cluster.local", "shop.example"


@pytest.fixture(scope="module")
def past(tmp_path_factory, programs):
    """Laboratories whose answers are past their ends: (changed, udp alone, failing); together, so as to wait once."""
    labs = [Lab(tmp_path_factory.mktemp(name), programs) for name in ("changed", "udp", "failing")]
    for lab, asked in zip(labs, (and_changed, by_udp_alone, and_failing), strict=True):
        asked(lab)
    time.sleep(TTL_S + KEPT_S + 2)
    yield labs
    for lab in labs:
        lab.close()


def and_changed(lab):
    """Ask a cache that keeps answers for a moment and one that keeps them for an hour; then change what is true."""
    servers = lab.start_servers()
    lab.start_cache("short", Options(serve_stale_seconds=KEPT_S), listen=(LOCAL, CLUSTER_IP))
    hour = Options(serve_stale_seconds=3600, health_port=8081, metrics_port=9254, setup_metrics_port=9354)
    lab.start_cache("hour", hour, listen=SECOND)
    for server in (CLUSTER_IP, SECOND[1]):
        assert lab.dig("pod", POD, server=server).records == ["10.1.2.3"]
        assert lab.dig("pod", NEW_POD, server=server).status == "NXDOMAIN"
    servers.stop()
    changed = stand_ins("", without="", log=True).replace("10.1.2.3", "10.1.2.4").replace("absent", "nobody")
    lab.start("servers", "servers", changed)


def by_udp_alone(lab):
    """Ask a resolver that refuses TCP."""
    lab.start_servers()
    lab.run(
        "node",
        "nft",
        f"""table ip no_tcp {{
        chain c {{ type filter hook output priority 0; ip daddr {NODE_RESOLVER} tcp dport 53 reject with tcp reset; }}
    }}""",
    )
    lab.start_cache("cache", Options())
    assert lab.dig("pod", OUTSIDE).ttl == TTL_S


def and_failing(lab):
    """Ask a resolver that says SERVFAIL from then on."""
    servers = lab.start_servers()
    lab.start_cache("cache", Options())
    assert lab.dig("pod", OUTSIDE).ttl == TTL_S
    servers.stop()
    failing = f".:53 {{\n    bind {NODE_RESOLVER}\n    template ANY ANY {{\n        rcode SERVFAIL\n    }}\n}}\n"
    lab.start("servers", "failing", failing)


def refreshed(holds):
    """Wait for the answer that the cache asked for when it gave the old one."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_changed_in_peace_is_hidden_no_longer_than_the_option_says(past):
    """A pod was replaced and another one added while nobody asked: an hour hides both from whoever asks first."""
    lab, *_ = past
    assert [lab.dig("pod", name).records for name in (POD, NEW_POD)] == [["10.1.2.4"]] * 2
    first, denied = (lab.dig("pod", name, server=SECOND[1]) for name in (POD, NEW_POD))
    assert (first.records, denied.status) == (["10.1.2.3"], "NXDOMAIN")
    for name in (POD, NEW_POD):
        refreshed(lambda name=name: lab.dig("pod", name, server=SECOND[1]).records == ["10.1.2.4"])


def test_a_resolver_that_takes_udp_alone_is_asked_again(past):
    """CoreDNS's cache refreshes by TCP: the first answer would be given until it is too old even for that."""
    _, lab, _ = past
    assert lab.dig("pod", OUTSIDE).ttl == 0
    refreshed(lambda: lab.dig("pod", OUTSIDE).ttl > 0)


def test_a_resolver_that_fails_hides_no_answer_that_is_known(past):
    """Its SERVFAIL is not kept: else it would be given until it is 5 s old, and once more up to a minute later."""
    *_, lab = past
    for _ in range(10):
        assert (lab.dig("pod", OUTSIDE).records, lab.dig("pod", f"new.{OUTSIDE}").status) == (["192.0.2.1"], "SERVFAIL")
        time.sleep(0.1)
