"""What a cluster holds, and the comparison of what was there before podnet came with what is there after it left."""

import copy
import json
from typing import Any

from rehearsal.checks.expect import expect
from rehearsal.checks.scene import Scene
from settings import Settings

Found = dict[str, str]
"""What -> its content as text."""

# they move by themselves: what happened, who leads, what was derived, and pods, which every roll-out makes anew
_FLEETING = {"Event", "Lease", "ControllerRevision", "Pod", "EndpointSlice", "Endpoints", "ReplicaSet"}
AWS_NODE = "DaemonSet kube-system/aws-node"
_BOOKKEEPING = ("resourceVersion", "generation", "managedFields")
_COUNTED = "deprecated.daemonset.template.generation"  # an annotation that counts generations


def cluster_objects(scene: Scene) -> Found:
    """Give every object of the API server, of every kind that it serves, without status and bookkeeping."""
    found: Found = {}
    for base, resource in _kinds(scene):
        for item in scene.kubernetes("GET", f"{base}/{resource['name']}")["items"]:
            meta = item["metadata"]
            name = "/".join(filter(None, (meta.get("namespace"), meta["name"])))
            found[f"{resource['kind']} {name}"] = _text(item)
    return found


def everything_is_as_found(before: Found, after: Found) -> str:
    """Prove that both are equal.

    Raises:
        CheckFailedError: With what came, what went and what changed.
    """
    told = [f"{key} was left behind" for key in sorted(after.keys() - before.keys())]
    told += [f"{key} is gone" for key in sorted(before.keys() - after.keys())]
    told += [
        f"{key} changed: {_difference(before[key], after[key])}"
        for key in sorted(before.keys() & after.keys())
        if before[key] != after[key]
    ]
    expect(not told, f"everything must be as found, got {len(told)} differences: {'; '.join(told)}")
    return f"{len(after)} objects, all as found"


def with_image_tag(found: Found, old: str, new: str) -> Found:
    """Give what was found, with the images of aws-node as the owner's upgrade of the add-on left them."""
    return found | {AWS_NODE: found[AWS_NODE].replace(f":{old}", f":{new}")}


def image_tag(settings: Settings) -> str:
    """Give the tag of aws-node's images in the add-on's version of the settings."""
    return settings.pod_networking.vpc_cni.version.partition("-")[0]


def _kinds(scene: Scene) -> list[tuple[str, dict[str, Any]]]:
    """Give (path of the group, resource) of everything that can be listed, each in its preferred version."""
    groups = scene.kubernetes("GET", "/apis")["groups"]
    bases = ["/api/v1", *(f"/apis/{group['preferredVersion']['groupVersion']}" for group in groups)]
    return [
        (base, resource)
        for base in bases
        for resource in scene.kubernetes("GET", base)["resources"]
        if "list" in resource["verbs"] and "/" not in resource["name"] and resource["kind"] not in _FLEETING
    ]


def _text(item: dict[str, Any]) -> str:
    kept = copy.deepcopy({key: value for key, value in item.items() if key != "status"})
    for key in _BOOKKEEPING:
        kept["metadata"].pop(key, None)
    kept["metadata"].get("annotations", {}).pop(_COUNTED, None)
    if not kept["metadata"].get("annotations"):
        kept["metadata"].pop("annotations", None)
    return json.dumps(kept, sort_keys=True)


def _difference(before: str, after: str) -> str:
    """Give the first place where two texts differ."""
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    begin = max(0, at - 40)
    return f"…{before[begin : at + 60]}… became …{after[begin : at + 60]}…"
