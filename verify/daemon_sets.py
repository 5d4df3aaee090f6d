"""Whether aws-node has its variables, and aws-node and the node cache run on every node."""

from collections.abc import Iterator, Mapping

from settings import Settings
from verify.finding import RUN_AGAIN, Finding
from verify.kubectl import Json

_ADD_ON = "aws eks describe-addon --cluster-name <cluster> --addon-name vpc-cni --query addon.health"
_CACHE, _STANDBY = "node-local-dns", "node-local-dns-standby"


def daemon_sets(settings: Settings, found: Mapping[str, Json]) -> Iterator[Finding]:
    """Yield what is found about aws-node, the cache and its standby in DaemonSets of kube-system, name -> object."""
    yield _variables(settings, found.get("aws-node"))
    yield _rolled_out("aws-node", found.get("aws-node"))
    cache = settings.pod_networking.dns_cache
    nodes = "every node with its labels" if cache.node_labels else "every node"
    for name in (_CACHE, _STANDBY)[: 1 + cache.standby] if cache.enabled else ():
        yield _rolled_out(name, found.get(name), nodes)


def _variables(settings: Settings, aws_node: Json | None) -> Finding:
    wanted = settings.pod_networking.variables()
    live = _env(aws_node) if aws_node else {}
    problems = [
        f"{container} {name} must be {value!r}, got {live.get(container, {}).get(name)!r}"
        for container, variables in wanted.items()
        for name, value in variables.items()
        if live.get(container, {}).get(name) != value
    ]
    seen = f"{sum(map(len, wanted.values()))} variables"
    who = "kubectl -n kube-system get daemonset aws-node --show-managed-fields -o yaml"
    fix = f"give pod_networking.run_again a new text and deploy; `{who}` names who else sets them"
    return Finding("aws-node has the variables of the file", seen, problems, fix)


def _rolled_out(name: str, live: Json | None, nodes: str = "every node") -> Finding:
    what, fix = f"{name} runs on {nodes}", f"kubectl -n kube-system get pods -o wide | grep {name}"
    if live is None:
        again = f"deploy; where that has no change, somebody deleted it: {RUN_AGAIN}"
        made = f"the add-on makes it, and no deploy of podnet: `{_ADD_ON}`; once it is there, {RUN_AGAIN}"
        return Finding(what, "", [f"no DaemonSet kube-system/{name}"], made if name == "aws-node" else again)
    status = live.get("status", {})
    wanted = status.get("desiredNumberScheduled", 0)
    updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    problems = []
    if status.get("observedGeneration", 0) < live["metadata"]["generation"]:
        problems.append("its controller has not seen the newest template yet")
    elif not wanted:
        return Finding(what, not_tried="there is no node that it would run on")
    elif min(updated, available) < wanted:
        problems.append(f"{updated} updated and {available} available of {wanted}")
    return Finding(what, f"{available} of {wanted}", problems, fix)


def _env(daemon_set: Json) -> dict[str, dict[str, str]]:
    pod = daemon_set["spec"]["template"]["spec"]
    containers = [*pod.get("initContainers", []), *pod["containers"]]
    return {c["name"]: {e["name"]: e.get("value", "") for e in c.get("env", [])} for c in containers}
