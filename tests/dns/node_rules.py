"""What node-cache does to a node's rules, by hand and one step at a time, in either address family."""

from charts.node_local_dns import Options
from laboratory import V4

PORT = 5555


def node_cache_rules(family=V4):
    """The rules that node-cache makes and removes, in its order (kubernetes/dns, cmd/node-cache/app/cache_app.go)."""
    return [
        f"{table} {chain} -p {protocol} {match} -j {target} -m comment --comment node-cache"
        for address in family.listen
        for table, chain, match, target in (
            ("-t raw", "PREROUTING", f"-d {address} --dport 53", "NOTRACK"),
            ("-t filter", "INPUT", f"-d {address} --dport 53", "ACCEPT"),
            ("-t raw", "OUTPUT", f"-s {address} --sport 53", "NOTRACK"),
            ("-t filter", "OUTPUT", f"-s {address} --sport 53", "ACCEPT"),
            ("-t raw", "OUTPUT", f"-d {address} --dport 53", "NOTRACK"),
        )
        for protocol in ("tcp", "udp")
    ]


class Node:
    """A node with kube-proxy's way to CoreDNS and no cache yet."""

    def __init__(self, lab, family):
        self.lab, self.family = lab, family
        self.address("del")
        lab.start_kube_proxy(family)
        self.servers = lab.start_servers()

    def address(self, verb):
        """Put the ClusterIP on the node ("add"), as node-cache does, or take it away ("del"); it is usable at once."""
        at_once = " nodad" * (verb == "add" and self.family.bits == 128)  # else nobody can bind to it for a moment
        self.lab.ip("node", f"address {verb} {self.family.cluster_ip}/{self.family.bits} dev lo{at_once}")

    def change(self, verb, *words):
        """Insert ("-I") or remove ("-D") the rules of node-cache that have all the words."""
        for rule in node_cache_rules(self.family):
            if all(word in rule for word in words):
                table, name, chain, rest = rule.split(" ", 3)
                self.lab.run("node", self.family.iptables, table, name, verb, chain, *rest.split())

    def untrack(self, verb):
        """Insert or remove those that keep queries to the ClusterIP untracked."""
        self.change(verb, "raw", f" {self.family.cluster_ip} ")

    def start_cache(self):
        """Start CoreDNS with the chart's Corefile on the cache's addresses."""
        self.address("add")
        return self.lab.start_cache("cache", Options(), listen=self.family.listen)

    def start_halfway(self):
        """Bring the cache up as far as node-cache is between its first and its second kind of rule."""
        self.start_cache()
        self.change("-I", "PREROUTING", f" {self.family.cluster_ip} ")

    def ask(self, name, *more, where="pod"):
        """Ask the ClusterIP once."""
        return self.lab.dig(where, name, *more, server=self.family.cluster_ip)

    def ask_from_one_port(self, name, *more):
        """Ask it from a port that is the same each time."""
        return self.ask(name, *more, "-b", f"{self.family.pod}#{PORT}")

    def listing(self):
        """Return the chart's table."""
        return self.lab.run("node", "nft", "list", "table", self.family.table, "podnet-node-local-dns")
