"""The vpc-cni add-on, really installed."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from rehearsal.control_plane import Api
from rehearsal.emulator.cluster import addon_configuration
from rehearsal.emulator.recorded import RECORDED
from rehearsal.emulator.refused import RefusedError

_MANAGER = "eks"
_APPLY = "application/apply-patch+yaml"
_CONFLICT = 409
_TAKEN = re.compile(r'\.(containers|initContainers)\[name="([^"]+)"\]\.env\[name="([^"]+)"\]\.value$')
_REHEARSED = {"env", "init"}
_MAIN, _INIT = "aws-node", "aws-vpc-cni-init"


class VpcCni:
    """The manifest of the pinned amazon-vpc-cni-k8s, applied by server-side apply as field manager `eks`.

    How EKS resolves conflicts is its secret; this follows the words of the API reference (UpdateAddon): NONE "doesn't
    change the value. The update might fail", OVERWRITE overwrites it, PRESERVE "preserves the value".

    Args:
        api: The cluster's API as admin.
        module: Folder of the module.
    """

    def __init__(self, api: Api, module: Path) -> None:
        self._api = api
        self._module = module

    def apply(self, addon: dict[str, Any], resolve_conflicts: str) -> None:
        """Install or update what the add-on's record says; without a version the manifest's own is the default one.

        Raises:
            RefusedError: If version or configuration are not allowed, or another manager owns a value and wins.
        """
        values = addon_configuration.parse(addon.get("configurationValues", ""), self._module)
        for obj in self._objects(addon["addonVersion"]):
            if obj["kind"] == "DaemonSet":
                pod = obj["spec"]["template"]["spec"]
                _set_env(pod["containers"], _MAIN, values.get("env", {}))
                _set_env(pod["initContainers"], _INIT, values.get("init", {}).get("env", {}))
                if resolve_conflicts == "PRESERVE":
                    self._keep_taken_values(obj)
            status, answer = self._put(obj, force=resolve_conflicts == "OVERWRITE")
            if status == _CONFLICT:
                raise RefusedError("ConfigurationConflict", str(answer.get("message")))
            if not isinstance(answer, dict) or answer.get("kind") == "Status":
                raise RefusedError("InternalError", json.dumps(answer)[:500])
        for key in sorted(set(values) - _REHEARSED):
            RECORDED.note(f"vpc-cni configuration {key}", "is recorded, not applied")

    def remove(self) -> None:
        """Delete all objects of the manifest."""
        for obj in reversed(list(self._objects(""))):
            self._api.delete(obj)

    def _objects(self, version: str) -> Iterator[dict[str, Any]]:
        text = (self._module / "config/master/aws-k8s-cni.yaml").read_text(encoding="utf-8")
        tag = addon_configuration.image_tag(version) if version else ""
        for obj in filter(None, yaml.safe_load_all(text)):
            if obj["kind"] == "DaemonSet" and tag:
                pod = obj["spec"]["template"]["spec"]
                for container in (*pod["containers"], *pod["initContainers"]):
                    repository = container["image"].rpartition(":")[0]
                    if "/amazon-k8s-cni" in repository:
                        container["image"] = f"{repository}:{tag}"
            yield obj

    def _keep_taken_values(self, obj: dict[str, Any]) -> None:
        """Leave out each value that another manager has taken (a dry run names them); the entry itself stays ours.

        To send the live value instead would make `eks` its owner too: as if the add-on's owner had asked for it.
        """
        status, answer = self._put(obj, force=False, query="&dryRun=All")
        for cause in answer["details"]["causes"] if status == _CONFLICT else ():
            if taken := _TAKEN.search(cause["field"]):
                kind, container, variable = taken.groups()
                found = next(c for c in obj["spec"]["template"]["spec"][kind] if c["name"] == container)
                next(entry for entry in found["env"] if entry["name"] == variable).pop("value", None)

    def _put(self, obj: dict[str, Any], *, force: bool, query: str = "") -> tuple[int, Any]:
        path = f"{self._api.path(obj)}?fieldManager={_MANAGER}&force={str(force).lower()}{query}"
        return self._api.raw("PATCH", path, obj, _APPLY)


def _set_env(containers: list[dict[str, Any]], name: str, env: dict[str, str]) -> None:
    """Set variables of a container in place, new ones last: order is part of a list's value in server-side apply."""
    entries = next(c for c in containers if c["name"] == name)["env"]
    have = {entry["name"]: entry for entry in entries}
    for variable, value in env.items():
        if variable in have:
            have[variable]["value"] = value
        else:
            entries.append({"name": variable, "value": value})
