"""The way from the VPC to a private endpoint."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_eks_v2 as eks
from constructs import Construct

_HTTPS = 443


class EndpointAccess(Construct):
    """A security group for the handler that may reach port 443 of the cluster's security group, and nothing else.

    The rules stand here and not on `cluster.connections`, which would put them into the cluster's stack and make a
    dependency cycle. STS is not needed: the handler signs its token without a request, and it is the API server that
    asks STS.

    Attributes:
        security_group: for the handler's network interfaces.
    """

    def __init__(self, scope: Construct, construct_id: str, *, cluster: eks.ICluster, vpc: ec2.IVpc) -> None:
        super().__init__(scope, construct_id)
        self.security_group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description="podnet: handler of aws-node", allow_all_outbound=False
        )
        own, theirs = self.security_group.security_group_id, cluster.cluster_security_group_id
        ec2.CfnSecurityGroupEgress(
            self,
            "Out",
            group_id=own,
            destination_security_group_id=theirs,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
        )
        ec2.CfnSecurityGroupIngress(
            self,
            "In",
            group_id=theirs,
            source_security_group_id=own,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
        )
