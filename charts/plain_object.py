"""One Kubernetes object of a chart, as plain data."""

import cdk8s
from constructs import Construct


def plain_object(
    scope: Construct, kind: str, metadata: cdk8s.ApiObjectMetadata, *, version: str = "v1", **content: object
) -> cdk8s.ApiObject:
    """Make it with `content` beside its metadata, such as `spec`; in the chart's namespace where that names none."""
    made = cdk8s.ApiObject(scope, f"{kind}-{metadata.name}", api_version=version, kind=kind, metadata=metadata)
    for key, value in content.items():
        made.add_json_patch(cdk8s.JsonPatch.add(f"/{key}", value))
    return made
