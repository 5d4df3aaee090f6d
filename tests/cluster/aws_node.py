"""The DaemonSet aws-node as AWS publishes it, applied as the add-on manager `eks` applies it."""

import copy
import functools

import yaml

from rehearsal.parts import module_dir

PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
ENV = {
    "aws-node": {
        "ENABLE_POD_ENI": "true",
        "POD_SECURITY_GROUP_ENFORCING_MODE": "standard",
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": "true",
    },
    "aws-vpc-cni-init": {"DISABLE_TCP_EARLY_DEMUX": "true"},
}


@functools.cache
def _upstream():
    text = (module_dir("vpc_cni") / "config" / "master" / "aws-k8s-cni.yaml").read_text(encoding="utf-8")
    return next(d for d in yaml.safe_load_all(text) if d and d["kind"] == "DaemonSet")


def manifest(env=None, image_tag=None):
    """Give the upstream DaemonSet with `env` {container: {variable: value}} in it, and with other image tags."""
    daemon_set = copy.deepcopy(_upstream())
    pod = daemon_set["spec"]["template"]["spec"]
    for container in [*pod["initContainers"], *pod["containers"]]:
        for name, value in (env or {}).get(container["name"], {}).items():
            entry = next((e for e in container["env"] if e["name"] == name), None)
            if entry is None:
                container["env"].append({"name": name, "value": value})
            else:
                entry["value"] = value
        if image_tag and "amazon-k8s-cni" in container["image"]:
            container["image"] = container["image"].rpartition(":")[0] + ":" + image_tag
            for entry in container["env"]:
                if entry["name"] == "VPC_CNI_VERSION":
                    entry["value"] = image_tag
    return daemon_set


def containers(live):
    """Give the containers of the pod template by name."""
    pod = live["spec"]["template"]["spec"]
    return {c["name"]: c for c in [*pod["initContainers"], *pod["containers"]]}


def values(live, env=ENV):
    """Give the live values of the variables in `env`; None without an entry, "" for a blank one."""
    found = {name: {e["name"]: e.get("value", "") for e in c.get("env", [])} for name, c in containers(live).items()}
    return {c: {n: found.get(c, {}).get(n) for n in names} for c, names in env.items()}


def managers(live):
    """Give the names of the field managers."""
    return {entry["manager"] for entry in live["metadata"]["managedFields"]}


def status(live, **numbers):
    """Give a status as the DaemonSet controller writes it; only for planes without one."""
    base = {"currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0}
    return {"status": {**base, "observedGeneration": live["metadata"]["generation"], **numbers}}
