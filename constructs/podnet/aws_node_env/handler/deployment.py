"""What a deployment sees: before it begins, while the API is away, and until the rollout is done."""

import time
from calendar import timegm
from collections.abc import Mapping
from typing import Any

import plan
import pod_env
from culprits import culprits
from faults import HandlerError, KubeError, NotRolledOutError, RefusedError
from kube_api import Json, KubeApi
from ownership import changed_since
from reconcile import AWS_NODE
from report import log
from rollout import blocked, counts, dead_before, done, max_unavailable, moved_nothing, progress

Event = Mapping[str, Any]

_GRACE_SECONDS = 60  # before nodes are counted out: stragglers of an earlier rollout get there in this time
_STALL_SECONDS = 180
_RIGHTS, _NOT_FOUND = (401, 403), 404


def has_env(event: Event) -> bool:
    """Say whether this is Custom::AwsNodeEnv; Custom::DaemonSetRollout only waits."""
    return "Env" in event["ResourceProperties"]


def daemon_set_path(event: Event) -> str:
    """Give the path of the DaemonSet that is awaited."""
    properties = event["ResourceProperties"]
    if has_env(event):
        return AWS_NODE
    return f"/apis/apps/v1/namespaces/{properties['Namespace']}/daemonsets/{properties['DaemonSet']}"


def tell(event: Event, patch: plan.Patch) -> None:
    """Log a patch before it is sent."""
    log(event, patch.does, **({"left": patch.left} if patch.left else {}))


def first_look(event: Event, api: KubeApi) -> int:
    """Refuse what cannot work, say what will change; give the number of nodes without an available aws-node pod.

    Raises:
        RefusedError: see `pod_env.refuse`; or there are dead nodes, DeadNodes is "refuse" and pods would be replaced.
        KubeError: the DaemonSet could not be read. Missing is no error yet: the add-on may still be on its way.
    """
    try:
        live = api.get(AWS_NODE)
    except KubeError as error:
        if error.status != _NOT_FOUND:
            raise
        log(event, "not there yet", reason=str(error))
        return 0
    dead, changes = dead_before(live), []
    if has_env(event):
        pod_env.refuse(live, event["ResourceProperties"]["Env"])
        changes = pod_env.differences(live, event["ResourceProperties"]["Env"])
    log(event, "looked", changes=changes, progress=progress(live), **({"dead": _dead(live, dead)} if dead else {}))
    refuses = event["ResourceProperties"].get("DeadNodes") == "refuse"
    # the roll back of a failed rollout must not be refused for the pods that this very rollout broke
    if dead and changes and refuses and not changed_since(live, time.time() - 2 * _limit(event)):
        raise RefusedError(
            f"every node must have an available aws-node pod, got {_dead(live, dead)}; remove the dead nodes"
        )
    return dead


def missing_or_down(event: Event, error: KubeError) -> None:
    """Let a deployment go on waiting while the DaemonSet is missing or the API server is away.

    Raises:
        NotRolledOutError: the DaemonSet did not come within WaitMinutes.
        KubeError: waiting cannot help, or the rollout limit has passed.
    """
    waited, properties = time.time() - event["Began"], event["ResourceProperties"]
    wait = 60 * float(properties.get("WaitMinutes", 10)) if has_env(event) else _limit(event)
    if error.status == _NOT_FOUND and waited > wait:
        addon = f"the add-on vpc-cni {properties.get('AddonVersion', '')}".strip()
        expected = f"; expected from {addon}, look at its status" if has_env(event) else ""
        raise NotRolledOutError(f"the DaemonSet did not appear in {wait / 60:g} minutes: {error}{expected}") from error
    if error.status != _NOT_FOUND and (not error.again or error.status in _RIGHTS or waited > _limit(event)):
        raise error
    log(event, "waiting", reason=str(error))


def rolled_out(event: Event, api: KubeApi, live: Json) -> bool:
    """Say whether the rollout is done: every node, or after a minute every node that was alive before we began.

    Raises:
        NotRolledOutError: the limit has passed; or dead nodes use up maxUnavailable, and no other node got a new pod in
            three minutes.
    """
    dead, limit = int(event.get("Dead", 0)), _limit(event)
    created = timegm(time.strptime(live["metadata"]["creationTimestamp"], "%Y-%m-%dT%H:%M:%SZ"))
    waited, stuck = time.time() - max(event["Began"], created), blocked(live, dead)
    name = f"daemonset {live['metadata']['namespace']}/{live['metadata']['name']}"
    if done(live) or (not stuck and waited > min(_GRACE_SECONDS, limit) and done(live, counted_out=dead)):
        return True
    if stuck and moved_nothing(live, dead) and waited > _STALL_SECONDS:
        raise NotRolledOutError(f"{name} does not begin to roll out: {_dead(live, dead)}; remove the dead nodes")
    if waited > limit:
        why = [progress(live), *([_dead(live, dead)] if dead else []), *_pods(api, live)]
        raise NotRolledOutError(f"{name} did not roll out in {limit / 60:g} minutes: {'; '.join(why)}")
    return False


def _limit(event: Event) -> float:
    return 60 * float(event["ResourceProperties"].get("RolloutMinutes", 30))


def _dead(live: Json, dead: int) -> str:
    text = f"{dead} of {counts(live)[0]} nodes without an available pod before we began"
    allowed = f", which uses up maxUnavailable ({max_unavailable(live)}): no other pod can be replaced"
    return text + (allowed if blocked(live, dead) else "")


def _pods(api: KubeApi, live: Json) -> list[str]:
    try:
        return culprits(api, live) or ["every pod says that it is ready: look for dead nodes"]
    except HandlerError as error:
        return [f"which pods is not known: {error}"]
