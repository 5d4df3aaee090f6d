"""Patch after patch until the DaemonSet is as wanted."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import plan
from faults import KubeError, OverriddenError
from kube_api import Json, KubeApi
from pod_env import differences, refuse

AWS_NODE = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
_CONFLICT, _NOT_FOUND, _UNAUTHORIZED = 409, 404, 401
_ATTEMPTS = 20

Tell = Callable[[plan.Patch], None]


def converge(api: KubeApi, live: Json, wish_of: Callable[[Json], plan.Wish | None], tell: Tell) -> Json:
    """Send patches until nothing is left to do; give the object as it is then.

    Args:
        api: the cluster.
        live: the DaemonSet as it was just read.
        wish_of: gives what is wanted for an object as it is now, None to stop.
        tell: called with each patch before it is sent.

    Raises:
        RefusedError: the DaemonSet cannot take the values; nothing was patched.
        KubeError: a request was not granted. Another writer in between (409) is no failure: read again, plan again.
    """
    for attempt in range(_ATTEMPTS):
        wish = wish_of(live)
        patch = plan.next_patch(live, wish) if wish else None
        if not wish or not patch:
            return live
        refuse(live, wish.env)
        tell(patch)
        try:
            live = api.patch(AWS_NODE + patch.query, patch.body, patch.kind)
        except KubeError as error:
            if error.status != _CONFLICT:
                raise
            time.sleep(0.05 * attempt)
            live = api.get(AWS_NODE)
    raise KubeError(f"PATCH {AWS_NODE} lost to other writers {_ATTEMPTS} times; deploy again", status=_CONFLICT)


def put_in_effect(api: KubeApi, live: Json, event: Mapping[str, Any], tell: Tell) -> Json:
    """Bring the values of a Create or Update into `live`.

    Raises:
        OverriddenError: this very request had applied them and they are different again: going on would roll the fleet
            back and forth.
    """
    wish = plan.Wish(event["ResourceProperties"]["Env"], event["PhysicalResourceId"], event["RequestId"])
    lost = differences(live, wish.env)
    if lost and plan.record(live).get("run") == wish.run:
        raise OverriddenError(f"{'; '.join(lost)}: set back {plan.blame(live, wish)} after we had applied it")
    return converge(api, live, lambda _: wish, tell)


def undo(api: KubeApi, owner: str, tell: Tell) -> str:
    """Put the originals back and release ownership; say what happened.

    Raises:
        KubeError: the cluster is there and did not grant a request.
    """

    def nothing(live: Json) -> plan.Wish | None:
        return plan.Wish({}, owner) if plan.record(live).get("owner", owner) == owner else None

    try:
        live = converge(api, api.get(AWS_NODE), nothing, tell)
    except KubeError as error:
        if error.status in (_NOT_FOUND, _UNAUTHORIZED) or error.gone:
            return f"nothing to restore, the DaemonSet, the access entry or the cluster is gone: {error}"
        raise
    holder = plan.record(live).get("owner", "")
    return f"left as it is: {holder} holds it now" if holder else "restored and released"
