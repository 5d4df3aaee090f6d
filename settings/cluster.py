"""The EKS cluster: one that podnet makes, or one that is already there; and the nodes of the former."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import Field

from settings.fields import (
    AddonVersion,
    AnyRange,
    InstanceType,
    KubernetesVersion,
    Name,
    NodeLabelKey,
    NodeLabelValue,
    RoleArn,
    SecurityGroupId,
    VpcRange,
)
from settings.forms import Form, PemCertificate, Section
from settings.json_object import JsonObject

Endpoint = Literal["public", "private"]
ClusterName = Annotated[
    str, Form("[0-9A-Za-z][A-Za-z0-9_-]{0,99}", "must be a cluster name as EKS allows it", "copy the cluster's name")
]
HttpsUrl = Annotated[
    str, Form("https://[A-Za-z0-9.:-]+", "must be the API server's https URL", "copy `cluster.endpoint`")
]
Certificate = Annotated[str, PemCertificate()]
_MOST_NODES = 5000  # of a whole cluster (kubernetes.io, Considerations for large clusters)


class Cluster(Section):
    """A cluster that podnet makes, with pod networking in place before its first node."""

    kubernetes_version: KubernetesVersion
    """Minor version, in quotes. The kubectl that applies manifests is at most one minor version away."""
    service_cidr: VpcRange = "172.20.0.0/16"
    """Range of ClusterIPs. Its tenth address is the cluster DNS service, which the node cache listens on."""
    endpoint: Endpoint = "public"
    """`public`: reachable from the internet (see endpoint_cidrs) and from the VPC. `private`: from the VPC only."""
    endpoint_cidrs: Annotated[tuple[AnyRange, ...], Field(max_length=40)] = ()
    """Ranges that may reach a public endpoint, at most 40 (EKS service quotas); left out: every address. Nodes always
    use the private way."""
    admin_role_arns: tuple[RoleArn, ...] = ()
    """Roles that get AmazonEKSClusterAdminPolicy through an access entry."""
    kube_proxy_version: AddonVersion
    """Version of the kube-proxy add-on."""
    coredns_version: AddonVersion
    """Version of the coredns add-on."""
    coredns_configuration: JsonObject | None = None
    """The coredns add-on's own configuration, such as {replicaCount: 3} or a whole corefile; {} goes back to EKS's.
    Left out: nobody's, or what somebody else has set. See how-to.md, Configure CoreDNS."""
    log_types: tuple[Literal["api", "audit", "authenticator", "controllerManager", "scheduler"], ...] = (
        "api",
        "audit",
        "authenticator",
    )
    """Control-plane logs that are sent to CloudWatch Logs."""

    @property
    def handler_in_vpc(self) -> bool:
        """Whether a Lambda reaches the API server only from inside the VPC."""
        return self.endpoint == "private" or bool(self.endpoint_cidrs)

    @property
    def coredns_values(self) -> str:
        """The configuration as JSON text, "" where it is left out."""
        given = self.coredns_configuration
        return "" if given is None else json.dumps(given, sort_keys=True)


class ExistingCluster(Section):
    """A cluster that is already there: podnet adds pod networking and workloads, and takes them away again."""

    name: ClusterName
    """The cluster's name."""
    kubernetes_version: KubernetesVersion
    """Minor version, in quotes; decides which kubectl applies the manifests."""
    endpoint_url: HttpsUrl
    """URL of the API server."""
    endpoint: Endpoint = "public"
    """Whether that URL is reachable from outside the VPC. Where it admits some ranges only, write `private`: a function
    outside the VPC has none of their addresses."""
    certificate_authority: Certificate
    """The API server's certificate authority, base64 as EKS returns it."""
    security_group_id: SecurityGroupId
    """The cluster security group."""
    node_security_group_id: SecurityGroupId | None = None
    """The nodes' group, where they and CoreDNS do not carry the cluster's: so terraform-aws-eks makes them. DNS without
    the cache, probes in `strict` and rules with `cluster: true` then mean this one, and no longer the API server."""
    service_cidr: VpcRange
    """Range of ClusterIPs."""

    @property
    def handler_in_vpc(self) -> bool:
        """Whether a Lambda reaches the API server only from inside the VPC."""
        return self.endpoint == "private"


class NodeGroup(Section):
    """A managed node group in the private subnets. Its instance types must support trunk ENIs."""

    name: Name
    """Name used in this file, and label `podnet.io/node-group` of its nodes."""
    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=20)]
    """Instance types, of one CPU architecture."""
    min_size: Annotated[int, Field(ge=0, le=_MOST_NODES)] = 1
    """Fewest nodes."""
    max_size: Annotated[int, Field(ge=1, le=_MOST_NODES)] = 3
    """Most nodes; a group has 450 unless the account's quota was raised."""
    desired_size: Annotated[int, Field(ge=0, le=_MOST_NODES)] = 2
    """Nodes at creation; later changes belong to the autoscaler or to this file."""
    disk_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Size of the encrypted root volume, GiB."""
    architecture: Literal["x86_64", "arm64"] = "x86_64"
    """CPU architecture; selects the AL2023 image."""
    capacity: Literal["on-demand", "spot"] = "on-demand"
    """How the instances are bought."""
    kubernetes_version: KubernetesVersion | None = None
    """Minor version of the nodes, in quotes: the cluster's, or up to three older. Another one replaces them in turn.
    Left out: the one that the cluster has when EKS makes the group. See operations.md, Upgrade Kubernetes."""
    labels: dict[NodeLabelKey, NodeLabelValue] = Field(default_factory=dict)
    """Labels of the nodes."""
