"""The laboratory itself: who may run it, what it needs, and that what it does by hand is what upstream does."""

import contextlib
import dataclasses
import os
import pathlib
import re
import struct
import subprocess
import sys
import time

import pytest

from rehearsal.parts import module_dir
from rehearsal.parts.catalogue import CATALOGUE
from settings import load
from tests.dataplane.jobs import job, moment
from tests.dataplane.lab import dns, outside
from tests.dataplane.lab.addresses import Addresses
from tests.dataplane.lab.errors import LabError
from tests.dataplane.lab.request import Request
from tests.dataplane.lab.requests import Requests

ROOT = pathlib.Path(__file__).parents[2]
FEW = ["sgp-to-peer", "kubelet-to-sgp", "sgp-to-cluster-dns", "nodeport-local-to-sgp"]


@pytest.fixture(scope="module")
def small_job():
    settings = load("dev")
    return job(settings, "small", [moment(settings, "on", cache=True)], only=FEW)


def test_a_user_without_rights_sees_the_same(small_job, monkeypatch):
    """In a user namespace the outcomes are those of root, sysctls and NOTRACK rules included."""
    as_whoever_runs_this = outside.measure([small_job]).outcomes
    monkeypatch.setattr(outside, "WAYS", [way for way in outside.WAYS if "--user" in way])
    assert outside.measure([small_job]).outcomes == as_whoever_runs_this
    assert len(as_whoever_runs_this) == 6


def test_nothing_is_left_on_the_machine(small_job):
    """Namespaces, links and rules go with the laboratory."""

    def machine():
        shown = [["ip", "-brief", "link"], ["ip", "netns"], ["ip", "rule"], ["nft", "list", "tables"]]
        return [subprocess.run(command, capture_output=True, text=True, check=False).stdout for command in shown]

    before = machine()
    outside.measure([small_job])
    assert machine() == before


def test_missing_tools_are_told_with_the_line_to_type(monkeypatch, tmp_path):
    """Never a skip."""
    monkeypatch.setattr(outside, "PATH", str(tmp_path))
    with pytest.raises(LabError, match=r"sudo apt-get install iproute2 iptables nftables"):
        outside.inside("true")


def test_a_kernel_that_allows_nothing_is_told_with_the_line_to_type(monkeypatch):
    """Neither root nor user namespaces."""
    monkeypatch.setattr(outside, "WAYS", (["false"],))
    with pytest.raises(LabError, match=r"run as root, or type: sudo sysctl"):
        outside.inside("true")


def test_what_aws_code_refuses_stops_the_measurement(small_job):
    """A mistake in what the node is told is an error, not a lost packet."""
    wrong = dataclasses.replace(
        small_job, aws_node={**small_job.aws_node, "AWS_VPC_K8S_CNI_VETHPREFIX": "far-too-long-a-prefix"}
    )
    with pytest.raises(LabError, match="cni-lab"):
        outside.measure([wrong])


def test_the_init_container_still_writes_what_the_laboratory_writes():
    """Its code is a program that cannot be imported: two sysctls, and no other for TCP or UDP over IPv4."""
    source = (module_dir("cni_lab") / "cmd" / "aws-vpc-cni-init" / "main.go").read_text()
    assert set(re.findall(r'"(net/ipv4/[^"]*)"', source)) == {"net/ipv4/conf/", "net/ipv4/tcp_early_demux"}
    assert 'procSys.Set(entry, "2")' in source


def test_the_laboratory_and_the_rehearsal_take_one_version_of_the_cni():
    """The code that runs here is that of the manifests and schemas that other tests read."""
    assert CATALOGUE["cni_lab"].version == CATALOGUE["vpc_cni"].version


def test_a_laboratory_that_does_not_end_is_told(small_job, monkeypatch):
    """Its limit is an error with a sentence."""
    monkeypatch.setattr(outside, "_LIMIT", 0.01)
    with pytest.raises(LabError, match=r"must end within 0\.01 s"):
        outside.measure([small_job])


def test_requests_beside_each_other_can_be_told_apart():
    """Every server has a port of its own, and late packets of one moment belong to nobody in the next."""
    made = Requests(
        Addresses(vpc_cidr="10.0.0.0/27", service_cidr="172.20.0.0/16", local_dns="169.254.20.10"), "cluster.local"
    )
    first, second = made.all(), made.all()
    ports = [{one.port for one in requests if one.server and one.port < 30000} for requests in (first, second)]
    assert len(ports[0]) > 30
    assert ports[0].isdisjoint(ports[1])


def test_the_least_vpc_is_large_enough():
    """Thirty-two addresses hold the node, its pods, the host and CoreDNS."""
    least = Addresses(vpc_cidr="10.0.0.32/27", service_cidr="172.20.0.0/16", local_dns="169.254.20.10")
    hosts = [least.gateway, least.resolver, least.node, *least.pods.values(), least.host, least.coredns]
    assert len(set(hosts)) == len(hosts) == 9
    assert least.subnet == "10.0.0.32/28"


def test_requests_to_one_server_clash():
    """Two clients of one DNS address cannot be told apart once their sources are rewritten."""
    values = {"protocol": "udp", "client_address": "10.0.0.5", "to": "172.20.0.10", "port": 53}
    one = Request(flow="a", client="sgp", far=("172.20.0.10", "10.0.2.5"), **values)
    assert one.clashes(Request(flow="b", client="plain", **values))
    assert not one.clashes(Request(flow="b", client="plain", **{**values, "protocol": "tcp"}))
    assert not one.clashes(Request(flow="b", client="plain", **{**values, "to": "169.254.20.10"}))


def test_an_answer_with_its_name_written_out_is_read_too():
    """Compression of names is a server's choice."""
    asked = dns.query(7, "q7.cluster.local")
    record = struct.pack(">HHIH", 1, 1, 5, 4) + bytes([10, 0, 0, 5])
    head = struct.pack(">6H", 7, 0x8400, 1, 1, 0, 0)
    for name in (b"\xc0\x0c", asked[12:-4]):
        assert dns.first_address(head + asked[12:] + name + record) == "10.0.0.5"
    assert not dns.first_address(asked)


def test_nothing_outlives_a_test_run_that_is_killed(small_job):
    """SIGKILL of whoever measures ends the laboratory and its DNS servers too."""
    domain = f"killed-{os.getpid()}.example"
    corefile = small_job.corefile + f"{domain}:53 {{\n    whoami\n}}\n"
    long = dataclasses.replace(small_job, moments=small_job.moments * 1000, corefile=corefile, node_cache="")
    code = "import sys; from tests.dataplane.lab.outside import measure; from tests.dataplane.lab.job import Job;"
    command = [sys.executable, "-c", code + "measure([Job.from_json(sys.stdin.read())])"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True, cwd=ROOT) as measuring:
        measuring.stdin.write(long.to_json())
        measuring.stdin.close()
        _until(lambda: len(_servers(domain)) == 1)
        measuring.kill()
    _until(lambda: not _servers(domain))


def _servers(domain):
    """Return the CoreDNS processes whose Corefile names the domain."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_text().split("\0")
            if words[0].endswith("coredns") and domain in (process / "root" / words[2].lstrip("/")).read_text():
                found.append(process)
    return found


def _until(holds):
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
