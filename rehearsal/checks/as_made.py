"""What a new cluster holds, to be compared before podnet came and after it left."""

import json

from rehearsal.checks.as_found import (
    AWS_NODE,
    Found,
    cluster_objects,
    everything_is_as_found,
    image_tag,
    with_image_tag,
)
from rehearsal.checks.scene import Scene
from settings import Settings

_OF_NAMESPACES = (("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt"))


def cluster_is_as_made(scene: Scene, before: Found, first: Settings) -> str:
    """Prove that a new cluster's API server holds what it held before podnet, and what is kept on purpose.

    That are the namespaces (docs/decisions/0005), what the add-on coredns installed, which is preserved, and variables
    that came with a later configuration of the add-on vpc-cni: they are the add-on's own.

    Args:
        scene: After podnet left the cluster.
        before: What it held when it was made, with the add-on of `first`.
        first: The settings of the first deploy.

    Raises:
        CheckFailedError: With what came, went and changed.
    """
    spaces = {workload.namespace for workload in (*first.workloads, *scene.settings.workloads)}
    kept = {f"Namespace {name}" for name in spaces}
    kept |= {
        "Service kube-system/kube-dns",
        "ConfigMap kube-system/coredns",
        f"IPAddress {scene.settings.cluster_dns_ip}",
    }
    kept |= {f"{what} {name}/{of}" for name in spaces for what, of in _OF_NAMESPACES}
    after = {key: text for key, text in cluster_objects(scene).items() if key not in kept - before.keys()}
    after[AWS_NODE] = _without(after[AWS_NODE], _names(scene.settings) - _names(first))
    wanted = with_image_tag(before, image_tag(first), image_tag(scene.settings))
    return everything_is_as_found(wanted, after) + f", besides {len(spaces)} namespaces"


def _names(settings: Settings) -> set[str]:
    """Give the variables that the add-on's own configuration carries."""
    if not settings.pod_networking.addon_configuration:
        return set()
    return {name for env in settings.pod_networking.variables().values() for name in env}


def _without(text: str, names: set[str]) -> str:
    """Give a DaemonSet's text without some variables."""
    item = json.loads(text)
    pod = item["spec"]["template"]["spec"]
    for container in (*pod["containers"], *pod.get("initContainers", ())):
        container["env"] = [entry for entry in container.get("env", ()) if entry["name"] not in names]
    return json.dumps(item, sort_keys=True)
