"""Who owns which environment variable, as metadata.managedFields tells. Pure functions.

The API server records for each field manager the fields that it set
(kubernetes.io/docs/reference/using-api/server-side-apply, "Field management").
"""

import json
import time
from collections.abc import Iterator

from kube_api import Json

MANAGER = "podnet"


def owners(daemon_set: Json, container: str, variable: str) -> set[str]:
    """Give the field managers other than podnet that own the *value* of a variable."""
    return {
        manager["manager"]
        for manager in daemon_set["metadata"].get("managedFields", [])
        for where, fields in _env_fields(manager)
        if manager["manager"] != MANAGER and where == (container, variable) and "f:value" in fields
    }


def applied(daemon_set: Json) -> set[tuple[str, str, bool]]:
    """Give (container, variable, whether the value is its too) for each entry in podnet's applied configuration."""
    return {
        (*where, "f:value" in fields)
        for manager in daemon_set["metadata"].get("managedFields", [])
        for where, fields in _env_fields(manager)
        if manager["manager"] == MANAGER and manager["operation"] == "Apply"
    }


def changed_since(daemon_set: Json, moment: float) -> bool:
    """Say whether podnet changed something after `moment` (seconds since 1970)."""
    after = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    managers = daemon_set["metadata"].get("managedFields", [])
    return any(manager["manager"] == MANAGER and manager.get("time", "") > after for manager in managers)


def without_podnet(daemon_set: Json, *, keep_applied: bool) -> list[Json]:
    """Give managedFields without podnet's entries; with `keep_applied` only what it set by other patches goes."""
    return [
        manager
        for manager in daemon_set["metadata"].get("managedFields", [])
        if manager["manager"] != MANAGER or (keep_applied and manager["operation"] == "Apply")
    ]


def _env_fields(manager: Json) -> Iterator[tuple[tuple[str, str], Json]]:
    pod = manager.get("fieldsV1", {}).get("f:spec", {}).get("f:template", {}).get("f:spec", {})
    for kind in ("f:initContainers", "f:containers"):
        for container, fields in pod.get(kind, {}).items():
            for variable, owned in fields.get("f:env", {}).items():
                if container.startswith("k:") and variable.startswith("k:"):
                    yield (json.loads(container[2:])["name"], json.loads(variable[2:])["name"]), owned
