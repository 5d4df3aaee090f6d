"""Security groups that pods carry on their branch ENIs."""

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

DNS = {"Tcp": ec2.Port.tcp(53), "Udp": ec2.Port.udp(53)}


class SharedPodGroup(Construct):
    """Makes the group that every policy lists first: what all pods with groups of their own need.

    DNS to the cluster's group is the fallback while a node's cache is away: kube-proxy then sends queries to CoreDNS
    through the branch ENI. The cluster's group gains two rules whatever the number of workloads (60 per group is the
    default quota). In strict mode kubelet's probes also arrive by the branch ENI and need to be let in.
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
        self.group = ec2.SecurityGroup(
            self,
            "Resource",
            vpc=vpc,
            description="what every pod with a group of its own needs",
            allow_all_outbound=False,
        )
        cluster = ec2.SecurityGroup.from_security_group_id(self, "Cluster", cluster_security_group_id, mutable=False)
        for name, port in DNS.items():
            self.group.add_egress_rule(cluster, port, "DNS while the node's cache is away")
            admit(self, f"Dns{name}", group=cluster_security_group_id, source=self.group, port=port, why="DNS of pods")
        if probes_through_vpc:
            self.group.add_ingress_rule(cluster, ec2.Port.all_tcp(), "kubelet's probes")


def port(protocol: str, first: int | None = None, last: int | None = None) -> ec2.Port:
    """Return the port of a rule: `tcp` and `udp` with a port or a range, `icmp` and `all` without."""
    if protocol == "all":
        return ec2.Port.all_traffic()
    if protocol == "icmp":
        return ec2.Port.all_icmp()
    if first is None:
        raise ValueError(f"port must be given with {protocol}, got nothing")
    make = ec2.Port.tcp_range if protocol == "tcp" else ec2.Port.udp_range
    return make(first, first if last is None else last)


def admit(
    scope: Construct, construct_id: str, *, group: str, source: ec2.ISecurityGroup, port: ec2.Port, why: str = ""
) -> ec2.CfnSecurityGroupIngress:
    """Add an ingress rule to a group that another stack or team owns, from this scope's stack.

    The methods of `ec2.SecurityGroup` would put the rule into the owner's stack and make a dependency cycle.
    """
    rule = port.to_rule_json()
    return ec2.CfnSecurityGroupIngress(
        scope,
        construct_id,
        group_id=group,
        source_security_group_id=source.security_group_id,
        ip_protocol=rule["ipProtocol"],
        from_port=rule.get("fromPort"),
        to_port=rule.get("toPort"),
        description=why or source.node.path,
    )
