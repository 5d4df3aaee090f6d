"""Whether nodes are the file's, and can carry pods with security groups of their own, whoever made them."""

from collections.abc import Iterator, Sequence

from trunks import GROUP, RESOURCE, features, lacks, ready, says

from review.data import limits
from review.flows.conditions import covers
from settings import Settings
from verify.cluster import remember
from verify.finding import Finding
from verify.kubectl import Json, Kubectl

REGION, VPC = "the nodes are of the file's region", "the nodes stand in the file's VPC"
_TYPE, _COMPUTE = "node.kubernetes.io/instance-type", "eks.amazonaws.com/compute-type"
_REGION = "topology.kubernetes.io/region"
_OTHER_COMPUTE = {"fargate", "hybrid", "auto"}  # aws-node does not run there
_RECYCLE = "look at the events (`kubectl describe node`); recycle nodes that joined before ENABLE_POD_ENI was set"


def nodes(settings: Settings, kubectl: Kubectl) -> Iterator[Finding]:
    """Yield what is found about place, groups and nodes; Karpenter's and self-managed nodes are looked at too."""
    all_nodes = [node for node in kubectl.items("nodes") if _is_linux_on_ec2(node)]
    up = [node for node in all_nodes if ready(node)]
    yield _region(settings, all_nodes)
    yield _vpc(settings, all_nodes)
    yield _groups(settings, up)
    known, events = features(kubectl.items("cninodes")), _by_node(kubectl.items("events", "default"))
    problems, without = [], []
    for node in up:
        found = limits(_label(node, _TYPE))
        if found and not found[2] and GROUP not in node["metadata"]["labels"]:
            without.append(f"{node['metadata']['name']} ({_label(node, _TYPE)})")
        elif missing := lacks(node, known):
            problems.append(f"{_named(node)}: {' and '.join(missing)}{_said(events.get(node['metadata']['name'], ()))}")
    amounts = sum(int(node["status"]["allocatable"].get(RESOURCE, 0)) for node in up)
    seen = f"{len(up)} ready nodes, {amounts} branch ENIs"
    if without:
        seen += f"; of types without trunk ENIs, where no such pod is scheduled: {', '.join(without)[:300]}"
    yield Finding("every node has its trunk ENI", seen, problems, _RECYCLE)


def _region(settings: Settings, found: list[Json]) -> Finding:
    """Compare the region that nodes say; another one means another cluster."""
    names: dict[str, list[str]] = {}
    for node in found:
        if region := _label(node, _REGION):
            names.setdefault(region, []).append(node["metadata"]["name"])
    if not names:
        return Finding(REGION, not_tried=f"no node has the label {_REGION}")
    problems = [
        f"{_REGION} must be {settings.region}, got {region} on {len(others)}: {', '.join(others)[:100]}"
        for region, others in sorted(names.items())
        if region != settings.region
    ]
    return Finding(REGION, settings.region, problems, _choose(settings))


def _vpc(settings: Settings, found: list[Json]) -> Finding:
    """Compare the nodes' addresses with the VPC's ranges: two clusters of one account and region have two VPCs."""
    ranges = settings.any_network.cidrs
    told = {node["metadata"]["name"]: address for node in found if (address := _address(node))}
    if not told:
        return Finding(VPC, not_tried="no node tells an IPv4 address of its own")
    outside = [f"{address} of {name}" for name, address in told.items() if not covers(ranges, f"{address}/32")]
    seen, others = " and ".join(ranges), ", ".join(outside[:3])
    problems = [f"InternalIP must lie in {seen}, got {others}: {len(outside)} of {len(told)} nodes"] if outside else []
    more = "; or name the VPC's other ranges in existing_network.further_cidrs" if settings.existing_network else ""
    return Finding(VPC, seen, problems, _choose(settings) + more)


def _address(node: Json) -> str:
    given = node.get("status", {}).get("addresses", ())
    return next((one["address"] for one in given if one["type"] == "InternalIP" and ":" not in one["address"]), "")


def _choose(settings: Settings) -> str:
    return f"choose the context of the file's cluster with --context; `{remember(settings)}` makes it"


def _groups(settings: Settings, up: list[Json]) -> Finding:
    wanted = {group.name for group in settings.node_groups if group.min_size}
    empty = sorted(wanted - {_label(node, GROUP) for node in up})
    problems = [f"node group {name} has no ready node" for name in empty]
    fix = "aws eks describe-nodegroup --cluster-name <cluster> --nodegroup-name <group> --query nodegroup.health"
    if not up:
        problems.append("the cluster has no ready node")
    return Finding("every node group has ready nodes", f"{len(wanted)} groups in the file", problems, fix)


def _is_linux_on_ec2(node: Json) -> bool:
    return _label(node, "kubernetes.io/os") == "linux" and _label(node, _COMPUTE) not in _OTHER_COMPUTE


def _label(node: Json, name: str) -> str:
    return str(node["metadata"].get("labels", {}).get(name, ""))


def _named(node: Json) -> str:
    group = _label(node, GROUP) or _label(node, "karpenter.sh/nodepool") or _label(node, "eks.amazonaws.com/nodegroup")
    return f"{node['metadata']['name']}{f' of {group}' if group else ''}"


def _by_node(events: list[Json]) -> dict[str, list[Json]]:
    """Give the events about each node; a large cluster has tens of thousands."""
    found: dict[str, list[Json]] = {}
    for event in events:
        if event["involvedObject"].get("kind") == "Node":
            found.setdefault(event["involvedObject"].get("name", ""), []).append(event)
    return found


def _said(about: Sequence[Json]) -> str:
    return f" ({said})" if (said := says(about)) else ""
