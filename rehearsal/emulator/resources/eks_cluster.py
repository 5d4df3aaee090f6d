"""AWS::EKS::Cluster, as strict as EKS."""

import ipaddress
from typing import Any

from ministack.services import ec2, eks
from ministack.services.cloudformation import provisioners

from rehearsal.emulator.cluster import versions
from rehearsal.emulator.operations import call_ec2, text_of
from rehearsal.emulator.refused import RefusedError
from rehearsal.emulator.resources import lookup
from rehearsal.emulator.resources.resource_type import Made, Properties, ResourceType

_ZONES = 2
_PRIVATE = [ipaddress.IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
_SERVICE_PREFIXES = range(12, 25)
_EVERYBODY = "0.0.0.0/0"
# RFC 1918, loopback, link-local, RFC 5737: EKS takes public ranges only (EKS user guide, Cluster API server endpoint)
_NEVER_OUTSIDE = [
    *_PRIVATE,
    *map(ipaddress.IPv4Network, ("127.0.0.0/8", "169.254.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
]


class EksCluster(ResourceType):
    """A cluster in the VPC of its subnets, with a cluster security group that EC2 knows.

    The emulator's own type names neither, and drops `KubernetesNetworkConfig`.
    """

    name = "AWS::EKS::Cluster"
    stricter = True

    def install(self) -> None:
        """Tell the emulator, also to keep the service range."""
        super().install()
        original = provisioners._eks_cluster_fields

        def fields(properties: Properties) -> dict[str, Any]:
            network = {"serviceIpv4Cidr": _service_range(properties), "ipFamily": "ipv4"}
            return {**original(properties), "kubernetesNetworkConfig": network}

        provisioners._eks_cluster_fields = fields

    def check(self, properties: Properties) -> None:
        """Look at the ranges that may reach the endpoint.

        Raises:
            RefusedError: If one is not public.
        """
        given = (properties.get("ResourcesVpcConfig") or {}).get("PublicAccessCidrs") or []
        networks = {cidr: ipaddress.IPv4Network(cidr) for cidr in given if cidr != _EVERYBODY}
        wrong = [cidr for cidr, network in networks.items() if any(network.overlaps(other) for other in _NEVER_OUTSIDE)]
        if wrong:
            words = f"The following CIDRs are not allowed in publicAccessCidrs: [{', '.join(wrong)}]"
            raise RefusedError("InvalidParameterException", words)

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        """Make the cluster and its security group, whose rules let its members talk to one another.

        Raises:
            RefusedError: If there are not two subnets in two zones, the service range overlaps the VPC, or as `check`.
        """
        ids = (properties.get("ResourcesVpcConfig") or {}).get("SubnetIds") or []
        if len(_zones({"SubnetIds": ids})) < _ZONES:
            raise RefusedError("InvalidParameterException", f"subnets {ids} must be in at least two Availability Zones")
        vpc = lookup.vpc(lookup.subnet(ids[0])["VpcId"])
        _check_service_range(_service_range(properties), lookup.ranges_of(vpc))
        physical_id, _ = super().create(logical_id, properties, stack)
        cluster = eks._clusters[physical_id]
        cluster["resourcesVpcConfig"]["vpcId"] = vpc["VpcId"]
        cluster["resourcesVpcConfig"]["clusterSecurityGroupId"] = _cluster_group(physical_id, vpc["VpcId"])
        return physical_id, provisioners._eks_cluster_attrs(cluster)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
        """Change the cluster in place.

        Raises:
            RefusedError: If ranges were named and no longer are (aws/aws-cdk#37926), if subnets lie in other zones (EKS
                user guide, VPC and subnet requirements), if EKS does not take the version, or as `check`.
        """
        before, after = (properties.get("ResourcesVpcConfig") or {} for properties in (old, new))
        if "PublicAccessCidrs" in before and "PublicAccessCidrs" not in after:
            words = "The new template must include all the properties specified in the previous template"
            raise RefusedError("InvalidRequest", f'{words}, property "PublicAccessCidrs" missing')
        if _zones(before) != _zones(after):
            words = "subnets must be in the same set of Availability Zones as those that the cluster was created with"
            raise RefusedError("InvalidParameterException", words)
        if new.get("Version"):
            versions.check_cluster(physical_id, str(new["Version"]))
        return super().update(physical_id, old, new, stack, logical_id)

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Delete the cluster and its security group."""
        config = (eks._clusters.get(physical_id) or {}).get("resourcesVpcConfig", {})
        super().delete(physical_id, properties)
        if config.get("clusterSecurityGroupId") in ec2._security_groups:
            call_ec2("DeleteSecurityGroup", GroupId=config["clusterSecurityGroupId"])


def _zones(config: Properties) -> set[str]:
    return {lookup.subnet(subnet)["AvailabilityZone"] for subnet in config.get("SubnetIds") or []}


def _service_range(properties: Properties) -> str:
    network = properties.get("KubernetesNetworkConfig") or {}
    return str(network.get("ServiceIpv4Cidr", "10.100.0.0/16"))


def _check_service_range(cidr: str, ranges: list[ipaddress.IPv4Network]) -> None:
    """Refuse what CreateCluster refuses (EKS API reference, KubernetesNetworkConfigRequest)."""
    service = ipaddress.IPv4Network(cidr)
    private = any(service.subnet_of(block) for block in _PRIVATE)
    if not private or service.prefixlen not in _SERVICE_PREFIXES or any(map(service.overlaps, ranges)):
        outside = ", ".join(map(str, ranges))
        raise RefusedError(
            "InvalidParameterException", f"serviceIpv4Cidr {cidr} must be private, /12 to /24 and outside of {outside}"
        )


def _cluster_group(cluster: str, vpc_id: str) -> str:
    answer = call_ec2(
        "CreateSecurityGroup",
        GroupName=f"eks-cluster-sg-{cluster}",
        GroupDescription="EKS created security group applied to ENIs of the control plane and managed nodes",
        VpcId=vpc_id,
    )
    group = text_of(answer, "groupId")
    rule = {"IpPermissions__1__IpProtocol": "-1", "IpPermissions__1__Groups__1__GroupId": group}
    call_ec2("AuthorizeSecurityGroupIngress", GroupId=group, **rule)
    return group
