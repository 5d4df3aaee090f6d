"""What stands in the synthesized templates: roles with what they may do, resources by type, assets with their size."""

from __future__ import annotations

import collections
import json
import pathlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Template = dict[str, Any]
_HASH = re.compile("[0-9A-F]{8}$")  # the end of a logical id that CDK makes
_MOST = 12


def templates(outdir: str) -> dict[str, Any] | None:
    """Return {resources, roles, assets} of the stacks that the cloud assembly in a folder lists; None without one."""
    folder = pathlib.Path(outdir)
    if not (folder / "manifest.json").exists():
        return None
    artifacts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    files = {
        name: found["properties"]["templateFile"]
        for name, found in artifacts.items()
        if found["type"] == "aws:cloudformation:stack"
    }
    stacks = {name: json.loads((folder / file).read_text(encoding="utf-8")) for name, file in files.items()}
    return {
        "resources": [_resources(name, stack) for name, stack in stacks.items()],
        "roles": [role for name, stack in stacks.items() for role in _roles(name, stack)],
        "assets": _assets(folder, list(stacks)),
    }


def _resources(name: str, stack: Template) -> dict[str, Any]:
    kinds = collections.Counter(resource["Type"] for resource in stack.get("Resources", {}).values())
    return {"stack": name, "count": kinds.total(), "types": dict(sorted(kinds.items()))}


def _roles(name: str, stack: Template) -> Iterator[dict[str, Any]]:
    """Yield each IAM role: who takes it on, its managed policies, and what its own statements allow."""
    found = stack.get("Resources", {})
    for logical_id, resource in found.items():
        if resource["Type"] == "AWS::IAM::Role":
            properties = resource["Properties"]
            own = [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
            own += [
                policy["Properties"]["PolicyDocument"]
                for policy in found.values()
                if policy["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in policy["Properties"].get("Roles", ())
            ]
            yield {
                "stack": name,
                "role": _HASH.sub("", logical_id),
                "for": sorted(
                    {who for one in _statements(properties["AssumeRolePolicyDocument"]) for who in _who(one)}
                ),
                "managed": sorted(text(arn).rpartition("/")[2] for arn in properties.get("ManagedPolicyArns", ())),
                "may": [_may(statement) for document in own for statement in _statements(document)],
            }


def _statements(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = document["Statement"]
    return found if isinstance(found, list) else [found]


def _who(statement: Mapping[str, Any]) -> list[str]:
    return [text(one) for ones in statement.get("Principal", {}).values() for one in _list(ones)]


def _may(statement: Mapping[str, Any]) -> str:
    """Say a statement in one line; long lists are cut, the template has them all."""
    actions, on = sorted(map(text, _list(statement["Action"]))), sorted(map(text, _list(statement["Resource"])))
    said = [f"{', '.join(some[:_MOST])}{' …' * (len(some) > _MOST)}" for some in (actions, on)]
    where = " under conditions" if statement.get("Condition") else ""
    return f"{'not ' * (statement['Effect'] == 'Deny')}{said[0]} on {said[1]}{where}"


def _list(value: Any) -> list[Any]:  # noqa: ANN401 (JSON)
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Return a template's value as text: references by the names of what they refer to."""
    if not isinstance(value, dict):
        return str(value)
    ((kind, inside),) = value.items()
    if kind == "Fn::Join":
        return str(inside[0]).join(map(text, inside[1]))
    if kind == "Fn::If":
        return text(inside[1])
    if kind in ("Fn::GetAtt", "Ref", "Fn::ImportValue", "Fn::Sub"):
        name = inside[0] if isinstance(inside, list) else inside
        return _HASH.sub("", str(name).removeprefix("AWS::").split(":")[-1].removeprefix("ExportsOutput"))
    return str(kind)


def _assets(folder: pathlib.Path, stacks: list[str]) -> list[dict[str, Any]]:
    """Return what is uploaded, the largest first: name, bytes as it lies here, and which stacks need it."""
    found: dict[str, dict[str, Any]] = {}
    for stack in stacks:
        file = folder / f"{stack}.assets.json"
        for key, asset in json.loads(file.read_text(encoding="utf-8"))["files"].items() if file.exists() else ():
            path = folder / asset["source"]["path"]
            if not path.name.endswith(".template.json"):
                one = {"name": asset.get("displayName", path.name), "bytes": _size(path), "stacks": []}
                found.setdefault(key, one)["stacks"].append(stack)
    return sorted(found.values(), key=lambda one: (-one["bytes"], one["name"]))


def _size(path: pathlib.Path) -> int:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)
