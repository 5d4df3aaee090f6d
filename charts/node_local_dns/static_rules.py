"""Rules that stay on the node while the cache comes and goes."""


def static_rules(cluster_dns_ip: str, *, masquerade: bool) -> list[str]:
    """Return the command that installs the rules; it runs before node-cache each time a pod starts.

    What the cache sends from the ClusterIP must not be tracked. node-cache's own rule for that comes and goes *after*
    the one for queries; an answer in between is tracked as a new flow, clashes with the pod's flow through kube-proxy
    and leaves from another port. This rule stays; with it none was lost (docs/node-local-dns.md, "Measured").

    One nftables transaction on a table of our own: run again, it leaves the same table. iptables-restore cannot: each
    run would add a jump to OUTPUT, and no shell is there to look first. node-cache's teardown does not know the table,
    and without a cache no packet has that source. The image has nft since it is kube-proxy's (kubernetes/release#3320).

    Args:
        cluster_dns_ip: the kube-dns ClusterIP, IPv4 or IPv6.
        masquerade: let CoreDNS answer the node's own queries while the interface has the ClusterIP as source address
            but the cache's rules are gone.
    """
    family = "ip6" if ":" in cluster_dns_ip else "ip"
    table = f"table {family} podnet-node-local-dns"
    sent = f"{family} saddr {cluster_dns_ip} meta l4proto {{ tcp, udp }} th"
    chains = [f"chain output {{ type filter hook output priority raw; {sent} sport 53 notrack; }}"]
    if masquerade:
        hook = "type nat hook postrouting priority srcnat;"
        chains += [f'chain postrouting {{ {hook} {sent} dport 53 oifname != "lo" masquerade; }}']
    return ["nft", "\n".join([table, f"delete {table}", f"{table} {{", *chains, "}"])]
