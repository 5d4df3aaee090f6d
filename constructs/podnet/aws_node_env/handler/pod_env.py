"""The environment variables in a DaemonSet's pod template: read, checked, written. Pure functions."""

import re
from collections.abc import Iterator, Mapping

from faults import RefusedError
from kube_api import Json

Env = Mapping[str, Mapping[str, str]]  # container -> variable -> value
Values = Mapping[str, Mapping[str, str | None]]  # None: no entry

_KINDS = ("initContainers", "containers")
_MODE, _POD_ENI = "POD_SECURITY_GROUP_ENFORCING_MODE", "ENABLE_POD_ENI"
_MODES = ("strict", "standard")


def containers(daemon_set: Json) -> Iterator[tuple[str, Json]]:
    """Give each container of the pod template with its path in it."""
    pod = daemon_set["spec"]["template"]["spec"]
    for kind in _KINDS:
        for container in pod.get(kind) or []:
            yield f"spec.template.spec.{kind}[{container['name']}]", container


def value(daemon_set: Json, container: str, variable: str) -> str | None:
    """Give the live value: None without an entry, "" for an entry without a value."""
    for _, found in containers(daemon_set):
        if found["name"] == container:
            for entry in found.get("env") or []:
                if entry["name"] == variable:
                    return str(entry.get("value", ""))
    return None


def differences(daemon_set: Json, env: Env) -> list[str]:
    """Say for each variable that is not as wanted: container, variable, value wanted and found."""
    return [
        f"{container} {name} must be {wanted!r}, got {found!r}"
        for container, variables in env.items()
        for name, wanted in variables.items()
        if (found := value(daemon_set, container, name)) != wanted
    ]


def pod_patch(daemon_set: Json, values: Values) -> Json:
    """Give the part of a pod spec that sets `values`, and removes those that are None, in the live list's order.

    The order of env entries is part of the value: an apply that lists them in another order moves them, which rolls
    the whole fleet although every value is the same (kubernetes-sigs/structured-merge-diff merges lists so).
    """
    pod: Json = {}
    for path, found in containers(daemon_set):
        live = [entry["name"] for entry in found.get("env") or []]
        wanted = values.get(found["name"], {})
        names = [n for n in live if n in wanted] + [n for n in wanted if n not in live and wanted[n] is not None]
        env = [{"name": n, "$patch": "delete"} if wanted[n] is None else {"name": n, "value": wanted[n]} for n in names]
        if env:
            kind = "initContainers" if ".initContainers[" in path else "containers"
            pod.setdefault(kind, []).append({"name": found["name"], "env": env})
    return {"spec": {"template": {"spec": pod}}} if pod else {}


def refuse(daemon_set: Json, env: Env) -> None:
    """Check that the DaemonSet can take `env`, before anything is patched.

    Raises:
        RefusedError: a container is missing, an entry is set through valueFrom, the enforcing mode is unknown, or the
            VPC CNI is too old: security groups for pods need 1.7, the mode `standard` needs 1.11
            (aws/amazon-vpc-cni-k8s, README.md, ENABLE_POD_ENI and POD_SECURITY_GROUP_ENFORCING_MODE).
    """
    found = {c["name"]: (path, c) for path, c in containers(daemon_set)}
    for container, variables in env.items():
        if container not in found:
            where = f"spec.template.spec must have a container {container}, got {', '.join(found)}"
            raise RefusedError(f"{where}; look at Env in the settings and at the version of the add-on vpc-cni")
        path, live = found[container]
        for entry in live.get("env") or []:
            if entry["name"] in variables and "valueFrom" in entry:
                where = f"{path}.env[{entry['name']}] must have a value, got valueFrom {str(entry['valueFrom'])[:100]}"
                raise RefusedError(f"{where}; remove the entry or leave the variable out of the settings")
        mode = variables.get(_MODE, "strict")
        if mode not in _MODES:
            raise RefusedError(f"{path}.env[{_MODE}] must be one of {', '.join(_MODES)}, got {mode[:50]!r}")
        _refuse_old(daemon_set, container, variables)


def _refuse_old(daemon_set: Json, container: str, variables: Mapping[str, str]) -> None:
    version = cni_version(daemon_set)
    needed = 7 if variables.get(_POD_ENI) == "true" else 0
    needed, why = (11, f"{_MODE}=standard") if variables.get(_MODE) == "standard" else (needed, f"{_POD_ENI}=true")
    if version and version < (1, needed):
        got = ".".join(map(str, version))
        raise RefusedError(
            f"{container} must be VPC CNI 1.{needed} or later for {why}, got {got}; update the add-on vpc-cni"
        )


def cni_version(daemon_set: Json) -> tuple[int, ...]:
    """Give the VPC CNI's version from the tag of the aws-node image, else from VPC_CNI_VERSION; () if neither tells."""
    image = next((c["image"] for _, c in containers(daemon_set) if c["name"] == "aws-node"), "")
    for text in (image.rpartition("/")[2], value(daemon_set, "aws-node", "VPC_CNI_VERSION") or ""):
        if match := re.search(r"(?:^|:)v?(\d+)\.(\d+)(?:\.(\d+))?", text):
            return tuple(int(part) for part in match.groups() if part)
    return ()
