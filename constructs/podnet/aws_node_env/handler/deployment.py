"""What a deployment does: look before it begins, patch, wait while the API is away, and judge the rollout."""

import json
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from daemon_set import RefusedError, changed_since, differences, others, refuse
from kube_api import NOT_FOUND, HandlerError, Json, KubeApi, KubeError
from reconcile import AWS_NODE, converge, record
from rollout import counts, dead_before, dead_nodes, done, max_unavailable, old_pod_serves, progress, unready_pods

Event = Mapping[str, Any]
_GRACE_SECONDS = 60  # before nodes are counted out: stragglers of an earlier rollout get there in this time
_STALL_SECONDS = 180


def log(event: Event, message: str, **facts: object) -> None:
    """Write one JSON object on one line; of the event only what names the request, never its ResponseURL."""
    about = {"request": event.get("RequestId", ""), "doing": event.get("RequestType", "Watch")}
    sys.stdout.write(json.dumps({"message": message, **about, **facts}) + "\n")


def place(event: Event) -> tuple[str, str]:
    """Give namespace and name of the DaemonSet that is awaited."""
    properties = event["ResourceProperties"]
    return properties.get("Namespace", "kube-system"), properties.get("DaemonSet", "aws-node")


def first_look(event: Event, api: KubeApi) -> int:
    """Refuse what cannot work, say what will change; give the number of nodes without an available aws-node pod.

    Raises:
        RefusedError: see `refuse`; or there are dead nodes, DeadNodes is "refuse" and pods would be replaced.
        KubeError: the DaemonSet could not be read. Missing is no error yet: the add-on may still be on its way.
    """
    properties = event["ResourceProperties"]
    try:
        live = api.get(AWS_NODE)
    except KubeError as error:
        if error.status != NOT_FOUND:
            raise
        return 0
    env, dead = properties.get("Env", {}), dead_before(live)
    refuse(live, env)
    changes = list(differences(live, env).values())
    log(event, "looked", changes=changes, progress=progress(live, dead))
    # the roll back of a failed rollout must not be refused for the pods that this very rollout broke
    refuses = changes and properties["DeadNodes"] == "refuse"
    if dead and refuses and not changed_since(live, time.time() - 2 * _limit(event)):
        need = "every node must have an available aws-node pod"
        raise RefusedError(f"{need}, got {dead_nodes(live, dead)}; remove the dead nodes")
    return dead


def put_in_effect(event: Event, api: KubeApi) -> Json:
    """Read the awaited DaemonSet, bring the values of a Create or Update into it, and give it as it is then.

    Raises:
        HandlerError: this very request had applied them and they are different again: going on would roll the fleet
            back and forth.
    """
    namespace, name = place(event)
    live = api.get(f"/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}")
    env = event["ResourceProperties"].get("Env")
    if not env:
        return live
    lost = differences(live, env)
    if lost and record(live).get("run") == event["RequestId"]:
        who = ", ".join(others(live, *where) or "somebody" for where in lost)
        raise HandlerError(f"{'; '.join(lost.values())}: set back by {who} after we had applied it")
    wish = {"owner": event["PhysicalResourceId"], "run": event["RequestId"], "wanted": env}
    return converge(api, live, lambda _: wish, partial(log, event))


def keep_waiting(event: Event, error: KubeError) -> None:
    """Let a deployment go on waiting while the DaemonSet is missing or the API server is away.

    Raises:
        HandlerError: the DaemonSet did not come within WaitMinutes.
        KubeError: waiting cannot help, or the rollout limit has passed.
    """
    properties, waited = event["ResourceProperties"], time.time() - event["Began"]
    if error.status == NOT_FOUND:
        minutes = float(properties.get("WaitMinutes", properties["RolloutMinutes"]))
        if waited > 60 * minutes:
            source = f"the add-on vpc-cni {properties['AddonVersion']}" if "Env" in properties else "its manifest"
            reason = f"the DaemonSet did not appear in {minutes:g} minutes: {error}; expected from {source}"
            raise HandlerError(reason) from error
    elif waited > _limit(event) or not error.passing:
        raise error
    log(event, "waiting", reason=str(error))


def rolled_out(event: Event, api: KubeApi, live: Json) -> bool:
    """Say whether the rollout is done: every node, or after a minute every node that was alive before we began.

    Raises:
        HandlerError: the limit has passed; or dead nodes use up maxUnavailable, and no other node got a new pod in
            three minutes.
    """
    dead, limit, (desired, updated, available) = event["Dead"], _limit(event), counts(live)
    created = datetime.fromisoformat(live["metadata"]["creationTimestamp"]).timestamp()
    waited, stuck = time.time() - max(event["Began"], created), 0 < dead >= max_unavailable(live)
    if done(live):
        return True
    if dead and not stuck and waited > min(_GRACE_SECONDS, limit) and done(live, counted_out=dead):
        # past the limit the numbers decide: where an earlier template is back, its pods stay and look old
        return waited > limit or not old_pod_serves(api, live, dead)
    name = f"daemonset {live['metadata']['namespace']}/{live['metadata']['name']}"
    if stuck and updated <= dead and available <= desired - dead and waited > _STALL_SECONDS:
        raise HandlerError(f"{name} does not begin to roll out: {dead_nodes(live, dead)}; remove the dead nodes")
    if waited > limit:
        why = "; ".join([progress(live, dead), *unready_pods(api, live)])
        raise HandlerError(f"{name} did not roll out in {limit / 60:g} minutes: {why}")
    return False


def _limit(event: Event) -> float:
    return 60 * float(event["ResourceProperties"]["RolloutMinutes"])
