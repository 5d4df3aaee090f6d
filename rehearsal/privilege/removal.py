"""Every permission that an assembly declares, and the assembly without one of them."""

import copy
import dataclasses
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_LAMBDAS_OWN = ("AWSLambdaBasicExecutionRole", "AWSLambdaVPCAccessExecutionRole", "ContainerRegistry")  # CDK's handlers
Template = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Removal:
    """One permission of one resource.

    Attributes:
        stack: Name of the stack.
        resource: Logical id.
        what: The action, managed policy or Kubernetes group that goes.
    """

    stack: str
    resource: str
    what: str

    def __str__(self) -> str:
        """Say it on one line."""
        return f"{self.stack} {self.resource} without {self.what}"

    def apply(self, template: Template) -> Template:
        """Return the template without the permission."""
        less = copy.deepcopy(template)
        properties = less["Resources"][self.resource]["Properties"]
        if "PolicyDocument" in properties:
            for statement in properties["PolicyDocument"]["Statement"]:
                # a statement must keep an action, and this one gives nobody anything
                left = [action for action in _actions(statement) if action != self.what]
                statement["Action"] = left or "sts:GetCallerIdentity"
        elif "ManagedPolicyArns" in properties:
            properties["ManagedPolicyArns"] = [
                arn for arn in properties["ManagedPolicyArns"] if _last(arn) != self.what
            ]
        else:
            properties.pop("KubernetesGroups", None)
            properties.pop("AccessPolicies", None)
        return less


def removals(stack: str, template: Template) -> Iterator[Removal]:
    """Give each permission: IAM actions, managed policies beside Lambda's own, and what access entries give."""
    for name, resource in sorted(template["Resources"].items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Policy":
            statements = properties["PolicyDocument"]["Statement"]
            for action in sorted({action for statement in statements for action in _actions(statement)}):
                yield Removal(stack, name, action)
        elif resource["Type"] == "AWS::IAM::Role":
            for policy in map(_last, properties.get("ManagedPolicyArns", [])):
                if policy and not any(own in policy for own in _LAMBDAS_OWN):
                    yield Removal(stack, name, policy)
        elif resource["Type"] == "AWS::EKS::AccessEntry":
            yield Removal(stack, name, ", ".join(properties.get("KubernetesGroups", [])) or "its access policy")


def without(removal: Removal, assembly: Path, target: Path) -> Path:
    """Copy an assembly without one permission; the template gets a new hash, since CDK uploads each hash once."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(assembly, target)
    file = target / f"{removal.stack}.template.json"
    text = json.dumps(removal.apply(json.loads(file.read_text(encoding="utf-8"))))
    file.write_text(text, encoding="utf-8")
    listed = target / f"{removal.stack}.assets.json"
    files = json.loads(listed.read_text(encoding="utf-8"))["files"]
    (old,) = [key for key, entry in files.items() if entry["source"]["path"] == file.name]
    new = hashlib.sha256(text.encode()).hexdigest()
    for path in (listed, target / "manifest.json"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return target


def _actions(statement: dict[str, Any]) -> list[str]:
    found = statement["Action"]
    return [found] if isinstance(found, str) else list(found)


def _last(arn: object) -> str:
    """Give the name at the end of a managed policy's ARN, which is text or a Join; "" for anything else."""
    parts = arn["Fn::Join"][1] if isinstance(arn, dict) and "Fn::Join" in arn else [arn]
    return parts[-1].rpartition("/")[2] if isinstance(parts[-1], str) else ""
