"""The chart and the canonical manifest differ where docs/node-local-dns.md says so, and nowhere else."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from chart_objects import by_kind, leaves, render, table

from charts.node_local_dns import NodeLocalDns
from rehearsal.parts import module_dir

DOCUMENT = Path(__file__).parents[3] / "docs" / "node-local-dns.md"
PILLARS = {"LOCAL__DNS": "169.254.20.10", "DNS__SERVER": "172.20.0.10", "DNS__DOMAIN": "cluster.local"}
IMAGE = "registry.k8s.io/dns/k8s-dns-node-cache:1.26.8"


@pytest.fixture(scope="module")
def canonical():
    text = (module_dir("kubernetes") / "cluster/addons/dns/nodelocaldns/nodelocaldns.yaml").read_text()
    for name, value in PILLARS.items():
        text = text.replace(f"__PILLAR__{name}__", value)
    return list(yaml.safe_load_all(text))


@pytest.fixture(scope="module")
def ours():
    return render(NodeLocalDns, cluster_dns_ip=PILLARS["DNS__SERVER"], image=IMAGE)


@pytest.fixture(scope="module")
def rows():
    return table(DOCUMENT.read_text(), "## Differences to the canonical manifest")


def differences(canonical, ours):
    """Return the triples (path, canonical value, our value) where the two differ."""
    left, right = leaves(canonical), leaves(ours)
    triples = [(path, left.get(path, "absent"), right.get(path, "absent")) for path in sorted({*left, *right})]
    return [(path, before, after) for path, before, after in triples if before != after]


def covers(row, difference):
    """Tell whether a row of the table speaks of a difference; `*` in it stands for any text."""
    patterns = [re.escape(cell).replace(r"\*", ".*") for cell in row[:3]]
    return all(re.fullmatch(pattern, value, re.DOTALL) for pattern, value in zip(patterns, difference, strict=True))


def undocumented(canonical, ours, rows):
    return [found for found in differences(canonical, ours) if not any(covers(row, found) for row in rows)]


def test_every_difference_to_the_canonical_manifest_has_a_row_in_the_table(canonical, ours, rows):
    assert undocumented(canonical, ours, rows) == []


def test_every_row_of_the_table_is_a_difference(canonical, ours, rows):
    found = differences(canonical, ours)
    assert [row[0] for row in rows if not any(covers(row, difference) for difference in found)] == []


def test_every_row_of_the_table_says_why(rows):
    assert [row[0] for row in rows if len(row) != 4 or not row[3]] == []


def test_no_row_is_so_wide_that_it_would_cover_an_unknown_field(rows):
    assert [row for row in rows if covers(row, ("DaemonSet.spec.new", "absent", "1"))] == []


def test_a_new_field_upstream_is_noticed(canonical, ours, rows):
    newer = copy.deepcopy(canonical)
    by_kind(newer, "DaemonSet")["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = {"periodSeconds": 3}
    assert [path for path, _, _ in undocumented(newer, ours, rows)] == [
        "DaemonSet.spec.template.spec.containers[node-cache].readinessProbe.periodSeconds"
    ]


def test_a_new_plugin_upstream_is_noticed(canonical, ours, rows):
    newer = copy.deepcopy(canonical)
    config = by_kind(newer, "ConfigMap")
    config["data"]["Corefile"] = config["data"]["Corefile"].replace("    loop\n", "    loop\n    bufsize 1232\n", 1)
    assert undocumented(newer, ours, rows) == [("ConfigMap.data.Corefile[cluster.local:53].bufsize", "1232", "absent")]


def test_an_undocumented_change_of_ours_is_noticed(canonical, ours, rows):
    changed = copy.deepcopy(ours)
    by_kind(changed, "DaemonSet")["spec"]["template"]["spec"]["dnsPolicy"] = "ClusterFirst"
    assert undocumented(canonical, changed, rows) == [
        ("DaemonSet.spec.template.spec.dnsPolicy", "Default", "ClusterFirst")
    ]
