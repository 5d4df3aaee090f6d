"""One permission less in a template."""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]
Template = dict[str, Any]
_MANIFEST = "Custom::AWSCDK-EKS-KubernetesResource"
_ROLES = ("Role", "ClusterRole")


@dataclass(frozen=True)
class Removal:
    """One permission of one resource.

    Attributes:
        stack: Name of the stack.
        resource: Logical id.
        what: The IAM action, the managed policy, what an access entry gives, who may invoke a function, or the verb and
            resource of a rule in a Kubernetes role.
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
        resource = less["Resources"][self.resource]
        properties = resource.setdefault("Properties", {})
        for document in _documents(properties):
            for statement in document["Statement"]:
                # a statement must keep an action, and this one gives nobody anything
                left = [action for action in _actions(statement) if action != self.what]
                statement["Action"] = left or ["sts:GetCallerIdentity"]
        for key, name in (("ManagedPolicyArns", _last), ("KubernetesGroups", str), ("AccessPolicies", _access)):
            if key in properties:
                properties[key] = [entry for entry in properties[key] if name(entry) != self.what]
        if resource["Type"] == "AWS::Lambda::Permission":
            del less["Resources"][self.resource]
        if resource["Type"] == _MANIFEST and self.what in _verbs(properties):
            properties["Manifest"] = json.dumps(_without_verb(json.loads(properties["Manifest"]), self.what))
        return less


def removals(stack: str, template: Template) -> Iterator[Removal]:
    """Give every permission of a template; trust in a role and the policy of a key are none: they say who, not what."""
    for name, resource in sorted(template["Resources"].items()):
        properties = resource.get("Properties", {})
        found = {action for document in _documents(properties) for s in document["Statement"] for action in _actions(s)}
        if resource["Type"] == "AWS::IAM::Role":
            found |= {_last(arn) for arn in properties.get("ManagedPolicyArns", [])} - {""}
        elif resource["Type"] == "AWS::EKS::AccessEntry":
            found |= {*properties.get("KubernetesGroups", []), *map(_access, properties.get("AccessPolicies", []))}
        elif resource["Type"] == "AWS::Lambda::Permission":
            found.add(f"{properties['Action']} by {properties['Principal']}")
        elif resource["Type"] == _MANIFEST:
            found |= _verbs(properties)
        yield from (Removal(stack, name, what) for what in sorted(found))


def _documents(properties: Properties) -> list[Any]:
    """Give the policy documents of a resource: its own one, and those inside a role."""
    own = [properties["PolicyDocument"]] if "PolicyDocument" in properties else []
    inside = properties.get("Policies", [])
    return own + [policy["PolicyDocument"] for policy in inside if isinstance(policy, dict)]


def _actions(statement: dict[str, Any]) -> list[str]:
    found = statement.get("Action", [])
    return [found] if isinstance(found, str) else list(found)


def _last(arn: object) -> str:
    """Give the name at the end of an ARN, which is text, a Join, or an If around one; "" for anything else."""
    while isinstance(arn, dict):
        (kind, value), *_ = arn.items()
        if kind not in ("Fn::Join", "Fn::If", "Fn::Sub"):
            return ""
        arn = value[1] if kind != "Fn::Sub" else value
        if kind == "Fn::Join":
            arn = value[1][-1]
    return arn.rpartition("/")[2] if isinstance(arn, str) else ""


def _access(entry: dict[str, Any]) -> str:
    return _last(entry["PolicyArn"])


def _verbs(properties: Properties) -> set[str]:
    """Give `<verb> <resource>[ <name>]` for each rule of the roles in a manifest; roles have no references."""
    text = properties.get("Manifest")
    objects = json.loads(text) if isinstance(text, str) else []
    rules = [rule for item in objects if item["kind"] in _ROLES for rule in item["rules"]]
    return {f"{verb} {_about(rule)}" for rule in rules for verb in rule["verbs"]}


def _without_verb(objects: list[dict[str, Any]], what: str) -> list[dict[str, Any]]:
    for item in objects:
        if item["kind"] in _ROLES:
            for rule in item["rules"]:
                rule["verbs"] = [verb for verb in rule["verbs"] if f"{verb} {_about(rule)}" != what]
            item["rules"] = [rule for rule in item["rules"] if rule["verbs"]]
    return objects


def _about(rule: dict[str, Any]) -> str:
    return " ".join([",".join(rule.get("resources", [])), *rule.get("resourceNames", [])])
