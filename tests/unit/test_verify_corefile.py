"""What `make verify` reads in CoreDNS's Corefile: zones and plugins that pods lose once they ask the cache."""

import pytest

from charts.node_local_dns import Options
from charts.node_local_dns.corefile import corefile as written
from review.corefile import blocks
from verify.corefile import cluster_domain, corefile, stands_in

PLAIN = """
.:53 {
    errors
    health {
        lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
    }
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    cache 30
}
"""


def looked(text, stub_domains=()):
    """Return each finding's result and what is told."""
    found = corefile({"data": {"Corefile": text}}, domain="cluster.local", stub_domains=dict.fromkeys(stub_domains, ()))
    return [(one.result, *one.problems, one.not_tried) for one in found]


def test_a_corefile_as_eks_makes_it_is_right():
    """All that it has for other names is the node's resolver, which the cache asks too."""
    assert looked(PLAIN) == [("holds", "")]


@pytest.mark.parametrize("key", ["corp.example:53", "corp.example", "dns://Corp.Example.:1053", "corp.example:53,"])
def test_a_zone_of_its_own_needs_a_stub_domain(key):
    """Or one above it; one that only ends alike is another zone."""
    block = f"{key} {{\n    forward . 10.0.0.2 # the old one\n}}\n"
    lost = "zone corp.example is asked from the node's resolver, not from CoreDNS"
    assert looked(PLAIN + block) == [("fails", lost, "")]
    assert looked(block + PLAIN, ["corp.example"]) == looked(block + PLAIN, ["example"]) == [("holds", "")]
    assert looked(PLAIN + block, ["p.example"]) == [("fails", lost, "")]


@pytest.mark.parametrize("key", ["apps.cluster.local", "10.in-addr.arpa", "10.0.0.0/8", "d.f.ip6.arpa:53"])
def test_zones_that_the_cache_asks_coredns_for_are_no_problem(key):
    """The cluster's and the reverse ones, and what lies below them."""
    assert looked(f"{key} {{\n    hosts\n}}\n{PLAIN}") == [("holds", "")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("hosts {\n        10.0.0.9 old.example\n        fallthrough\n    }", "hosts"),
        ("rewrite name old.example new.example", "rewrite"),
        ("auto example.org {\n        directory /etc/zones\n    }", "auto"),
        ("etcd skydns.local", "etcd"),
        ("file /etc/zones/example.org", "file"),
        ("k8s_external example.org", "k8s_external"),
        ("route53 example.org.:Z1Z2Z3Z4DZ5Z6Z7", "route53"),
        ("forward . 10.0.0.2 10.0.0.3", "forward"),
        ("forward corp.example 10.0.0.2", "forward"),
        ("autopath @kubernetes\n    template IN AAAA", "autopath, template"),
    ],
)
def test_what_changes_other_names_is_named(line, told):
    """Only their owner knows whether pods need them, so it is no failure."""
    assert looked(PLAIN.replace("    cache 30", f"    {line}")) == [
        ("holds", ""),
        ("not tried", f"its block for everything has {told}, and the cache asks it for the cluster's names alone"),
    ]


@pytest.mark.parametrize(
    ("zones", "text", "told"),
    [
        (["corp.example"], PLAIN, "it has no block for corp.example: "),
        (["corp.example"], f"corp.example {{\n    forward . 10.0.0.2\n}}\n{PLAIN}", ""),
        (
            ["a.corp.example", "xcorp.example"],
            f"corp.example {{\n    file z\n}}\n{PLAIN}",
            "no block for xcorp.example: ",
        ),
    ],
)
def test_coredns_without_a_stub_domain_cannot_stand_in_for_the_cache(zones, text, told):
    """A block for the zone or one above it; the one for everything asks the node's resolver, as the cache does not."""
    (found,) = stands_in({"data": {"Corefile": text}}, zones)
    assert found.result == ("not tried" if told else "holds")
    assert told in found.not_tried
    assert bool(found.not_tried) == bool(told)


def test_without_stub_domains_or_a_corefile_nobody_needs_to_stand_in():
    """Of a Corefile that is not there another line tells already."""
    assert [*stands_in({"data": {"Corefile": PLAIN}}, [])] == [*stands_in(None, ["corp.example"])] == []


def test_comments_and_empty_lines_are_no_plugins():
    """Whatever they hold."""
    text = PLAIN.replace("    cache 30", "    cache 30\n\n    # hosts {\n    #rewrite name old.example new.example\n")
    assert looked(text.replace("resolv.conf", "resolv.conf # 10.0.0.2")) == [("holds", "")]
    assert blocks(text) == blocks(PLAIN)


def test_a_corefile_without_a_block_for_everything_has_its_zones_judged():
    """Nothing answers other names there."""
    block = "corp.example {\n    forward . 10.0.0.2\n}\n"
    assert looked(block, ["corp.example"]) == [("holds", "")]
    assert [result for result, *_ in looked(block)] == ["fails"]


def test_snippets_imports_and_several_zones_of_one_block_are_read():
    """A snippet is no zone; the zones of a block may stand on lines of their own."""
    text = "import more/*.conf\n(own) {\n    hosts\n}\na.example,\nb.example:53 {\n    import own\n}\n"
    assert blocks(text) == {"a.example": [["import", "own"]], "b.example": [["import", "own"]]}


def test_the_cache_s_own_corefile_is_read_whole():
    """It has every form that podnet writes."""
    options = Options(stub_domains={"corp.example": ["10.9.0.2"]}, log_queries=True, drop_aaaa=True)
    text = written(listen=["169.254.20.10", "172.20.0.10"], cluster_domain="cluster.local", options=options)
    found = blocks(text)
    assert [*found] == ["cluster.local", "in-addr.arpa", "ip6.arpa", "corp.example", "."]
    assert all({"errors", "cache", "forward", "bind"} <= {name for name, *_ in plugins} for plugins in found.values())


@pytest.mark.parametrize("configuration", [None, {}, {"data": {}}, {"data": {"Corefile": ""}}])
def test_without_a_corefile_nothing_is_said_to_hold(configuration):
    """A cluster may keep it somewhere else."""
    (found,) = corefile(configuration, domain="cluster.local", stub_domains={})
    assert found.result == "not tried"


@pytest.mark.parametrize(
    ("line", "domain", "result"),
    [
        ("kubernetes cluster.local in-addr.arpa ip6.arpa {", "cluster.local", "holds"),
        ("kubernetes Cluster.Local. in-addr.arpa {", "cluster.local", "holds"),
        ("kubernetes old.example cluster.example 172.20.0.0/16 {", "cluster.example", "holds"),
        ("kubernetes cluster.local in-addr.arpa ip6.arpa {", "cluster.example", "fails"),
        ("kubernetes in-addr.arpa {", "cluster.local", "not tried"),
        ("kubernetes {", "cluster.local", "not tried"),
    ],
)
def test_the_cluster_has_the_domain_of_the_file(line, domain, result):
    """The cache asks CoreDNS for it alone: under another one every name of the cluster is lost."""
    text = PLAIN.replace("kubernetes cluster.local in-addr.arpa ip6.arpa {", line)
    found = cluster_domain({"data": {"Corefile": text}}, domain)
    assert found.result == result
    assert found.problems == ["dns_cache.cluster_domain is cluster.example, and CoreDNS has cluster.local"] * (
        result == "fails"
    )


@pytest.mark.parametrize("configuration", [None, {}, {"data": {}}])
def test_without_a_corefile_no_domain_is_known(configuration):
    """A cluster may keep it somewhere else."""
    assert cluster_domain(configuration, "cluster.local").result == "not tried"
