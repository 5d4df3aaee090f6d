"""The whole environment file."""

from __future__ import annotations

import ipaddress
import pathlib
from typing import Annotated, Any, cast

from pydantic import Field, PrivateAttr
from pydantic.json_schema import SkipJsonSchema

from settings.acknowledged import Acknowledged
from settings.cluster import Cluster, ExistingCluster, NodeGroup
from settings.fields import AccountId, Region
from settings.forms import Form, Section
from settings.network import ExistingNetwork, Network, Peer
from settings.pod_networking import PodNetworking
from settings.workloads import Workload

# EC2 takes no group called sg-…, and CloudFormation calls a group after its stack
_STEM = Form(
    "(?!sg(?:-|$))[a-z][a-z0-9-]{0,24}",
    "must be called by 1-25 lower-case letters, digits and hyphens, a letter first, neither sg nor sg-…",
    "rename it: stacks are called after it",
)


class Settings(Section):
    """One environment: where it lies, its network and peers, its cluster, its pod networking, its workloads."""

    name: SkipJsonSchema[Annotated[str, _STEM]]
    """Name of the environment: the file's name without its ending. Stacks are called `<name>-<Stack>`."""
    account: AccountId
    """AWS account, 12 digits in quotes."""
    region: Region
    """AWS region."""
    network: Network | None = None
    """A new VPC. Give this or existing_network."""
    existing_network: ExistingNetwork | None = None
    """A VPC that is already there. Give this or network."""
    peers: tuple[Peer, ...] = ()
    """VPCs, or ranges behind a transit gateway, that pods reach. podnet makes connections and routes for a new cluster;
    an existing cluster's are made already."""
    cluster: Cluster | None = None
    """A new cluster. Give this or existing_cluster."""
    existing_cluster: ExistingCluster | None = None
    """A cluster that is already there. Give this or cluster."""
    pod_networking: PodNetworking
    """The VPC CNI's variables, the node cache and the watch."""
    node_groups: tuple[NodeGroup, ...] = ()
    """Managed node groups of a new cluster; they are made after pod networking is right."""
    workloads: tuple[Workload, ...] = ()
    """Pods with security groups of their own."""
    acknowledge: Acknowledged = Field(default_factory=dict)
    """Rules that do not hold here and are accepted: {rule id: reason}. docs/rules.md lists the rules."""
    _folder: pathlib.Path | None = PrivateAttr(None)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  (pydantic's own signature)
        """Keep the folder of the file, which validation is told as its context."""
        self._folder = context

    @property
    def folder(self) -> pathlib.Path | None:
        """The folder of the file; None where the settings come from none."""
        return self._folder

    @property
    def any_network(self) -> Network | ExistingNetwork:
        """The VPC, new or existing."""
        return cast("Network | ExistingNetwork", self.network or self.existing_network)

    @property
    def any_cluster(self) -> Cluster | ExistingCluster:
        """The cluster, new or existing."""
        return cast("Cluster | ExistingCluster", self.cluster or self.existing_cluster)

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of the workloads, each once, in the order of the alphabet: each is a stack."""
        return sorted({workload.namespace for workload in self.workloads})

    @property
    def node_security_group_id(self) -> str | None:
        """The group that the nodes of an existing cluster carry, where it is not the cluster's."""
        return self.existing_cluster.node_security_group_id if self.existing_cluster else None

    @property
    def cluster_dns_ip(self) -> str:
        """The kube-dns ClusterIP: on EKS the tenth address of the service range (amazon-eks-ami, nodeadm)."""
        return str(ipaddress.IPv4Network(self.any_cluster.service_cidr)[10])
