"""The variables of aws-node."""

import json
from typing import Any

import yaml

from rehearsal.checks.expect import NotAskedFor, equal, eventually, expect
from rehearsal.checks.scene import Scene, env_of

Env = dict[str, dict[str, str | None]]
"""Container -> variable -> value."""

_ROLL_OUT_SECONDS = 60


def wanted_env(scene: Scene) -> dict[str, dict[str, str]]:
    """Give container -> variable -> value that the environment file asks for."""
    asked = scene.settings.pod_networking
    main = {
        "ENABLE_POD_ENI": "true",
        "POD_SECURITY_GROUP_ENFORCING_MODE": asked.enforcing_mode,
        "AWS_VPC_K8S_CNI_EXTERNALSNAT": str(asked.external_snat).lower(),
        **asked.env,
    }
    if asked.exclude_snat_cidrs:
        main["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"] = ",".join(asked.exclude_snat_cidrs)
    first = {"DISABLE_TCP_EARLY_DEMUX": "true"} if asked.disable_tcp_early_demux else {}
    return {"aws-node": main, "aws-vpc-cni-init": first}


def env_is_in_effect(scene: Scene) -> str:
    """Prove the values on both containers."""
    live, number = scene.pod_env(), 0
    for container, env in wanted_env(scene).items():
        for name, value in env.items():
            equal(f"{name} of {container}", live[container].get(name), value)
            number += 1
    return f"{number} variables on aws-node and aws-vpc-cni-init"


def podnet_owns_env(scene: Scene) -> str:
    """Prove that podnet owns each value."""
    return _owned_by(scene, "podnet")


def addon_owns_env(scene: Scene) -> str:
    """Prove that the add-on owns each value too where they stand in its configuration: then nobody fights."""
    if not scene.settings.pod_networking.addon_configuration:
        return NotAskedFor("pod_networking.addon_configuration is false")
    return _owned_by(scene, "eks")


def _owned_by(scene: Scene, manager: str) -> str:
    owned = owners(scene.daemon_set("aws-node"))
    for container, env in wanted_env(scene).items():
        for name in env:
            found = owned.get((container, name), set())
            expect(manager in found, f"{manager} must own {name} of {container}, got {sorted(found)}")
    return manager


def aws_node_is_rolled_out(scene: Scene) -> str:
    """Prove that every node runs aws-node with these values, and the add-on version that was asked for."""
    told = eventually(lambda: scene.rolled_out("aws-node"), _ROLL_OUT_SECONDS)
    tag = scene.settings.pod_networking.vpc_cni.version.partition("-")[0]
    pod = scene.daemon_set("aws-node")["spec"]["template"]["spec"]
    for container in (*pod["containers"], *pod["initContainers"]):
        if "/amazon-k8s-cni" in container["image"]:
            equal(f"image tag of {container['name']}", container["image"].rpartition(":")[2], tag)
    return f"{told}, {tag}"


def original_values_are_back(scene: Scene, original: Env) -> str:
    """Prove, after podnet is gone, that it owns nothing and that the values are those from before it came.

    A value that the add-on's manager owns by now is the add-on's own business and must be what the add-on says today.
    """
    live = scene.daemon_set("aws-node")
    found, today, owned = scene.pod_env(), addon_env(scene), owners(live)
    for container, env in original.items():
        for name in {*env, *found[container]}:
            addons = "eks" in owned.get((container, name), set())
            wanted = (today if addons else original)[container].get(name)
            equal(f"{name} of {container} after podnet", found[container].get(name), wanted)
    podnet_is_gone(scene)
    return "as before podnet"


def podnet_is_gone(scene: Scene) -> str:
    """Prove that podnet manages no field of aws-node and has no annotation there."""
    meta = scene.daemon_set("aws-node")["metadata"]
    managers = {entry["manager"] for entry in meta["managedFields"]}
    expect("podnet" not in managers, f"podnet must manage nothing any more, got managers {sorted(managers)}")
    notes = [key for key in meta.get("annotations", {}) if key.startswith("podnet.io/")]
    equal("annotations of podnet on aws-node", notes, [])
    return "no field, no annotation"


def addon_env(scene: Scene) -> Env:
    """Give what the add-on alone sets: its manifest and its configuration."""
    text = (scene.vpc_cni / "config/master/aws-k8s-cni.yaml").read_text(encoding="utf-8")
    manifest = next(obj for obj in yaml.safe_load_all(text) if obj and obj["kind"] == "DaemonSet")
    env = env_of(manifest["spec"]["template"]["spec"])
    addon = scene.aws.eks.describe_addon(clusterName=scene.cluster, addonName="vpc-cni")["addon"]
    values = json.loads(addon.get("configurationValues") or "{}")
    env["aws-node"] |= values.get("env", {})
    env["aws-vpc-cni-init"] |= values.get("init", {}).get("env", {})
    return env


def owners(daemon_set: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    """Give (container, variable) -> managers that own its value."""
    found: dict[tuple[str, str], set[str]] = {}
    for entry in daemon_set["metadata"]["managedFields"]:
        pod = entry.get("fieldsV1", {}).get("f:spec", {}).get("f:template", {}).get("f:spec", {})
        for kind in ("f:containers", "f:initContainers"):
            for container, fields in pod.get(kind, {}).items():
                for variable, parts in fields.get("f:env", {}).items():
                    if "f:value" in parts:
                        key = json.loads(container[2:])["name"], json.loads(variable[2:])["name"]
                        found.setdefault(key, set()).add(entry["manager"])
    return found
