"""Patch after patch until the DaemonSet is as wanted.

All state is in the object itself, in its environment and in podnet's note, so it does not matter who was interrupted
where: Create, Update, Delete and the watch take the same steps. Every patch carries the resourceVersion it was made
for, so that no update is lost. A wish is a note: owner (physical id), run (request id) and wanted (the values), or an
empty wanted alone to undo everything; in a wish `gone` are variables of the add-on's own configuration that left it,
whose original is no entry. A second annotation names the latest request, so that one that CloudFormation has cancelled,
and that still looks every few seconds (aws/aws-cdk#31541), does not patch any more.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from daemon_set import MANAGER, differences, managers, others, owned, pairs, pod_patch, refuse, value
from errors import ConflictError, GoneError, HandlerError
from kube_api import Json, KubeApi

AWS_NODE = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
ANNOTATION = "podnet.io/aws-node-env"
REQUEST, _REQUESTER = "podnet.io/aws-node-env-request", "podnet-request"  # who may patch: annotation and its manager
_ATTEMPTS = 20
_MERGE, _APPLY = "strategic-merge-patch+json", "apply-patch+yaml"

Patch = tuple[str, Json, list[str]]  # content type, body, and in words what it leaves as somebody else set it


def record(live: Json) -> Json:
    """Give podnet's note on the DaemonSet: owner, run, wanted and the values it replaced; {} without one."""
    try:
        found: Any = json.loads(live["metadata"].get("annotations", {}).get(ANNOTATION, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) and {"owner", "run", "wanted", "replaced"} <= found.keys() else {}


def claim(api: KubeApi, request: str) -> None:
    """Write down that `request` is the latest; no pod and no field of podnet's is touched."""
    body = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"annotations": {REQUEST: request}}}
    api.patch(f"{AWS_NODE}?fieldManager={_REQUESTER}&force=true", body, _APPLY)


def claimant(live: Json) -> str:
    """Give the latest request; "" where none is written down."""
    return str(live["metadata"].get("annotations", {}).get(REQUEST, ""))


def next_patch(live: Json, wish: Json) -> Patch | None:
    """Give the next step towards `wish`, None when the object is there.

    1. A variable that left gets its recorded original back, in one patch with all else that changes: dropping it from
       the applied configuration would leave `{name: …}` without a value.
    2. The wanted values are applied as field manager podnet, by force.
    3. What podnet owned by step 1, or at all where nothing is wanted, is released, so that an apply of the add-on
       without force succeeds.
    """
    env, old, note = wish["wanted"], record(live), None
    was = old.get("replaced", {})
    if env:
        originals = {c: {n: was.get(c, {}).get(n, value(live, c, n)) for n in names} for c, names in env.items()}
        note = {**{key: wish[key] for key in ("owner", "run", "wanted")}, "replaced": originals}
    if leaving := {where: original for where, original in pairs(was).items() if where not in pairs(env)}:
        return _restore(live, note, env, {**leaving, **dict.fromkeys(leaving.keys() & wish.get("gone", ()))})
    ours = [manager for manager in managers(live) if manager["manager"] in (MANAGER, _REQUESTER)]
    applied = [manager for manager in ours if manager["operation"] == "Apply"] if env else []
    owns = [owned(manager) for manager in applied if manager["manager"] == MANAGER]
    if env and (note != old or owns != [dict.fromkeys(pairs(env), True)] or differences(live, env)):
        return _APPLY, _body(live, note, pod_patch(live, env)), []
    if ours != applied:
        body = _body(live, note, {})
        body["metadata"]["managedFields"] = [m for m in managers(live) if m not in ours or m in applied]
        return _MERGE, body, []
    return None


def _restore(live: Json, note: Json | None, env: Json, leaving: dict[tuple[str, str], str | None]) -> Patch:
    old, left = record(live), []
    values = {container: dict(variables) for container, variables in env.items()}
    for (container, name), original in leaving.items():
        found, owners = value(live, container, name), others(live, container, name)
        if owners or found != old["wanted"].get(container, {}).get(name):
            left.append(f"{container} {name} is left at {found!r}, set by {owners or 'nobody'}")
        else:
            values.setdefault(container, {})[name] = original
    return _MERGE, _body(live, note, pod_patch(live, values)), left


def _body(live: Json, note: Json | None, pod: Json) -> Json:
    text = note and json.dumps(note, sort_keys=True, separators=(",", ":"))
    annotations = {ANNOTATION: text, **({} if note else {REQUEST: None})}
    metadata = {"resourceVersion": live["metadata"]["resourceVersion"], "annotations": annotations}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, **pod}


def converge(api: KubeApi, live: Json, wish_of: Callable[[Json], Json | None], log: Callable[..., None]) -> Json:
    """Send patches until `live` is as `wish_of` wants it, which gives None to stop; give the object as it is then.

    Raises:
        RefusedError: the DaemonSet cannot take the values; nothing was patched.
        KubeError: a request was not granted. Another writer in between (409) is no failure: read again, plan again.
    """
    for attempt in range(_ATTEMPTS):
        if not (wish := wish_of(live)) or not (patch := next_patch(live, wish)):
            return live
        refuse(live, wish["wanted"])
        kind, body, left = patch
        log("patching", kind=kind, left=left)
        force = "&force=true" if kind == _APPLY else ""
        try:
            live = api.patch(f"{AWS_NODE}?fieldManager={MANAGER}{force}", body, kind)
        except ConflictError:
            time.sleep(0.05 * attempt)
            live = api.get(AWS_NODE)
    raise HandlerError(f"aws-node is not as wanted after {_ATTEMPTS} patches, others write it too; deploy again")


def undo(api: KubeApi, owners: tuple[str, ...], log: Callable[..., None]) -> None:
    """Put the originals back and release ownership, unless a resource with none of these ids holds them now.

    Raises:
        KubeError: the cluster is there and did not grant a request.
    """
    nothing: Json = {"wanted": {}}
    try:
        live = api.get(AWS_NODE)
        left = converge(api, live, lambda now: nothing if record(now).get("owner", owners[0]) in owners else None, log)
        if holder := record(left).get("owner"):
            log("nothing to restore, another resource holds the values now", holder=holder)
    except GoneError as error:
        log("nothing to restore, the DaemonSet, the access entry or the cluster is gone", reason=str(error))
