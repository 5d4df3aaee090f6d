"""The repository's own environment files, measured as they stand."""

import dataclasses
import pathlib
import subprocess
import sys

import pytest

from review.flows import flows_of, prediction
from settings import load
from tests.dataplane.measured_environment import measure_environment

ROOT = pathlib.Path(__file__).parents[2]
NAMES = sorted(path.stem for path in (ROOT / "environments").glob("*.yaml") if path.stem != "pipeline")


@pytest.mark.parametrize("name", NAMES)
def test_kernel_and_review_agree_about_the_environment(name):
    """With its own ranges, peers and variables; each flow of the review was tried by each protocol."""
    settings = load(name)
    found = measure_environment(settings)
    assert found.agrees, found.text()
    assert {(one.flow.key, one.protocol) for one in found.comparisons} == {
        (flow.key, protocol) for flow in flows_of(settings) for protocol in flow.protocols
    }


def test_the_command_shows_both_sides_and_what_was_replaced(environment_file):
    """A file whose peer needs no pod address: the packets say so, and the command says which cache ran."""
    text = (ROOT / "environments" / "dev.yaml").read_text().replace("external_snat: true", "external_snat: false")
    command = [sys.executable, "-m", "tests.dataplane", "--environment", environment_file(text)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert any(line.startswith("  the node's cache: ") for line in lines)
    line = next(line for line in lines if line.startswith("  SGP pod -> peer data"))
    assert " ".join(line.split()) == "SGP pod -> peer data udp+tcp ok, from node, >primary / <primary agrees"


def test_the_command_tells_a_file_that_cannot_be_used(environment_file):
    """No traceback, neither of a file that is not there nor of one that a rule stops."""
    text = (ROOT / "environments" / "existing.yaml").read_text()
    ports = environment_file(text.replace("    enabled: true\n", "    enabled: true\n    health_port: 9253\n"))
    for given, said in (("nowhere", "error: "), (ports, "error: the cache cannot be made, make review tells the rule")):
        command = [sys.executable, "-m", "tests.dataplane", "--environment", given]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_kube_proxy_in_another_mode_is_a_note_and_no_obstacle(environment_file):
    """The review lets it pass where there is no cache; the laboratory has kube-proxy's iptables rules alone."""
    text = (ROOT / "environments" / "existing.yaml").read_text()
    found = measure_environment(
        load(environment_file(text.replace("    enabled: true\n", "    enabled: false\n  kube_proxy_mode: ipvs\n")))
    )
    assert found.agrees, found.text()
    assert "kube-proxy: rules of its iptables mode stand for those of ipvs" in found.text()


def test_what_differs_is_measured_once_more_before_it_is_told(monkeypatch):
    """Here the model is wrong, so both looks differ; on a busy machine a packet was late, and the second agrees."""
    (right,) = (row for row in prediction.TABLE if row.id == "plain-to-vpc")
    wrong = dataclasses.replace(right, cells=(dataclasses.replace(right.cells[0], source="node"),))
    table = tuple(wrong if row is right else row for row in prediction.TABLE)
    monkeypatch.setattr(prediction, "TABLE", table)
    found = measure_environment(load("existing"))
    assert {one.flow.id for one in found.comparisons if one.differences} == {"plain-to-vpc"}
    assert "measured twice" in found.text()


def test_a_cache_that_asks_a_peer_for_everything_asks_nobody_else(environment_file):
    """Upstreams in the peer take the place of the VPC's resolver, stub domains or not."""
    text = (ROOT / "environments" / "dev.yaml").read_text()
    upstreams = text.replace("    stub_domains:\n", '    upstreams: ["10.99.1.53"]\n    stub_domains:\n')
    assert upstreams != text
    found = measure_environment(load(environment_file(upstreams)))
    assert found.agrees, found.text()
    flows = [one.flow.key for one in found.comparisons]
    assert "cache-to-peer-resolver-data" in flows
    assert "cache-to-vpc-resolver" not in flows


def test_a_further_range_of_a_peer_that_goes_another_way_is_measured_by_itself(environment_file):
    """Of three ranges two are excluded from translation: the packets to the third carry the node's address."""
    text = (ROOT / "environments" / "dev.yaml").read_text()
    several = text.replace(
        "cidr: 10.99.0.0/16\n", "cidr: 10.99.0.0/16\n    further_cidrs: [100.64.0.0/16, 100.65.0.0/16]\n"
    )
    excluded = "external_snat: false\n  exclude_snat_cidrs: [10.99.0.0/16, 100.64.0.0/16]"
    found = measure_environment(load(environment_file(several.replace("external_snat: true", excluded))))
    assert found.agrees, found.text()
    seen = {one.flow.key: one.outcome.source for one in found.comparisons if one.flow.id == "sgp-to-peer"}
    assert seen == {"sgp-to-peer-data": "pod", "sgp-to-peer-data-100.65.0.0/16": "node"}


@pytest.mark.parametrize(
    ("behind_nat", "snat", "mind"),
    [
        ("false", "true", ("pod", False, False)),
        ("true", "false", ("node", True, True)),
        ("isolated", "true", ("pod", False, False)),
        ("isolated", "false", ("node", False, False)),
    ],
    ids=["a public subnet", "translated services", "no way out", "no way out for nodes"],
)
def test_where_nodes_stand_and_what_is_an_external_service_are_measured(environment_file, behind_nat, snat, mind):
    """Both decide what becomes of packets to the internet, and both are the file's."""
    text = (ROOT / "environments" / "existing.yaml").read_text()
    text = text.replace("behind_nat: true", f"behind_nat: {behind_nat}")
    services = '  env: { AWS_EXTERNAL_SERVICE_CIDRS: "198.51.100.0/24, 192.0.2.53/32, 192.168.7.0/24" }\n'
    text = text.replace("  external_snat: true\n", f"  external_snat: {snat}\n{services}")
    found = measure_environment(load(environment_file(text)))
    assert found.agrees, found.text()
    source, internet, service = mind
    on_premises = snat == "false"  # whatever the way to the internet: only the source check keeps it away
    seen = {(one.flow.id, one.flow.range): one.outcome for one in found.comparisons}
    for flow, arrives in (
        (("sgp-to-internet", ""), internet),
        (("sgp-to-external-service", "198.51.100.0/24"), service),
        (("sgp-to-external-service", "192.0.2.53/32"), service),
        (("sgp-to-external-service", "192.168.7.0/24"), on_premises),
    ):
        assert (seen[flow].arrived, seen[flow].source) == (arrives, source), flow


def test_a_peers_range_around_others_is_measured_outside_of_them(environment_file):
    """A transit gateway's may lie around the VPC's; half of it is excluded from translation, and the rest counts."""
    text = (ROOT / "environments" / "dev.yaml").read_text()
    for old, new in (
        ("  cidr: 10.20.0.0/16", "  cidr: 10.0.0.0/16"),
        ("cidr: 10.99.0.0/16", "cidr: 10.0.0.0/8"),
        ("vpc_id: vpc-0d1a2b3c4d5e6f701", "transit_gateway_id: tgw-0d1a2b3c4d5e6f701"),
        ("external_snat: true", "external_snat: false\n  exclude_snat_cidrs: [10.0.0.0/9]"),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    found = measure_environment(load(environment_file(text)))
    assert found.agrees, found.text()
    assert {one.outcome.source for one in found.comparisons if one.flow.id == "sgp-to-peer"} == {"node"}


@pytest.mark.parametrize("by", ["prefer_udp", "same"])
def test_a_cache_that_need_not_ask_by_tcp_asks_by_both(environment_file, by):
    """By UDP first, and by TCP where an answer is cut off or the client speaks it."""
    text = (ROOT / "environments" / "existing.yaml").read_text()
    found = measure_environment(
        load(environment_file(text.replace("    enabled: true\n", f"    enabled: true\n    cluster_protocol: {by}\n")))
    )
    assert found.agrees, found.text()
    asked = {one.protocol for one in found.comparisons if one.flow.id == "cache-to-coredns"}
    assert asked == {"udp", "tcp"}
