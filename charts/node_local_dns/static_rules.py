"""Rules that stay on the node while the cache comes and goes."""


def static_rules(cluster_dns_ip: str, *, masquerade: bool) -> list[str]:
    """Return the command that installs the rules; it runs before node-cache each time a pod starts.

    What the cache sends from the ClusterIP must not be tracked. node-cache's own rule for that comes and goes *after*
    the one for queries; an answer in between is tracked as a new flow, clashes with the pod's flow through kube-proxy
    and leaves from another port. This rule stays; with it none was lost (docs/node-local-dns.md, "Measured").

    A TCP connection stays with whom its first packet met, the cache or CoreDNS, though node-cache's rules change in
    between: those with the cache are remembered for longer than CoreDNS keeps an idle one (10 s), and all others'
    packets get a conntrack template, on which node-cache's NOTRACK has no effect (Linux, net/netfilter/xt_CT.c).
    A first packet for which there is no room gets one too: who fills the memory sends others to CoreDNS, not nowhere.

    One nftables transaction on a table of our own: run again, it leaves the same table. iptables-restore cannot: each
    run would add a jump to OUTPUT, and no shell is there to look first. node-cache's teardown does not know the table,
    and without a cache no packet has that source. The image has nft since it is kube-proxy's (kubernetes/release#3320).

    Args:
        cluster_dns_ip: the kube-dns ClusterIP, IPv4 or IPv6.
        masquerade: let CoreDNS answer the node's own queries while the interface has the ClusterIP as source address
            but the cache's rules are gone.
    """
    family, size = ("ip6", "ipv6_addr") if ":" in cluster_dns_ip else ("ip", "ipv4_addr")
    table = f"table {family} podnet-node-local-dns"
    sent = f"{family} saddr {cluster_dns_ip} meta l4proto {{ tcp, udp }} th"
    asked, first = f"{family} daddr {cluster_dns_ip} tcp dport 53", "type filter hook prerouting"
    packet, client = f"{asked} tcp flags & (syn | ack)", f"{family} saddr . tcp sport"
    kept = f"{packet} != syn {client} @connections update @connections {{ {client} }} notrack accept;"
    begun = f"{packet} == syn update @connections {{ {client} }} accept;"
    elsewhere = f"{packet} == syn ct state != untracked delete @connections {{ {client} }};"
    chains = [
        f"set connections {{ type {size} . inet_service; flags dynamic, timeout; timeout 15s; size 65535; }}",
        f"chain output {{ type filter hook output priority raw; {sent} sport 53 notrack; }}",
        f"chain before {{ {first} priority raw - 10; {kept} {begun} {asked} ct zone set 0; }}",
        f"chain after {{ {first} priority raw + 10; {elsewhere} }}",
    ]
    if masquerade:
        hook = "type nat hook postrouting priority srcnat;"
        chains += [f'chain postrouting {{ {hook} {sent} dport 53 oifname != "lo" masquerade; }}']
    return ["nft", "\n".join([table, f"delete {table}", f"{table} {{", *chains, "}"])]
