"""The static rules in a real kernel: there once however often a pod starts, and they do what they are for."""

import subprocess
import sys
import time

import pytest

from laboratory import V4, V6
from tests.dns.node_rules import PORT, Node, node_cache_rules

TABLE = "podnet-node-local-dns"


def listing(lab, family=V4):
    return lab.run("node", "nft", "list", "table", family.table, TABLE)


@pytest.fixture
def node(lab):
    return Node(lab, V4)


@pytest.fixture(params=[V4, V6], ids=["IPv4", "IPv6"])
def either(lab, request):
    """The node of a cluster of either address family."""
    return Node(lab, request.param)


@pytest.mark.parametrize("masquerade", [False, True])
def test_starting_again_leaves_one_table_with_each_rule_once(lab, masquerade):
    lab.install_static_rules(masquerade=masquerade)
    once = lab.run("node", "nft", "list", "ruleset")
    for _ in range(3):
        lab.install_static_rules(masquerade=masquerade)
    assert lab.run("node", "nft", "list", "ruleset") == once
    assert once.count("notrack") == 2
    assert once.count("masquerade") == int(masquerade)
    assert once.count("table ") == 1


def test_the_ipv6_form_is_there_once_too(lab):
    for _ in range(2):
        lab.install_static_rules(V6, masquerade=True)
    assert listing(lab, V6).count(f"ip6 saddr {V6.cluster_ip} meta l4proto {{ tcp, udp }} th sport 53 notrack") == 1
    assert listing(lab, V6).count("masquerade") == 1


def test_turning_the_masquerade_off_removes_its_rule(lab):
    lab.install_static_rules(masquerade=True)
    lab.install_static_rules()
    assert "masquerade" not in listing(lab)


def test_iptables_restore_would_add_one_jump_with_each_start(lab):
    """Why the rules are nftables: the jump to the refilled chain is repeated, and -D fails where it is absent."""
    rules = (
        "*raw\n:STATIC - [0:0]\n{delete}-A STATIC -s {ip} -p udp --sport 53 -j NOTRACK\n-A OUTPUT -j STATIC\nCOMMIT\n"
    )
    file = lab.folder / "rules"
    file.write_text(rules.format(ip=V4.cluster_ip, delete=""))
    for _ in range(3):
        lab.run("node", "iptables-restore", "-w", "5", "--noflush", str(file))
    assert lab.run("node", "iptables-save", "-t", "raw").count("-A OUTPUT -j STATIC") == 3
    lab.run("node", "iptables", "-t", "raw", "-F", "OUTPUT")
    file.write_text(rules.format(ip=V4.cluster_ip, delete="-D OUTPUT -j STATIC\n"))
    with pytest.raises(AssertionError, match="iptables-restore"):
        lab.run("node", "iptables-restore", "-w", "5", "--noflush", str(file))


def test_the_teardown_of_node_cache_leaves_them(node):
    node.lab.install_static_rules()
    before = node.listing()
    node.change("-I")
    assert node.lab.run("node", "iptables-save").count("node-cache") == len(node_cache_rules())
    node.change("-D")
    assert node.lab.run("node", "iptables-save").count("node-cache") == 0
    assert node.listing() == before


@pytest.mark.parametrize(("program", "tables"), [("iptables", ()), ("iptables-legacy", ("-t", "raw"))])
def test_they_stand_beside_iptables_of_either_kind(lab, program, tables):
    """The image picks legacy or nft iptables by what the node uses; each lists and flushes only its own.

    Which tables the legacy one has stands in a file that nobody but the host's root may read.
    """
    lab.install_static_rules()
    rule = f"-t raw -A OUTPUT -s {V4.cluster_ip} -p udp --sport 53 -j NOTRACK"
    lab.run("node", program, *rule.split())
    saved = lab.run("node", f"{program}-save", *tables)
    assert f"-A OUTPUT -s {V4.cluster_ip}/32" in saved
    assert TABLE not in saved
    lab.run("node", program, "-t", "raw", "-F")
    assert "notrack" in listing(lab)


def test_without_a_cache_they_change_nothing(either):
    either.lab.install_static_rules(either.family)
    assert either.ask_from_one_port("web.svc.cluster.local").records == ["10.1.2.3"]
    assert either.ask("web.svc.cluster.local", "+tcp").records == ["10.1.2.3"]


@pytest.mark.parametrize(("with_rules", "status"), [(False, "NONE"), (True, "NOERROR")])
def test_an_answer_between_two_rules_of_node_cache_arrives_only_with_them(either, with_rules, status):
    """The pod has just used the same port through kube-proxy: the answer, tracked anew, leaves from another port."""
    if with_rules:
        either.lab.install_static_rules(either.family)
    assert either.ask_from_one_port("web.svc.cluster.local").status == "NOERROR"
    either.start_halfway()
    assert either.ask_from_one_port("web.svc.cluster.local").status == status


@pytest.mark.parametrize(("with_rules", "tracked"), [(False, True), (True, False)])
def test_what_the_cache_sends_is_tracked_only_without_them(node, with_rules, tracked):
    if with_rules:
        node.lab.install_static_rules()
    node.start_halfway()
    for more in ((), ("+tcp",)):
        node.ask("web.svc.cluster.local", *more)
        entries = node.lab.run("node", "conntrack", "-L", check=False)
        assert (f"src={V4.cluster_ip} dst={V4.pod} sport=53" in entries) is tracked


@pytest.mark.parametrize(("masquerade", "status"), [(False, "NONE"), (True, "NOERROR")])
def test_a_host_client_is_answered_while_the_cache_starts_only_with_masquerade(either, masquerade, status):
    """The ClusterIP is on the interface, so the kernel takes it as the source; CoreDNS cannot answer that."""
    either.lab.ip("servers", f"route add blackhole {either.family.cluster_ip}/{either.family.bits}")
    either.lab.install_static_rules(either.family, masquerade=masquerade)
    either.address("add")
    assert either.ask("web.svc.cluster.local", where="node").status == status


CONNECTION = """
import socket, sys
query = bytes.fromhex("0023 0007 0100 0001 0000 0000 0000 03 776562 07 636c7573746572 05 6c6f63616c 00 0001 0001")
with socket.create_connection(({server!r}, 53), timeout=5) as connection:
    print("open", flush=True)
    sys.stdin.readline()
    connection.sendall(query)
    answer = connection.makefile("rb")
    print(answer.read(int.from_bytes(answer.read(2), "big"))[3:8].hex())
"""


def answered_after(node, happens):
    """Open a TCP connection, let something happen, then ask over it."""
    code = CONNECTION.format(server=node.family.cluster_ip)
    pipe = subprocess.PIPE
    process = node.lab.spawn("pod", [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    node.lab.keep(process)
    assert process.stdout.readline() == "open\n"
    happens()
    said, complaint = process.communicate("ask\n", timeout=30)
    assert said == "0000010001\n" or "ConnectionResetError" in complaint, (said, complaint)  # one answer, or reset
    return bool(said)


@pytest.mark.parametrize("with_rules", [False, True])
def test_a_connection_with_the_cache_outlives_the_rules_of_node_cache_only_with_them(either, with_rules):
    """Its next packet would be tracked as a new flow in midstream, and led to CoreDNS, which knows no such thing."""
    if with_rules:
        either.lab.install_static_rules(either.family)
    either.start_cache()
    either.untrack("-I")
    assert answered_after(either, lambda: either.untrack("-D")) is with_rules


@pytest.mark.parametrize("with_rules", [False, True])
def test_a_connection_with_coredns_outlives_the_start_of_the_cache_only_with_them(either, with_rules):
    """Its next packet would be untracked, and meet a cache that knows no such connection."""
    if with_rules:
        either.lab.install_static_rules(either.family)

    def start():
        either.start_cache()
        either.untrack("-I")

    assert answered_after(either, start) is with_rules


def test_a_port_that_was_used_with_the_cache_is_used_with_coredns_again(node):
    """The set forgets a connection when another one with the same port begins elsewhere."""
    node.lab.install_static_rules()
    cache = node.start_cache()
    node.untrack("-I")
    assert node.ask_from_one_port("web.one.cluster.local", "+tcp").status == "NOERROR"
    assert f"{V4.pod} . {PORT}" in node.listing()
    node.untrack("-D")
    cache.stop()
    node.address("del")
    end = time.monotonic() + 70
    while (reply := node.ask_from_one_port("web.two.cluster.local", "+tcp")).status != "NOERROR":
        assert time.monotonic() < end
        time.sleep(0.5)  # until the kernel gives the port again
    assert reply.records == ["10.1.2.3"]
    assert f"{V4.pod} . {PORT}" not in node.listing()
    assert node.servers.asked("web.two.cluster.local") == 1


def fill_up(node):
    """Leave no room in the set beside one that is in it: so does a pod that sends as many first packets in 15 s."""
    somebody = "fd00:9::3" if node.family is V6 else "10.9.0.3"
    for first in range(1, 65_535, 4000):  # the kernel takes no more in one message
        members = ", ".join(f"{somebody} . {port}" for port in range(first, min(first + 4000, 65_535)))
        element = f"element {node.family.table} {TABLE} connections {{ {members} }}"
        node.lab.run("node", "nft", "add", element)


def test_whoever_fills_the_set_takes_tcp_away_from_nobody(either):
    """A connection for which there is no room is one with CoreDNS; one that is in the set stays with the cache."""
    either.lab.install_static_rules(either.family)
    either.start_cache()
    either.untrack("-I")
    assert answered_after(either, lambda: fill_up(either))
    assert either.ask_from_one_port("web.svc.cluster.local", "+tcp").records == ["10.1.2.3"]
    tracked = either.lab.run("node", "conntrack", "-L", "-f", "ipv6" if either.family is V6 else "ipv4", check=False)
    assert f"sport={PORT} dport=53" in tracked
