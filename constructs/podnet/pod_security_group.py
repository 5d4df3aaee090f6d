"""Security groups that pods carry on their branch ENIs."""

import functools
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

DNS = {"Tcp": ec2.Port.tcp(53), "Udp": ec2.Port.udp(53)}


class SharedPodGroup(Construct):
    """Makes the group that every policy lists first: what all pods with groups of their own need.

    DNS to the cluster's group is the fallback while a node's cache is away: kube-proxy then sends queries to CoreDNS
    through the branch ENI. The cluster's group gains two rules whatever the number of workloads (60 per group is the
    default quota). In strict mode kubelet's probes also arrive by the branch ENI and need to be let in, and with them
    come plain pods, which carry the cluster's group too.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        cluster_security_group_id: str,
        probes_through_vpc: bool = False,
    ) -> None:
        """Make the group; `probes_through_vpc` admits TCP from nodes (the strict enforcing mode needs it)."""
        super().__init__(scope, construct_id)
        why = "what every pod with a group of its own needs"
        self.group = ec2.SecurityGroup(self, "Resource", vpc=vpc, description=why, allow_all_outbound=False)
        own, cluster = self.group.security_group_id, cluster_security_group_id
        for name, port in DNS.items():
            let_out(self, f"To{name}", group=own, target=cluster, port=port, why="DNS while the node has no cache")
            admit(self, f"Dns{name}", group=cluster, source=own, port=port, why="DNS of pods")
        if probes_through_vpc:
            admit(self, "Probes", group=own, source=cluster, port=ec2.Port.all_tcp(), why="probes by kubelet")


@functools.cache
def port(protocol: str, first: int | None = None, last: int | None = None) -> ec2.Port:
    """Return the port of a rule: `tcp` and `udp` with a port or a range, `icmp` and `all` without."""
    if protocol == "all":
        return ec2.Port.all_traffic()
    if protocol == "icmp":
        return ec2.Port.all_icmp()
    make = {"tcp": ec2.Port.tcp_range, "udp": ec2.Port.udp_range}.get(protocol)
    if make is None or first is None:
        raise ValueError(f"port must be given with tcp or udp, got {first} with {protocol}")
    return make(first, first if last is None else last)


def admit(scope: Construct, construct_id: str, *, group: str, source: str, port: ec2.Port, why: str) -> cdk.CfnResource:
    """Let a group's members in to another group: `group` and `source` are ids; the rule stands in the scope's stack.

    In place of the source there may be a prefix list, `pl-…`.

    The methods of `ec2.SecurityGroup` would put the rule into the owner's stack and make a dependency cycle, and number
    rules or name them by their path: a rule that changes its logical id is refused by EC2 as a duplicate of itself.
    """
    return ec2.CfnSecurityGroupIngress(scope, construct_id, group_id=group, **_fields("source", source, port, why))


def let_out(
    scope: Construct, construct_id: str, *, group: str, target: str, port: ec2.Port, why: str
) -> cdk.CfnResource:
    """Let a group's members out to another group, or to a prefix list, as `admit` lets them in."""
    return ec2.CfnSecurityGroupEgress(scope, construct_id, group_id=group, **_fields("destination", target, port, why))


def _fields(role: str, end: str, port: ec2.Port, why: str) -> dict[str, Any]:
    rule = port.to_rule_json()
    far = {f"{role}_prefix_list_id" if end.startswith("pl-") else f"{role}_security_group_id": end}
    ports = {"from_port": rule.get("fromPort"), "to_port": rule.get("toPort")}
    return {"ip_protocol": rule["ipProtocol"], **far, **ports, "description": why}
