"""Write the Corefile: pure functions, every value checked before it becomes text."""

from collections.abc import Sequence

from ..names import shown, zone
from .addresses import resolvers
from .options import Options

_REVERSE = ("in-addr.arpa", "ip6.arpa")
# node-cache replaces these when it starts (kubernetes/dns, cmd/node-cache/app/configmap.go)
_CLUSTER_DNS, _NODE_RESOLVERS = "__PILLAR__CLUSTER__DNS__", "__PILLAR__UPSTREAM__SERVERS__"


def corefile(*, listen: Sequence[str], cluster_domain: str, options: Options) -> str:
    """Return the text for node-cache: a block each for the cluster's zone, reverse zones, stub domains, and the rest.

    Args:
        listen: the two addresses of the cache, the local one first, as `addresses.listened` returns them.
        cluster_domain: "cluster.local" on EKS.
        options: the choices.

    Raises:
        ValueError: a zone or address is wrong, a zone is there twice, or a server is the cache itself.
    """
    every = [*_errors(options), *["log"] * options.log_queries, f"bind {' '.join(listen)}"]
    every += [f"prometheus :{options.metrics_port}", *["template IN AAAA"] * options.drop_aaaa]
    own, to_cluster = zone("cluster_domain", cluster_domain), _forward(_CLUSTER_DNS, options.cluster_protocol)
    host = f"[{listen[0]}]" if ":" in listen[0] else listen[0]
    cluster_cache = _cache(options, options.cluster_ttl, options.cluster_denial_ttl)
    cache = _cache(options, options.other_ttl, options.other_ttl)
    upstream = resolvers("options.upstreams", options.upstreams, listen) if options.upstreams else _NODE_RESOLVERS
    blocks = {own: [*every, *cluster_cache, "loop", to_cluster, f"health {host}:{options.health_port}"]}
    blocks |= {name: [*every, *cache, "loop", to_cluster] for name in _REVERSE}
    for name, servers in options.stub_domains.items():
        path = f"options.stub_domains[{shown(name)}]"
        if zone(path, name) in blocks:
            raise ValueError(f"{path} must be a zone of its own, got {name}: CoreDNS answers it; choose a zone below")
        # without loop: a peer's resolver that sends a query back must not end the cache of every node
        blocks[name] = [*every, *cache, _forward(resolvers(path, servers, listen))]
    blocks["."] = [*every, *cache, "loop", _forward(upstream)]
    return "".join("{}:53 {{\n    {}\n}}\n".format(name, "\n    ".join(lines)) for name, lines in blocks.items())


def _forward(servers: str, protocol: str = "prefer_udp") -> str:
    """Ask by UDP first: refreshes go by TCP otherwise, whatever pods use (plugin/cache, newPrefetchResponseWriter)."""
    return f"forward . {servers}" if protocol == "same" else f"forward . {servers} {{\n        {protocol}\n    }}"


def _errors(options: Options) -> list[str]:
    if not options.consolidate_errors_seconds:
        return ["errors"]
    return ["errors {", f'    consolidate {options.consolidate_errors_seconds}s ".* i/o timeout$" warning', "}"]


def _cache(options: Options, ttl: int, denial_ttl: int) -> list[str]:
    lines = [f"success {options.cache_capacity} {ttl}", f"denial {options.cache_capacity} {denial_ttl}"]
    # immediate: in verify mode a query waits for the server that is away, and times out. An answer past its end is
    # given in peace too, once: longer than a minute it would hide new pods and failed-over databases. A SERVFAIL that
    # is kept would be given in its place, and past its own end too (coredns/coredns#7956)
    lines += [f"serve_stale {options.serve_stale_seconds}s immediate", "servfail 0"] * bool(options.serve_stale_seconds)
    lines += [f"prefetch {options.prefetch}"] if options.prefetch else []
    return ["cache {", *(f"    {line}" for line in lines), "}"]
