"""What the operations change in an environment file; each takes its content, as YAML gives it."""

from rehearsal.named import Content, is_named, names

NEW = "new-service"


def add_workload(content: Content) -> None:
    """Add one beside the first: the same namespace, one rule."""
    rule = {"protocol": "tcp", "port": 8443, "from": {"cluster": True}}
    workload = {"name": NEW, "namespace": content["workloads"][0]["namespace"], "pod_labels": {"app": NEW}}
    content["workloads"].append({**workload, "ingress": [rule]})


def move_group(content: Content, group: str) -> None:
    """Give a workload a group by id in place of its own: the first that no other names, or the last namespace's.

    Rules that name it go with its group; those between namespaces stand in the stack of the later one, and so can go.
    """
    workloads = content["workloads"]
    free = (workload for workload in workloads if not is_named(workload, workloads))
    workload = next(free, max(workloads, key=lambda one: str(one["namespace"])))
    for other in workloads:
        for key in {"ingress", "egress"} & other.keys():
            other[key] = [rule for rule in other[key] if not names(rule, workload)]
    for key in ("ingress", "egress", "reaches"):
        workload.pop(key, None)
    workload["security_group_ids"] = [group]


def switch_mode(content: Content) -> None:
    """Switch to strict, with which the cache cannot be used."""
    content["pod_networking"]["enforcing_mode"] = "strict"
    content["pod_networking"]["dns_cache"] = {"enabled": False}


def remove_peers(content: Content) -> None:
    """Remove all peers, and whatever names them."""
    content["peers"] = []
    content["pod_networking"].get("dns_cache", {}).pop("stub_domains", None)
    for workload in content["workloads"]:
        workload.pop("reaches", None)
        for key in ("ingress", "egress"):
            rules = [rule for rule in workload.get(key, ()) if "'peer'" not in str(rule)]
            if key in workload:
                workload[key] = rules


def leave_addon_alone(content: Content) -> None:
    """Take the variables out of the add-on's configuration: the handler alone sets them, the original procedure."""
    content["pod_networking"]["addon_configuration"] = False


def make_private(content: Content) -> None:
    """Make the API server's endpoint private: every function that speaks with it moves into the VPC."""
    content["cluster"]["endpoint"] = "private"
    content["cluster"].pop("endpoint_cidrs", None)


def run_again(content: Content) -> None:
    """Have every manifest applied again, and the values of aws-node set again."""
    content["pod_networking"]["run_again"] = "a policy was deleted"


def upgrade_control_plane(content: Content) -> None:
    """Raise Kubernetes by one minor version."""
    cluster = content["cluster"]
    minor = int(cluster["kubernetes_version"].partition(".")[2]) + 1
    cluster["kubernetes_version"] = f"1.{minor}"


def upgrade_addons(content: Content) -> None:
    """Take a kube-proxy of the upgraded control plane, and CoreDNS's next build."""
    cluster = content["cluster"]
    cluster["kube_proxy_version"] = f"v{cluster['kubernetes_version']}.0-eksbuild.2"
    before, word, build = cluster["coredns_version"].rpartition("eksbuild.")
    cluster["coredns_version"] = f"{before}{word}{int(build) + 1}"


def upgrade_nodes(content: Content) -> None:
    """Let all node groups follow."""
    for group in content["node_groups"]:
        group["kubernetes_version"] = content["cluster"]["kubernetes_version"]
