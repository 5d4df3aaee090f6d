"""A DaemonSet's environment variables: read, checked, written, and who owns them. Pure functions."""

import json
import re
import time
from collections.abc import Iterator, Mapping

from errors import HandlerError
from kube_api import Json

Env = Mapping[str, Mapping[str, str | None]]  # container -> variable -> value, None: no entry
MANAGER = "podnet"
_MODE, _MODES = "POD_SECURITY_GROUP_ENFORCING_MODE", ("strict", "standard")


class RefusedError(HandlerError):
    """The DaemonSet cannot take what is asked; nothing was patched."""


def containers(live: Json) -> Iterator[tuple[str, Json]]:
    """Give each container of the pod template with the name of its list."""
    for kind in ("initContainers", "containers"):
        for container in live["spec"]["template"]["spec"].get(kind, []):
            yield kind, container


def value(live: Json, container: str, variable: str) -> str | None:
    """Give the live value: None without an entry, "" for an entry without a value."""
    for _, found in containers(live):
        for entry in found.get("env", []):
            if (found["name"], entry["name"]) == (container, variable):
                return str(entry.get("value", ""))
    return None


def pairs(env: Env) -> dict[tuple[str, str], str | None]:
    """Give `env` as (container, variable) -> value."""
    return {(container, name): text for container, variables in env.items() for name, text in variables.items()}


def configured(properties: Json) -> set[tuple[str, str]]:
    """Give the (container, variable) pairs that AddonConfiguration has: `env`, `init.env`, as the add-on's schema says.

    Without them the add-on has no entry: what stood there when podnet came was its own configuration's, no original.
    """
    given = json.loads(properties.get("AddonConfiguration") or "{}")
    return {*pairs({"aws-node": given.get("env", {}), "aws-vpc-cni-init": given.get("init", {}).get("env", {})})}


def differences(live: Json, env: Env) -> dict[tuple[str, str], str]:
    """Say for each (container, variable) that is not as wanted what is wanted and found."""
    found = {where: value(live, *where) for where in pairs(env)}
    wrong = {where: wanted for where, wanted in pairs(env).items() if found[where] != wanted}
    return {where: f"{' '.join(where)} must be {wanted!r}, got {found[where]!r}" for where, wanted in wrong.items()}


def pod_patch(live: Json, env: Env) -> Json:
    """Give the patch of the pod template that sets `env`, and removes what is None in it, in the live list's order.

    The order of env entries is part of the value: an apply that lists them in another order moves them, which rolls
    the whole fleet although every value is the same (kubernetes-sigs/structured-merge-diff merges lists so).
    """
    pod: Json = {}
    for kind, found in containers(live):
        there, wanted = [entry["name"] for entry in found.get("env", [])], env.get(found["name"], {})
        names = [n for n in there if n in wanted] + [n for n in wanted if n not in there and wanted[n] is not None]
        change = [{"name": n, **({"$patch": "delete"} if wanted[n] is None else {"value": wanted[n]})} for n in names]
        if change:
            pod.setdefault(kind, []).append({"name": found["name"], "env": change})
    return {"spec": {"template": {"spec": pod}}} if pod else {}


def refuse(live: Json, env: Env) -> None:
    """Check that the DaemonSet can take `env`.

    Raises:
        RefusedError: pods are replaced by hand, a container is missing, an entry is set through valueFrom or twice,
            the enforcing mode is unknown, or the VPC CNI is too old: security groups for pods need 1.7, the mode
            `standard` needs 1.11 (aws/amazon-vpc-cni-k8s, README.md, on the two variables).
    """
    found, version = {c["name"]: (kind, c) for kind, c in containers(live)}, cni_version(live)
    if live["spec"].get("updateStrategy", {}).get("type") == "OnDelete" and differences(live, env):
        raise RefusedError("spec.updateStrategy.type must be RollingUpdate, got OnDelete: no pod would get the values")
    for name, variables in env.items():
        if name not in found:
            raise RefusedError(f"spec.template.spec must have a container {name}, got {', '.join(found)}; look at Env")
        kind, container = found[name]
        path, mode = f"spec.template.spec.{kind}[{name}].env", variables.get(_MODE)
        names = [entry["name"] for entry in container.get("env", [])]
        for entry in container.get("env", []):
            if entry["name"] in variables and ("valueFrom" in entry or names.count(entry["name"]) > 1):
                got = "valueFrom" if "valueFrom" in entry else "two entries"
                raise RefusedError(f"{path}[{entry['name']}] must have a value, got {got}; remove the entry")
        if mode and mode not in _MODES:
            raise RefusedError(f"{path}[{_MODE}] must be one of {', '.join(_MODES)}, got {mode[:50]!r}")
        enabled = variables.get("ENABLE_POD_ENI") or ""
        minor = 11 if mode == "standard" else 7 if enabled.lower() in ("1", "t", "true") else 0
        if version and version < (1, minor):
            got = ".".join(map(str, version))
            needed = f"{name} must be VPC CNI 1.{minor} or later for {', '.join(variables)}"
            raise RefusedError(f"{needed}, got {got}; update the add-on vpc-cni")


def cni_version(live: Json) -> tuple[int, ...]:
    """Give the VPC CNI's version from the tag of the aws-node image, else from VPC_CNI_VERSION; () if neither tells."""
    image = next((c["image"] for _, c in containers(live) if c["name"] == "aws-node"), "")
    for text in (image.rpartition("/")[2], value(live, "aws-node", "VPC_CNI_VERSION") or ""):
        if match := re.search(r"(?:^|:)v?(\d+)\.(\d+)(?:\.(\d+))?", text):
            return tuple(int(part) for part in match.groups() if part)
    return ()


def managers(live: Json) -> list[Json]:
    """Give the field managers (kubernetes.io/docs/reference/using-api/server-side-apply, "Field management")."""
    return list(live["metadata"].get("managedFields", []))


def owned(manager: Json) -> dict[tuple[str, str], bool]:
    """Give (container, variable) of each env entry that a field manager owns, and whether it owns the value too."""
    pod = manager.get("fieldsV1", {}).get("f:spec", {}).get("f:template", {}).get("f:spec", {})
    found = {}
    for container, fields in {**pod.get("f:initContainers", {}), **pod.get("f:containers", {})}.items():
        for variable, parts in fields.get("f:env", {}).items():
            if variable.startswith("k:"):
                found[json.loads(container[2:])["name"], json.loads(variable[2:])["name"]] = "f:value" in parts
    return found


def others(live: Json, container: str, variable: str) -> str:
    """Name the field managers other than podnet that own the value of a variable."""
    names = {manager["manager"] for manager in managers(live) if owned(manager).get((container, variable))}
    return ", ".join(sorted(names - {MANAGER}))


def changed_since(live: Json, moment: float) -> bool:
    """Say whether podnet changed something after `moment` (seconds since 1970)."""
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return any(manager["manager"] == MANAGER and manager.get("time", "") > after for manager in managers(live))
