"""A role and who has it."""

from collections.abc import Sequence

import cdk8s
from constructs import Construct

from .plain_object import plain_object

_GROUP = "rbac.authorization.k8s.io"


def rights(
    scope: Construct, kind: str, name: str, *, group: str, rules: Sequence[object], namespace: str | None = None
) -> None:
    """Make a Role or ClusterRole with `rules`, and the binding of the same name that gives them to `group`."""
    role, subject = ({"apiGroup": _GROUP, "kind": of, "name": to} for of, to in ((kind, name), ("Group", group)))
    version, metadata = f"{_GROUP}/v1", cdk8s.ApiObjectMetadata(name=name, namespace=namespace)
    plain_object(scope, kind, metadata, version=version, rules=rules)
    plain_object(scope, f"{kind}Binding", metadata, version=version, roleRef=role, subjects=[subject])
