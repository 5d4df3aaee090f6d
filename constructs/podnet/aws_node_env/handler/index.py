"""The Lambda's entry points: Custom::AwsNodeEnv, Custom::DaemonSetRollout and the watch.

on_event looks and refuses, is_complete patches and waits: a Create that fails in on_event gets no Delete from the
provider framework (aws-cdk-lib, provider-framework/runtime/framework.ts), so on_event must not have changed anything.
"""

import hashlib
import time
from functools import partial

import pod_env
import rollout
from deployment import Event, daemon_set_path, first_look, has_env, missing_or_down, rolled_out, tell
from drift import check
from faults import KubeError
from kube_api import Json, KubeApi
from reconcile import AWS_NODE, put_in_effect, undo
from report import log, told

_CALLS_SECONDS, _DELETE_SECONDS, _SPARE_SECONDS = 40, 20, 5


def on_event(event: Event, context: object) -> Json:
    """Look before anything is patched; on Delete put everything back.

    Gives beside the physical id what is_complete needs to know: when we Began, and how many nodes were Dead then.
    """
    with told(event):
        identity = physical_id(event)
        if event["RequestType"] != "Delete":
            dead = first_look(event, _api(event, context, _CALLS_SECONDS))
            return {"PhysicalResourceId": identity, "Began": int(time.time()), "Dead": dead}
        if has_env(event):
            log(event, undo(_api(event, context, _DELETE_SECONDS), identity, partial(tell, event)))
        return {"PhysicalResourceId": identity}


def is_complete(event: Event, context: object) -> Json:
    """Bring the DaemonSet one step closer: patch what is not as wanted, then see how far the rollout is."""
    with told(event):
        if event["RequestType"] == "Delete":
            return {"IsComplete": True}
        api = _api(event, context, _CALLS_SECONDS)
        try:
            live = api.get(daemon_set_path(event))
            live = put_in_effect(api, live, event, partial(tell, event)) if has_env(event) else live
        except KubeError as error:
            missing_or_down(event, error)
            return {"IsComplete": False}
        complete = rolled_out(event, api, live)
        log(event, "rolled out" if complete else "waiting", progress=rollout.progress(live))
        if not complete:
            return {"IsComplete": False}
        numbers = {"Generation": str(live["metadata"]["generation"]), "Nodes": str(rollout.counts(live)[0])}
        version = ".".join(map(str, pod_env.cni_version(live))) or "unknown"
        return {"IsComplete": True, "Data": {**numbers, **({"CniVersion": version} if has_env(event) else {})}}


def watch(event: Event, context: object) -> Json:
    """Compare what is with what was deployed and, where Repair is "true", set it right; give what was counted."""
    return check(event, lambda: _api(event, context, _CALLS_SECONDS), partial(tell, event))


def physical_id(event: Event) -> str:
    """Give the physical id: cluster, object and a mark of the resource in its stack.

    Another cluster is another id, so CloudFormation makes the new resource and then deletes the old one. The mark keeps
    a resource that was renamed in the template from being undone by the Delete of its old name: the note on the
    DaemonSet tells which of the two holds it.
    """
    if event["RequestType"] == "Delete":
        return str(event["PhysicalResourceId"])
    mark = hashlib.sha256(f"{event['StackId']} {event['LogicalResourceId']}".encode()).hexdigest()[:8]
    path = AWS_NODE if has_env(event) else daemon_set_path(event)
    _, namespace, _, name = path.rsplit("/", 3)
    return f"{event['ResourceProperties']['ClusterName']}/{namespace}/{name}/{mark}"


def _api(event: Event, context: object, seconds: float) -> KubeApi:
    left = getattr(context, "get_remaining_time_in_millis", None)
    most = left() / 1000 - _SPARE_SECONDS if left else seconds
    return KubeApi(event["ResourceProperties"], seconds=min(seconds, most))
