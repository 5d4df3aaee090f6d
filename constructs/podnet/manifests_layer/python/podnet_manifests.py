"""Entry point of CDK's kubectl function that waits for an API server that is away, and begins again where it failed.

The function asks once, logs an error of `kubectl delete` and reports success, and what is left of a `kubectl create`
that failed half-way lets the next one fail (aws-cdk-lib, custom-resource-handlers, kubectl-handler/apply). A deletion
fails where the cluster itself is gone, since the function logs in to it first. `index` and
`apply` are its own modules; this one lies in a layer, as entry points of layers that watch functions do.
"""

import importlib
import json
import logging
import re
import subprocess
import time
from typing import Any

LIMIT_SECONDS, _PAUSE_SECONDS = 120, 5  # a function ends after 900

_AWAY = "refused|[oe] timeout|Timeout|reset by|EOF|Unavailable|TooMany|deadline|no route|such host|lost|etcdserver:"
_NOBODY_YET = "Unauthorized|must be logged in|provide credentials|is forbidden: User"  # an access entry made just now
_PASSING = re.compile(f"{_AWAY}|{_NOBODY_YET}")

_apply: Any = importlib.import_module("apply")
_kubectl = _apply.kubectl
_state: dict[str, str] = {}


def handler(event: dict[str, Any], context: object) -> object:
    """Do what CDK's handler does.

    Raises:
        RuntimeError: Objects could not be deleted. CloudFormation keeps the resource; the next deletion tries again.
    """
    objects = json.loads(event["ResourceProperties"].get("Manifest", "[]"))
    # an apply of names alone can but take away what others have applied, such as a namespace's Pod Security Standard
    bare = all({*one, *one["metadata"]} == {"apiVersion", "kind", "metadata", "name"} for one in objects)
    label = event["ResourceProperties"].get("PruneLabel", "")
    _state.update({"label": label, "not deleted": "", "apply": "create" if bare else "apply"})
    answer: object = None
    try:
        answer = importlib.import_module("index").handler(event, context)
    except subprocess.CalledProcessError:
        if event["RequestType"] != "Delete" or not _is_gone(event["ResourceProperties"]["ClusterName"]):
            raise
    if error := _state["not deleted"][-800:]:  # kubectl says the same many times, and why at the end
        raise RuntimeError(f"the manifest's objects must be deleted, got from kubectl: {error}")
    return answer


def _is_gone(cluster: str) -> bool:
    """Whether EKS knows no such cluster: what was in it is gone too."""
    asked = subprocess.run(["aws", "eks", "describe-cluster", "--name", cluster], capture_output=True, check=False)
    return b"(ResourceNotFoundException)" in asked.stderr


def _persistent(verb: str, file: str, *options: str) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while error := _error(verb, file, *options):
        if verb == "create" and "AlreadyExists" in str(error) and _all_ours(file):
            verb, options = "apply", tuple(option for option in options if option != "--save-config")
        elif time.monotonic() < until and (verb == "delete" or _PASSING.search(str(error))):
            logging.getLogger().info("kubectl %s is tried again: %s", verb, error)
            time.sleep(_PAUSE_SECONDS)
        elif verb != "delete":
            raise error
        else:
            # a kind that is unknown even now has no objects; an API server that has just started knows no kinds yet
            _state["not deleted"] = "" if "no matches for kind" in str(error) else str(error)
            return


def _error(verb: str, file: str, *options: str) -> Exception | None:
    """Call CDK's function; give what it raises, which is Exception and nothing more precise."""
    try:
        _kubectl(_state.get(verb, verb), file, *(("--ignore-not-found",) if verb == "delete" else ()), *options)
    except Exception as error:  # noqa: BLE001
        return None if _state.get(verb) == "create" and "AlreadyExists" in str(error) else error
    return None


def _all_ours(file: str) -> bool:
    """Whether each object of the manifest that exists bears the label that CDK makes from this manifest's place."""
    command = ["kubectl", "get", "--kubeconfig", _apply.kubeconfig, "-f", file, "-o", "json", "--ignore-not-found"]
    found = json.loads(subprocess.check_output(command))
    return all(_state["label"] in item["metadata"].get("labels", {}) for item in found.get("items", [found]))


_apply.kubectl = _persistent
