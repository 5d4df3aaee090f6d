"""The Lambda's entry points: Custom::AwsNodeEnv; DaemonSetRollout, PodsGone, TrunkNodes, which only wait; the watch.

on_event looks and refuses, is_complete patches and waits: a Create that fails in on_event gets no Delete from the
provider framework (aws-cdk-lib, provider-framework/runtime/framework.ts), so on_event must not have changed anything.
"""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from functools import partial

from daemon_set import cni_version, differences, others
from deployment import first_look, keep_waiting, log, place, put_in_effect, rolled_out
from errors import HandlerError, KubeError, form_known
from kube_api import Json, KubeApi
from nodes import trunks_ready
from pods import pods_gone
from reconcile import AWS_NODE, converge, record, undo
from rollout import counts, progress

_CALLS_SECONDS, _DELETE_SECONDS, _SPARE_SECONDS = 40, 20, 5
_REASON = 1000  # characters; CloudFormation takes 4 KB for the whole answer, and shows less


def on_event(event: Json, context: object) -> Json:
    """Look before anything is patched; on Delete put everything back.

    Gives beside the physical id what is_complete needs to know: when we Began, and what the first look saw. On Delete
    the provider framework keeps the id that CloudFormation has, and refuses another.
    """
    with told(event):
        if event["RequestType"] != "Delete":
            found = {"PhysicalResourceId": physical_id(event), **first_look(event, _api(event, context))}
            return {**found, "Began": int(time.time())}
        if "Env" in event["ResourceProperties"]:
            # the id is of CloudFormation's own making where a Create was cancelled before it had told its own
            undo(_api(event, context), (event["PhysicalResourceId"], physical_id(event)), partial(log, event))
        return {"Began": int(time.time())}


def is_complete(event: Json, context: object) -> Json:
    """Bring the DaemonSet one step closer: patch what is not as wanted, then see how far the rollout is."""
    with told(event):
        deleting = event["RequestType"] == "Delete"
        if deleting != ("Pods" in event["ResourceProperties"]):  # PodsGone waits on Delete, all others before it
            return {"IsComplete": True}
        api = _api(event, context)
        try:
            if deleting:
                return {"IsComplete": pods_gone(event, api)}
            if "NodeGroups" in event["ResourceProperties"]:
                return {"IsComplete": trunks_ready(event, api)}
            live = put_in_effect(event, api)
        except KubeError as error:
            keep_waiting(event, error)
            return {"IsComplete": False}
        complete = rolled_out(event, api, live)
        log(event, "rolled out" if complete else "waiting", progress=progress(live, event["Dead"]))
        if not complete:
            return {"IsComplete": False}
        data = {"Generation": str(live["metadata"]["generation"]), "Nodes": str(counts(live)[0])}
        if "Env" in event["ResourceProperties"]:
            data["CniVersion"] = ".".join(map(str, cni_version(live))) or "unknown"
            # the first of the counts whose absence raises the alarm on silence
            _count(event, event["ResourceProperties"]["ClusterName"], drift=[])
        return {"IsComplete": True, "Data": data}


def watch(event: Json, context: object) -> dict[str, int]:
    """Compare what is with what was deployed, repair it where Repair is "true", and give what was counted.

    What is wanted stands in the note of the last deployment, so a watch cannot undo a deployment that is under way;
    where the note is gone (the add-on was made again) it is in the event. A failure is counted, never raised.
    The cluster is the function's own, not the event's: who writes the rule's target would be sent a token.
    """
    cluster, failure, drift, repaired = os.environ, "", list[str](), False
    try:
        with form_known():
            api = _api(event, context, cluster)
            deployed = {"owner": event["PhysicalResourceId"], "run": "", "wanted": event["ResourceProperties"]["Env"]}
            live = api.get(AWS_NODE)
            note = record(live)
            lost = differences(live, (note or deployed)["wanted"])
            drift = [f"{text}, set by {others(live, *where) or 'somebody'}" for where, text in lost.items()]
            if event["Repair"] == "true":
                without_note = None if note else deployed  # a note that went since we looked: deleted
                converge(api, live, lambda now: record(now) or without_note, partial(log, event))
                repaired = bool(drift)
    except HandlerError as error:
        failure = str(error)
    return _count(event, cluster.get("ClusterName", ""), drift, failure=failure, repaired=repaired)


def _count(event: Json, cluster: str, drift: list[str], *, failure: str = "", repaired: bool = False) -> dict[str, int]:
    happened = {"Checks": True, "DriftFound": drift, "DriftRepaired": repaired, "Failures": failure}
    counted = {name: int(bool(it)) for name, it in happened.items()}
    # CloudWatch, "Specification: Embedded metric format": metrics from a log line, without a call or a permission
    metrics = [{"Name": name, "Unit": "Count"} for name in counted]
    form = {"Namespace": "podnet", "Dimensions": [["Cluster"]], "Metrics": metrics}
    form_at = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [form]}
    log(event, "watched", drift=drift, failure=failure, Cluster=cluster, _aws=form_at, **counted)
    return counted


def physical_id(event: Json) -> str:
    """Make a physical id: cluster, object and a mark of the resource in its stack.

    Another cluster is another id, so CloudFormation makes the new resource and then deletes the old one. The mark keeps
    a resource that was renamed in the template from being undone by the Delete of its old name: the note on the
    DaemonSet tells which of the two holds it.
    """
    mark = hashlib.sha256(f"{event['StackId']} {event['LogicalResourceId']}".encode()).hexdigest()[:8]
    return "/".join([event["ResourceProperties"]["ClusterName"], *place(event), mark])


@contextlib.contextmanager
def told(event: Json) -> Iterator[None]:
    """Log a failure, and raise it again in a length that CloudFormation takes, with the name of the log group."""
    try:
        with form_known():
            yield
    except HandlerError as error:
        log(event, "failed", reason=str(error))
        where = f"; log group {os.environ.get('AWS_LAMBDA_LOG_GROUP_NAME', 'of the handler')}"
        # the words of pods and events go by way of CloudFormation to the terminal of whoever deploys
        said = "".join(character if character.isprintable() else "?" for character in str(error))
        raise HandlerError(said[: _REASON - len(where)] + where) from error


def _api(event: Json, context: object, cluster: Mapping[str, str] | None = None) -> KubeApi:
    left = getattr(context, "get_remaining_time_in_millis", lambda: 60_000)() / 1000
    most = _DELETE_SECONDS if event.get("RequestType") == "Delete" else _CALLS_SECONDS
    return KubeApi(cluster or event["ResourceProperties"], seconds=min(most, left - _SPARE_SECONDS))
