"""The addresses that the cache listens on and asks."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from ..names import shown

_MOST = 15  # resolvers of one zone: coredns, plugin/forward/README.md
_LOCAL = (ip_network("169.254.0.0/16"), ip_network("fd00::/8"))
# instance metadata, VPC resolver and time; credentials and VPC Lattice; the same in IPv6
_TAKEN = tuple(ip_network(text) for text in ("169.254.169.0/24", "169.254.170.0/23", "fd00:ec2::/32"))


def address(path: str, value: str) -> str:
    """Return `value` if it is the IPv4 or IPv6 address of a host, else raise ValueError that names `path`."""
    try:
        parsed = ip_address(value) if isinstance(value, str) and "%" not in value else None
    except ValueError:
        parsed = None
    if parsed is None or parsed.is_multicast or parsed.is_unspecified or parsed.is_loopback:
        raise ValueError(f"{path} must be a host's IP address, got {shown(value)}: write it like 10.0.0.2 or fd00::2")
    return str(parsed)


def listened(cluster_dns_ip: str, local_ip: str) -> tuple[str, str]:
    """Return (local, cluster) address, of one family as node-cache demands (kubernetes/dns, cmd/node-cache/main.go).

    Raises:
        ValueError: one is no address, the families differ, or the local one may belong to somebody else.
    """
    cluster, local = ip_address(address("cluster_dns_ip", cluster_dns_ip)), ip_address(address("local_ip", local_ip))
    if cluster.version != local.version:
        raise ValueError(f"local_ip must be of the family of {cluster}, got {local}: use fd00::10 in an IPv6 cluster")
    if local == cluster or any(local in net for net in _TAKEN) or not any(local in net for net in _LOCAL):
        raise ValueError(f"local_ip must be free and in 169.254.0.0/16 or fd00::/8, got {local}: use 169.254.20.10")
    return str(local), str(cluster)


def resolvers(path: str, values: Sequence[str], own: Sequence[str]) -> str:
    """Return the resolvers as a Corefile lists them, else raise ValueError; `own` are the cache's, which would loop."""
    if isinstance(values, str) or not 1 <= len(values) <= _MOST:
        raise ValueError(f"{path} must list 1 to {_MOST} addresses, got {shown(values)}: name the zone's resolvers")
    checked = [address(f"{path}[{index}]", value) for index, value in enumerate(values)]
    for index, value in enumerate(checked):
        if value in own or value in checked[:index]:
            raise ValueError(f"{path}[{index}] must be another server, got {value}: it is the cache itself or repeated")
    return " ".join(checked)
