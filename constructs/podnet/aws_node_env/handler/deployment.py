"""What a deployment does: look before it begins, patch, wait while the API is away, and judge the rollout."""

import json
import sys
import time
from datetime import datetime
from functools import partial

from daemon_set import RefusedError, changed_since, configured, differences, others, refuse
from errors import HandlerError, KubeError, MissingError
from kube_api import Json, KubeApi
from pods import new_pods_serve, pods_of, silent, unready_pods
from reconcile import AWS_NODE, claim, claimant, converge, record
from rollout import counts, dead_nodes, done, max_unavailable, observed, progress, time_limit

_GRACE_SECONDS = 60  # before nodes are counted out: in a roll back, pods that were on their way get there meanwhile
_STALL_SECONDS = 180


def log(event: Json, message: str, **facts: object) -> None:
    """Write one JSON object on one line; of the event only what names the request, never its ResponseURL."""
    about = {"request": event.get("RequestId", ""), "doing": event.get("RequestType", "Watch")}
    sys.stdout.write(json.dumps({"message": message, **about, **facts}) + "\n")


def place(event: Json) -> tuple[str, str]:
    """Give namespace and name of the DaemonSet that is awaited."""
    properties = event["ResourceProperties"]
    return properties.get("Namespace", "kube-system"), properties.get("DaemonSet", "aws-node")


def first_look(event: Json, api: KubeApi) -> Json:
    """Refuse what cannot work, say what will change, and claim the DaemonSet.

    Gives what the later looks need to know: how many nodes are Dead, and the uid of the DaemonSet that was Claimed.

    Raises:
        RefusedError: see `refuse`; or there are dead nodes, DeadNodes is "refuse" and pods would be replaced.
        KubeError: a request was not granted. A missing DaemonSet is no error yet: the add-on may be on its way.
    """
    properties = event["ResourceProperties"]
    try:
        live = api.get(AWS_NODE)
    except MissingError:
        return {"Dead": 0, "Claimed": ""}
    env = properties.get("Env", {})
    refuse(live, env)
    changes, returns = list(differences(live, env).values()), changed_since(live, time.time() - 2 * time_limit(event))
    dead = _dead(live, api, everything=returns)
    log(event, "looked", changes=changes, progress=progress(live, dead))
    # the roll back of a failed rollout must not be refused for the pods that this very rollout broke
    if dead and changes and properties["DeadNodes"] == "refuse" and not returns:
        need = "every node must have an available aws-node pod"
        raise RefusedError(f"{need}, got {dead_nodes(live, dead)}; remove the dead nodes")
    if env:
        claim(api, event["RequestId"])
    return {"Dead": dead, "Claimed": live["metadata"]["uid"] if env else ""}


def _dead(live: Json, api: KubeApi, *, everything: bool) -> int:
    """Count nodes whose kubelet is silent; in a roll back every node without an available pod: it must not fail too."""
    desired, _, available = counts(live)
    if not observed(live) or available >= desired:
        return 0
    return desired - available if everything else sum(map(silent, pods_of(api, live)))


def put_in_effect(event: Json, api: KubeApi) -> Json:
    """Read the awaited DaemonSet, bring the values of a Create or Update into it, and give it as it is then.

    Raises:
        HandlerError: a later request has taken over, or this one was undone; or this very request had applied the
            values and they are different again: going on would roll the fleet back and forth.
    """
    namespace, name = place(event)
    live = api.get(f"/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}")
    env = event["ResourceProperties"].get("Env")
    if not env:
        return live
    latest = claimant(live)
    # CloudFormation cancels an operation without a word to whoever still waits for its end
    if latest != event["RequestId"] if latest else event["Claimed"] == live["metadata"]["uid"]:
        raise HandlerError("a later request has taken aws-node over, or has put its values back")
    lost = differences(live, env)
    if lost and record(live).get("run") == event["RequestId"]:
        who = ", ".join(others(live, *where) or "somebody" for where in lost)
        raise HandlerError(f"{'; '.join(lost.values())}: set back by {who} after we had applied it")
    old, new = (configured(event.get(f"{age}ResourceProperties") or {}) for age in ("Old", ""))
    wish = {"owner": event["PhysicalResourceId"], "run": event["RequestId"], "wanted": env, "gone": old - new}
    return converge(api, live, lambda _: wish, partial(log, event))


def keep_waiting(event: Json, error: KubeError) -> None:
    """Let a deployment go on waiting while the DaemonSet is missing or the API server is away.

    Raises:
        HandlerError: the DaemonSet did not come within WaitMinutes.
        KubeError: waiting cannot help, or the rollout limit has passed.
    """
    properties, waited = event["ResourceProperties"], time.time() - event["Began"]
    if isinstance(error, MissingError):
        minutes = float(properties.get("WaitMinutes", properties["RolloutMinutes"]))
        if waited > 60 * minutes:
            source = f"the add-on vpc-cni {properties['AddonVersion']}" if "Env" in properties else "its manifest"
            reason = f"the DaemonSet did not appear in {minutes:g} minutes: {error}; expected from {source}"
            raise HandlerError(reason) from error
    elif waited > time_limit(event) or not error.passing:
        raise error
    log(event, "waiting", reason=str(error))


def rolled_out(event: Json, api: KubeApi, live: Json) -> bool:
    """Say whether the rollout is done: every node, or after a minute every node that was alive before we began.

    Raises:
        HandlerError: the limit has passed; where dead nodes use up maxUnavailable, and no other node got a new pod,
            it is three minutes at most.
    """
    dead, limit, (desired, updated, available) = event["Dead"], time_limit(event), counts(live)
    created = datetime.fromisoformat(live["metadata"]["creationTimestamp"]).timestamp()
    waited = time.time() - max(event["Began"], created)
    counts_out = dead and waited > min(_GRACE_SECONDS, limit) and done(live, counted_out=dead)
    if done(live) or (counts_out and new_pods_serve(api, live, desired - dead)):
        return True
    if 0 < dead >= max_unavailable(live) and updated <= dead and available <= desired - dead:
        limit = min(limit, _STALL_SECONDS)
    if waited > limit:
        name, why = "/".join(place(event)), "; ".join([progress(live, dead), *unready_pods(api, live)])
        raise HandlerError(f"daemonset {name} did not roll out in {limit / 60:g} minutes: {why}")
    return False
