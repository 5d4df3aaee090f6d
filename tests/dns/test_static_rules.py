"""The static rules in a real kernel: there once however often a pod starts, and they do what they are for."""

import subprocess
import sys
import time

import pytest

from charts.node_local_dns.options import Options
from charts.node_local_dns.static_rules import static_rules
from laboratory.addresses import CLUSTER_IP, CORE_DNS, IPV6, LOCAL, POD

TABLE = "podnet-node-local-dns"
PORT = 5555
KUBE_PROXY = [
    f"-t nat -A {chain} -d {CLUSTER_IP} -p {protocol} --dport 53 -j DNAT --to-destination {CORE_DNS}:53"
    for chain in ("PREROUTING", "OUTPUT")
    for protocol in ("udp", "tcp")
]
# what node-cache installs and removes, in its order (kubernetes/dns, cmd/node-cache/app/cache_app.go)
NODE_CACHE = [
    f"{table} {chain} -p {protocol} {match} -j {target} -m comment --comment node-cache"
    for address in (LOCAL, CLUSTER_IP)
    for table, chain, match, target in (
        ("-t raw", "PREROUTING", f"-d {address} --dport 53", "NOTRACK"),
        ("-t filter", "INPUT", f"-d {address} --dport 53", "ACCEPT"),
        ("-t raw", "OUTPUT", f"-s {address} --sport 53", "NOTRACK"),
        ("-t filter", "OUTPUT", f"-s {address} --sport 53", "ACCEPT"),
        ("-t raw", "OUTPUT", f"-d {address} --dport 53", "NOTRACK"),
    )
    for protocol in ("tcp", "udp")
]


def install(lab, address=CLUSTER_IP, *, masquerade=False):
    lab.run("node", *static_rules(address, masquerade=masquerade))


def iptables(lab, rule, program="iptables"):
    lab.run("node", program, *rule.split())


def change(lab, rules, verb):
    """Insert ("-I") or remove ("-D") rules of node-cache."""
    for rule in rules:
        table, chain, rest = rule.split(" ", 3)[:2], rule.split(" ", 3)[2], rule.split(" ", 3)[3]
        iptables(lab, f"{' '.join(table)} {verb} {chain} {rest}")


def address(lab, verb):
    """Put the ClusterIP on the node ("add"), as node-cache does, or take it away ("del")."""
    lab.ip("node", f"address {verb} {CLUSTER_IP}/32 dev lo")


def listing(lab, family="ip"):
    return lab.run("node", "nft", "list", "table", family, TABLE)


@pytest.mark.parametrize("masquerade", [False, True])
def test_starting_again_leaves_one_table_with_each_rule_once(lab, masquerade):
    install(lab, masquerade=masquerade)
    once = lab.run("node", "nft", "list", "ruleset")
    for _ in range(3):
        install(lab, masquerade=masquerade)
    assert lab.run("node", "nft", "list", "ruleset") == once
    assert once.count("notrack") == 2
    assert once.count("masquerade") == int(masquerade)
    assert once.count("table ") == 1


def test_the_ipv6_form_is_there_once_too(lab):
    for _ in range(2):
        install(lab, IPV6[1], masquerade=True)
    assert listing(lab, "ip6").count(f"ip6 saddr {IPV6[1]} meta l4proto {{ tcp, udp }} th sport 53 notrack") == 1
    assert listing(lab, "ip6").count("masquerade") == 1


def test_turning_the_masquerade_off_removes_its_rule(lab):
    install(lab, masquerade=True)
    install(lab)
    assert "masquerade" not in listing(lab)


def test_iptables_restore_would_add_one_jump_with_each_start(lab):
    """Why the rules are nftables: the jump to the refilled chain is repeated, and -D fails where it is absent."""
    rules = (
        "*raw\n:STATIC - [0:0]\n{delete}-A STATIC -s {ip} -p udp --sport 53 -j NOTRACK\n-A OUTPUT -j STATIC\nCOMMIT\n"
    )
    file = lab.folder / "rules"
    file.write_text(rules.format(ip=CLUSTER_IP, delete=""))
    for _ in range(3):
        lab.run("node", "iptables-restore", "-w", "5", "--noflush", str(file))
    assert lab.run("node", "iptables-save", "-t", "raw").count("-A OUTPUT -j STATIC") == 3
    lab.run("node", "iptables", "-t", "raw", "-F", "OUTPUT")
    file.write_text(rules.format(ip=CLUSTER_IP, delete="-D OUTPUT -j STATIC\n"))
    with pytest.raises(AssertionError, match="iptables-restore"):
        lab.run("node", "iptables-restore", "-w", "5", "--noflush", str(file))


def test_the_teardown_of_node_cache_leaves_them(lab):
    install(lab)
    before = listing(lab)
    change(lab, NODE_CACHE, "-I")
    assert lab.run("node", "iptables-save").count("node-cache") == len(NODE_CACHE)
    change(lab, NODE_CACHE, "-D")
    assert lab.run("node", "iptables-save").count("node-cache") == 0
    assert listing(lab) == before


@pytest.mark.parametrize("program", ["iptables", "iptables-legacy"])
def test_they_stand_beside_iptables_of_either_kind(lab, program):
    """The image picks legacy or nft iptables by what the node uses; each lists and flushes only its own."""
    install(lab)
    iptables(lab, f"-t raw -A OUTPUT -s {CLUSTER_IP} -p udp --sport 53 -j NOTRACK", program)
    assert TABLE not in lab.run("node", f"{program}-save")
    iptables(lab, "-t raw -F", program)
    assert "notrack" in listing(lab)


@pytest.fixture
def node(lab):
    """A node with kube-proxy's way to CoreDNS and no cache yet; (lab, servers)."""
    address(lab, "del")
    for rule in KUBE_PROXY:
        iptables(lab, rule)
    return lab, lab.start_servers()


def ask_from_one_port(lab, name):
    return lab.dig("pod", name, "-b", f"{POD}#{PORT}")


def test_without_a_cache_they_change_nothing(node):
    lab, _ = node
    install(lab)
    assert ask_from_one_port(lab, "web.svc.cluster.local").records == ["10.1.2.3"]
    assert lab.dig("pod", "web.svc.cluster.local", "+tcp").records == ["10.1.2.3"]


def start_halfway(lab):
    """Bring the cache up as far as node-cache is between its first and its second kind of rule."""
    address(lab, "add")
    lab.start_cache("cache", Options())
    change(lab, [rule for rule in NODE_CACHE if "PREROUTING" in rule and CLUSTER_IP in rule], "-I")


def test_an_answer_between_two_rules_of_node_cache_is_lost_without_them(node):
    """The pod has just used the same port through kube-proxy: the answer, tracked anew, leaves from another port."""
    lab, _ = node
    assert ask_from_one_port(lab, "web.svc.cluster.local").status == "NOERROR"
    start_halfway(lab)
    assert ask_from_one_port(lab, "web.svc.cluster.local").status == "NONE"


def test_the_same_answer_arrives_with_them(node):
    lab, _ = node
    install(lab)
    assert ask_from_one_port(lab, "web.svc.cluster.local").status == "NOERROR"
    start_halfway(lab)
    assert ask_from_one_port(lab, "web.svc.cluster.local").records == ["10.1.2.3"]


@pytest.mark.parametrize(("with_rules", "tracked"), [(False, True), (True, False)])
def test_what_the_cache_sends_is_tracked_only_without_them(node, with_rules, tracked):
    lab, _ = node
    if with_rules:
        install(lab)
    start_halfway(lab)
    for more in ((), ("+tcp",)):
        lab.dig("pod", "web.svc.cluster.local", *more)
        entries = lab.run("node", "conntrack", "-L", check=False)
        assert (f"src={CLUSTER_IP} dst={POD} sport=53" in entries) is tracked


@pytest.mark.parametrize(("masquerade", "status"), [(False, "NONE"), (True, "NOERROR")])
def test_a_host_client_is_answered_while_the_cache_starts_only_with_masquerade(node, masquerade, status):
    """The ClusterIP is on the interface, so the kernel takes it as the source; CoreDNS cannot answer that."""
    lab, _ = node
    lab.ip("servers", f"route add blackhole {CLUSTER_IP}/32")
    install(lab, masquerade=masquerade)
    address(lab, "add")
    assert lab.dig("node", "web.svc.cluster.local").status == status


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


def answered_after(lab, happens):
    """Open a TCP connection, let something happen, then ask over it."""
    code = CONNECTION.format(server=CLUSTER_IP)
    pipe = subprocess.PIPE
    process = lab.spawn("pod", [sys.executable, "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    lab.keep(process)
    assert process.stdout.readline() == "open\n"
    happens()
    said, complaint = process.communicate("ask\n", timeout=30)
    assert said == "0000010001\n" or "ConnectionResetError" in complaint, (said, complaint)  # one answer, or reset
    return bool(said)


UNTRACKED = [rule for rule in NODE_CACHE if "raw" in rule and CLUSTER_IP in rule]


@pytest.mark.parametrize("with_rules", [False, True])
def test_a_connection_with_the_cache_outlives_the_rules_of_node_cache_only_with_them(node, with_rules):
    """Its next packet would be tracked as a new flow in midstream, and led to CoreDNS, which knows no such thing."""
    lab, _ = node
    if with_rules:
        install(lab)
    address(lab, "add")
    lab.start_cache("cache", Options())
    change(lab, UNTRACKED, "-I")
    assert answered_after(lab, lambda: change(lab, UNTRACKED, "-D")) is with_rules


@pytest.mark.parametrize("with_rules", [False, True])
def test_a_connection_with_coredns_outlives_the_start_of_the_cache_only_with_them(node, with_rules):
    """Its next packet would be untracked, and meet a cache that knows no such connection."""
    lab, _ = node
    if with_rules:
        install(lab)

    def start():
        address(lab, "add")
        lab.start_cache("cache", Options())
        change(lab, UNTRACKED, "-I")

    assert answered_after(lab, start) is with_rules


def test_a_port_that_was_used_with_the_cache_is_used_with_coredns_again(node):
    """The set forgets a connection when another one with the same port begins elsewhere."""
    lab, servers = node
    install(lab)
    address(lab, "add")
    cache = lab.start_cache("cache", Options())
    change(lab, UNTRACKED, "-I")
    reuse = ("+tcp", "-b", f"{POD}#{PORT}")
    assert lab.dig("pod", "web.one.cluster.local", *reuse).status == "NOERROR"
    assert f"{POD} . {PORT}" in listing(lab)
    change(lab, UNTRACKED, "-D")
    cache.stop()
    address(lab, "del")
    end = time.monotonic() + 70
    while (reply := lab.dig("pod", "web.two.cluster.local", *reuse)).status != "NOERROR" and time.monotonic() < end:
        time.sleep(0.5)  # until the kernel gives the port again
    assert reply.records == ["10.1.2.3"]
    assert f"{POD} . {PORT}" not in listing(lab)
    assert servers.asked("web.two.cluster.local") == 1
