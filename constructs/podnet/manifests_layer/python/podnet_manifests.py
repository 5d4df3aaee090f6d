"""Entry point of CDK's kubectl function under which a manifest that failed can be made, or deleted, again.

The function logs an error of `kubectl delete` and reports success, and what is left of a `kubectl create` that failed
half-way lets the next one fail (aws-cdk-lib, custom-resource-handlers, kubectl-handler/apply). `index` and `apply` are
its own modules; this one lies in a layer, as entry points of layers that watch functions do.
"""

import importlib
import json
import logging
import subprocess
import time
from typing import Any

LIMIT_SECONDS, _PAUSE_SECONDS = 120, 5  # a function ends after 900
_REASON = 800  # characters; kubectl says the same many times, and why at the end

_apply: Any = importlib.import_module("apply")
_kubectl = _apply.kubectl
_state: dict[str, str] = {}


def handler(event: dict[str, Any], context: object) -> object:
    """Do what CDK's handler does.

    Raises:
        RuntimeError: Objects could not be deleted. CloudFormation keeps the resource; the next deletion tries again.
    """
    _state.clear()
    _state["label"] = event["ResourceProperties"].get("PruneLabel", "")
    answer: object = importlib.import_module("index").handler(event, context)
    if error := _state.get("not deleted"):
        raise RuntimeError(f"the manifest's objects must be deleted, got from kubectl: {error[-_REASON:]}")
    return answer


def _persistent(verb: str, file: str, *options: str) -> None:
    if verb == "delete":
        _delete(file, *options)
        return
    try:
        _kubectl(verb, file, *options)
    except Exception as error:
        if verb != "create" or "AlreadyExists" not in str(error) or not _all_ours(file):
            raise
        logging.getLogger().info("an earlier try has made these objects: they are applied")
        _kubectl("apply", file, *(option for option in options if option != "--save-config"))


def _delete(file: str, *options: str) -> None:
    until = time.monotonic() + LIMIT_SECONDS
    while error := _deleted(file, *options):
        if time.monotonic() > until:
            # a kind that is unknown even now has no objects; an API server that has just started knows no kinds yet
            _state["not deleted"] = "" if "no matches for kind" in error else error
            return
        logging.getLogger().info("the deletion is tried again: %s", error)
        time.sleep(_PAUSE_SECONDS)


def _deleted(file: str, *options: str) -> str:
    """Delete what is there of a manifest; give kubectl's error, or nothing."""
    try:
        _kubectl("delete", file, "--ignore-not-found", *options)
    except Exception as error:  # noqa: BLE001  (CDK raises nothing more precise)
        return str(error)
    return ""


def _all_ours(file: str) -> bool:
    """Whether each object of the manifest that exists bears the label that CDK makes from this manifest's place."""
    command = ["kubectl", "get", "--kubeconfig", _apply.kubeconfig, "-f", file, "-o", "json", "--ignore-not-found"]
    found = json.loads(subprocess.check_output(command))
    labels = [item["metadata"].get("labels", {}) for item in found.get("items", [found])]
    return all(_state["label"] in present for present in labels)


_apply.kubectl = _persistent
