"""What the verdicts rest on: one sentence each, and where it can be read or is measured."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Fact:
    """A sentence and its source."""

    sentence: str
    source: str


_RULES = "aws/amazon-vpc-cni-k8s, pkg/networkutils/network.go; measured with AWS's CNI code"
_GUIDE = "EKS user guide, Assign security groups to individual Pods"
_README = "aws/amazon-vpc-cni-k8s, README.md; measured with AWS's CNI code"

CACHE_LOCAL = Fact(
    "the cache's addresses lie on the node and the local routing table comes first, so the query never leaves "
    "the node; the cache asks CoreDNS from the node's address",
    _RULES,
)
STRICT_LEAVES = Fact(
    "in strict mode the rule for the pod's interface (priority 10) comes before the local routing table (20), so every "
    "packet leaves by the branch ENI: an address of the node that the VPC does not know is not reached",
    _RULES,
)
STRICT_NOTRACK = Fact(
    "in strict mode the query leaves by the branch ENI, and the cache's NOTRACK rules keep kube-proxy from rewriting "
    "its address: it asks the VPC for a ClusterIP",
    "aws/amazon-vpc-cni-k8s#1384; measured with AWS's CNI code",
)
NO_LOCAL_ADDRESS = Fact(
    "without the cache nothing on the node has this address: the packet leaves and dies in the VPC",
    "measured with AWS's own CNI code in network namespaces",
)
FALLBACK = Fact(
    "without the cache kube-proxy sends the query to a CoreDNS pod; a pod with groups of its own reaches it by its "
    "branch ENI, so its groups must allow port 53",
    "EKS user guide, Security groups for pods, considerations; measured with AWS's CNI code",
)
IN_VPC = Fact("traffic inside the VPC keeps the pod's address and uses the ENI that the address belongs to", _RULES)
NODE_SNAT = Fact(
    "with AWS_VPC_K8S_CNI_EXTERNALSNAT=false, traffic to addresses outside the VPC (a peer's too) leaves by the node's "
    "primary ENI with the node's address and the node's security groups",
    _GUIDE,
)
OWN_ADDRESS = Fact(
    "with AWS_VPC_K8S_CNI_EXTERNALSNAT=true, an excluded range, or strict mode the packet keeps the pod's address",
    _README,
)
SOURCE_CHECK = Fact(
    "AWS_EXTERNAL_SERVICE_CIDRS sends the range by the main routing table: the packet leaves by the primary ENI with "
    "the pod's branch address, and the VPC's source check drops it",
    "aws/amazon-vpc-cni-k8s, README.md; measured with AWS's CNI code",
)
NO_PUBLIC_ADDRESS = Fact(
    "a pod's address has no public one beside it: in a public subnet only traffic with the node's address comes back",
    _GUIDE,
)
NO_WAY_OUT = Fact(
    "no route of the VPC leads to the internet: it drops what is sent there, whatever address it has",
    "VPC user guide, Configure route tables",
)
SAME_NODE = Fact(
    "in standard mode pods of one node reach each other over their host interfaces: no security group judges them",
    "aws/amazon-vpc-cni-k8s, pkg/networkutils and routed-eni driver; measured with AWS's CNI code",
)
PLAIN_PODS = Fact(
    "plain pods of one node reach each other over their host interfaces in both modes: no security group judges them",
    "aws/amazon-vpc-cni-k8s, pkg/networkutils and routed-eni driver; measured with AWS's CNI code",
)
STRICT_VPC = Fact(
    "in strict mode packets between such a pod and its node, or a pod beside it, cross the VPC: out by one ENI, in by "
    "another",
    _GUIDE,
)
ON_NODE = Fact("the packet stays on the node and is judged by no security group", _RULES)
EARLY_DEMUX = Fact(
    "in strict mode with early demux on, the kernel matches the returning packet to the node's own socket and drops it",
    "aws/amazon-vpc-cni-k8s, README.md, DISABLE_TCP_EARLY_DEMUX; measured with AWS's CNI code",
)
UDP_EARLY_DEMUX = Fact(
    "in strict mode answers to a connected UDP socket of the node are lost whatever DISABLE_TCP_EARLY_DEMUX says: it "
    "leaves net.ipv4.udp_early_demux alone",
    "measured with AWS's own CNI code in network namespaces",
)
OWN_ENI = Fact(
    "a connection from outside arrives at the ENI that has the pod's address, whatever way the pod's own take",
    "measured with AWS's own CNI code in network namespaces",
)
METADATA = Fact(
    "security groups do not filter instance metadata; the packet leaves the way that link-local addresses outside take",
    "VPC user guide, Control traffic using security groups; measured with AWS's CNI code",
)
METADATA_BY_BRANCH = Fact(
    "security groups do not filter instance metadata; the packet leaves by the branch ENI, and was answered in the "
    "laboratory: of EC2 it is not known",
    "VPC user guide, Control traffic using security groups; measured with AWS's CNI code",
)
ONE_HOP = Fact(
    "the answer with the token may make one hop, and a pod is the second: these nodes keep their role to themselves",
    "EC2 user guide, Configure the instance metadata options; measured with AWS's CNI code",
)
CACHE_ASKS = Fact(
    "the cache runs on the host network: it asks CoreDNS from the node's address, judged by the node's group",
    "kubernetes.io, Using NodeLocal DNSCache; measured with AWS's CNI code",
)
STUB_DOMAIN = Fact(
    "the cache asks a stub domain's resolver from the node's address, whatever becomes of pods' addresses: a resolver "
    "endpoint in the peer must admit the VPC's range, or the node's group, on port 53",
    "kubernetes.io, Using NodeLocal DNSCache; measured with AWS's CNI code",
)
NODE_ITSELF = Fact("what the node sends itself has its address and leaves by its primary ENI", _RULES)
RESOLVER = Fact(
    "security groups do not filter the VPC's resolver; each network interface may send it 1024 packets a second",
    "VPC user guide, DNS quotas",
)
NODE_PORT = Fact(
    "a NodePort is reached by the node's primary ENI", "measured with AWS's own CNI code in network namespaces"
)
NODE_PORT_LOCAL = Fact(
    "with externalTrafficPolicy: Local in strict mode the packet would have to leave the node with the client's "
    "address: the VPC's source check drops it",
    _GUIDE,
)
