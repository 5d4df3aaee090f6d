"""What EKS demands of an add-on's version and configurationValues, above all of vpc-cni's."""

import json
import re
from pathlib import Path
from typing import Any

from rehearsal.emulator.refused import RefusedError

_VERSION = re.compile(r"(v\d+\.\d+\.\d+)-eksbuild\.\d+")
_HEADING = re.compile(r"^#### `(\w+)`", re.MULTILINE)
# of the add-on's JSON schema as the AWS CLI reference prints it (describe-addon-configuration, v1.15.1-eksbuild.1)
_KEYS = {
    "affinity",
    "eniConfig",
    "enableNetworkPolicy",
    "enableWindowsIpam",
    "enableWindowsPrefixDelegation",
    "env",
    "init",
    "livenessProbeTimeoutSeconds",
    "nodeAgent",
    "readinessProbeTimeoutSeconds",
    "resources",
    "tolerations",
}
_INIT_VARIABLES = {"DISABLE_TCP_EARLY_DEMUX", "ENABLE_V6_EGRESS"}
_NOT_IN_ENV = {"CLUSTER_NAME", "DISABLE_TCP_EARLY_DEMUX", "ENABLE_IPv4", "ENABLE_IPv6"}


def image_tag(addon_version: str) -> str:
    """Give the tag of the images behind an add-on version: `v1.23.1` of `v1.23.1-eksbuild.1`.

    Raises:
        RefusedError: If the version has another form.
    """
    found = _VERSION.fullmatch(addon_version)
    if not found:
        raise RefusedError("InvalidParameterException", f"Addon version specified is not supported: {addon_version!r}")
    return found[1]


def read(text: str) -> dict[str, Any]:
    """Give configurationValues as an object; an empty text is an empty one.

    Raises:
        RefusedError: If it is no JSON object.
    """
    try:
        values = json.loads(text or "{}")
    except ValueError as error:
        raise RefusedError("InvalidParameterException", "ConfigurationValue is not in valid JSON format") from error
    if not isinstance(values, dict):
        raise RefusedError("InvalidParameterException", "ConfigurationValue must be a JSON object")
    return values


def parse(text: str, module: Path) -> dict[str, Any]:
    """Give the configurationValues of vpc-cni as an object.

    The variables of `env` are those that the README of the pinned module documents.

    Raises:
        RefusedError: If it is no JSON object, or has a key, variable or value that the schema does not allow.
    """
    values = read(text)
    known = set(_HEADING.findall((module / "README.md").read_text(encoding="utf-8"))) - _NOT_IN_ENV
    check("$", values, _KEYS)
    check("$.init", values.get("init", {}), {"env"})
    for path, env, names in (
        ("$.env", values.get("env", {}), known),
        ("$.init.env", values.get("init", {}).get("env", {}), _INIT_VARIABLES),
    ):
        check(path, env, names)
        for name, value in env.items():
            if not isinstance(value, str):
                raise RefusedError("InvalidParameterException", f"{path}.{name}: {value!r} found, string expected")
    return values


def check(path: str, found: dict[str, Any], known: set[str]) -> None:
    """Refuse keys that a schema does not have.

    Raises:
        RefusedError: With the first of them.
    """
    for key in found:
        if key not in known:
            raise RefusedError(
                "InvalidParameterException",
                f"{path}.{key}: is not defined in the schema and the schema does not allow additional properties",
            )
