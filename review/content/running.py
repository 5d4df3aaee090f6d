"""What runs in an existing cluster and must be recycled or restarted: what the file knows, and how to list it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.data import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from settings import Settings
    from settings.workloads import Workload

_ENIS = ".status.allocatable.vpc\\.amazonaws\\.com/pod-eni"
_NODES = f"kubectl get nodes -o custom-columns='NODE:.metadata.name,BRANCH:{_ENIS}'"
_EGRESS = (
    "kubectl get networkpolicies.networking.k8s.io -A -o json"
    """ | jq -r '.items[] | select(.spec.egress) | .metadata.namespace + "/" + .metadata.name'"""
)
_OF_THE_NAME = "kubectl get securitygrouppolicies,daemonsets -A | grep -e securitygrouppolicy -e node-local-dns"
_TYPES = "kubectl get nodes -L node.kubernetes.io/instance-type,eks.amazonaws.com/nodegroup,karpenter.sh/nodepool"


def running(settings: Settings) -> list[dict[str, str]]:
    """Return [{what, then, command}] for an existing cluster; nothing for a new one, where all comes in order."""
    return list(_told(settings)) if settings.existing_cluster else []


def _told(settings: Settings) -> Iterator[dict[str, str]]:
    mode = settings.pod_networking.enforcing_mode
    yield {
        "what": "aws-node is rolled out on every node, unless it has these values already; pods keep running",
        "then": "nothing to do: the deploy waits for it",
        "command": f"make verify ENV={settings.name}",
    }
    cache = settings.pod_networking.dns_cache.enabled
    if names := " or ".join([*["a policy"] * bool(settings.workloads), *["a node-local-dns"] * cache]):
        yield {
            "what": f"{names} of the same name ends the deploy with AlreadyExists, and changes nothing",
            "then": "before the deploy, hand over: docs/operations.md, What is there already",
            "command": _OF_THE_NAME,
        }
    yield {
        "what": "nodes that joined before ENABLE_POD_ENI and use all of their interfaces get no trunk ENI",
        "then": "after the deploy, recycle the nodes that show <none>",
        "command": _NODES,
    }
    yield {
        "what": "nodes of types without trunk ENIs (t3 is one) carry none of these pods",
        "then": "keep a node group or NodePool of other types",
        "command": _TYPES,
    }
    yield from _snat(settings)
    if cache:
        yield {
            "what": "pods lose what CoreDNS's own Corefile has for names outside the cluster: zones, hosts, rewrite",
            "then": "before the deploy, move it to dns_cache.stub_domains or a private hosted zone",
            "command": "kubectl -n kube-system get configmap coredns -o jsonpath='{.data.Corefile}'",
        }
        yield {
            "what": "pods that network policies let send to CoreDNS's pods alone lose DNS, unless EKS's engine judges",
            "then": f"before the deploy, let them admit the ipBlock {settings.cluster_dns_ip}/32 too, port 53",
            "command": _EGRESS,
        }
    for workload in settings.workloads:
        yield {
            "what": f"pods that {workload.namespace}/{workload.name} selects keep the node's groups until they restart",
            "then": "after the deploy, restart what these pods belong to",
            "command": _pods(workload),
        }
    yield {
        "what": f"pods that have groups of their own already go on in the mode that they started in, not in {mode}",
        "then": "restart them, where the mode changes",
        "command": "kubectl get pods -A -o json | jq -r '.items[].metadata"
        ' | select(.annotations["vpc.amazonaws.com/pod-eni"]) | .namespace + "/" + .name\'',
    }


def _snat(settings: Settings) -> Iterator[dict[str, str]]:
    """Yield whom other addresses are shown from now on, where the cluster's nodes have done the reverse."""
    what = "where nodes translated till now, new connections of all pods leave the VPC with the pod's address"
    then = "before the deploy, see that peers and networks behind gateways route and admit the pods' ranges"
    if not settings.pod_networking.external_snat:
        pods = "plain pods" if settings.pod_networking.enforcing_mode == "strict" else "pods"
        what = (
            f"where nodes did not translate till now, new connections of {pods} leave the VPC with the node's address"
        )
        what += ", to excluded ranges apart" * bool(settings.pod_networking.exclude_snat_cidrs)
        then = "before the deploy, see that peers and networks behind gateways admit the nodes, and their group"
    command = "kubectl -n kube-system get daemonset aws-node -o yaml | grep -A1 EXTERNALSNAT"
    yield {"what": what, "then": then, "command": command}


def _pods(workload: Workload) -> str:
    if workload.pod_labels:
        return f"kubectl -n {workload.namespace} get pods -l {_selector(workload.pod_labels)}"
    accounts = _selector(workload.service_account_labels or {})
    return f"kubectl -n {workload.namespace} get serviceaccounts -l {accounts}  # and the pods that use them"


def _selector(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def node_pool() -> str:
    """Return Karpenter requirements that leave types with a trunk: by family, and by type where a family has both."""
    types: dict[str, int] = {name: row[2] for name, row in table("trunk_limits")["types"].items()}
    with_trunk = {name.partition(".")[0] for name, branches in types.items() if branches}
    without = [name for name, branches in types.items() if not branches]
    families = sorted({name.partition(".")[0] for name in without} - with_trunk)
    mixed = sorted(name for name in without if name.partition(".")[0] in with_trunk)
    return (
        f"{{key: karpenter.k8s.aws/instance-family, operator: NotIn, values: [{', '.join(families)}]}}, "
        f"{{key: node.kubernetes.io/instance-type, operator: NotIn, values: [{', '.join(mixed)}]}}"
    )
