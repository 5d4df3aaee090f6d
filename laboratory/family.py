"""One node in either address family."""

from __future__ import annotations

from dataclasses import dataclass

from laboratory.addresses import CLUSTER_IP, CORE_DNS, CORE_DNS6, IPV6, LOCAL, POD, POD6


@dataclass(frozen=True, kw_only=True)
class Family:
    """Who has which address, and which programs make the rules."""

    local: str
    cluster_ip: str
    core_dns: str
    pod: str
    iptables: str
    table: str
    """Of nftables."""

    @property
    def listen(self) -> tuple[str, str]:
        """The two addresses of the cache."""
        return self.local, self.cluster_ip

    @property
    def bits(self) -> int:
        """Length of an address."""
        return 128 if ":" in self.pod else 32

    def at(self, address: str, port: int = 53) -> str:
        """Write an address with a port, as iptables takes it."""
        return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


V4 = Family(local=LOCAL, cluster_ip=CLUSTER_IP, core_dns=CORE_DNS, pod=POD, iptables="iptables", table="ip")
V6 = Family(local=IPV6[0], cluster_ip=IPV6[1], core_dns=CORE_DNS6, pod=POD6, iptables="ip6tables", table="ip6")
