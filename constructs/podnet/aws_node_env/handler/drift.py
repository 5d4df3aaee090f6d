"""The watch: one comparison of what is with what was deployed."""

from collections.abc import Callable, Mapping
from typing import Any

import plan
from faults import HandlerError
from kube_api import Json, KubeApi
from pod_env import differences
from reconcile import AWS_NODE, Tell, converge
from report import metrics


def check(event: Mapping[str, Any], connect: Callable[[], KubeApi], tell: Tell) -> dict[str, int]:
    """Compare, repair where the event says so, and count it; a failure is counted too, never raised.

    What is wanted stands in the note of the last deployment, so a watch cannot undo a deployment that is under way;
    where the note is gone (the add-on was made again) it is in the event.
    """
    notes: list[Json] = []

    def wish_of(live: Json) -> plan.Wish | None:
        notes.append(plan.record(live))
        if any(notes) and not notes[-1]:
            return None  # deleted while we looked
        properties, note = event["ResourceProperties"], notes[-1]
        owner = note.get("owner", event.get("PhysicalResourceId", ""))
        return plan.Wish(note.get("wanted", properties["Env"]), owner, note.get("run", ""))

    def lost(live: Json) -> list[str]:
        wish = wish_of(live)
        return differences(live, wish.env) if wish else []

    found, left, failure = list[str](), list[str](), ""
    try:
        api = connect()
        live = api.get(AWS_NODE)
        found = left = lost(live)
        if event["Repair"] == "true":
            left = lost(converge(api, live, wish_of, tell))
    except HandlerError as error:
        failure = str(error)
    happened = {"DriftFound": found, "DriftRepaired": found and not left and not failure, "Failures": failure}
    counts = {"Checks": 1, **{name: int(bool(it)) for name, it in happened.items()}}
    metrics(event, event["ResourceProperties"]["ClusterName"], counts, drift=found, failure=failure)
    return counts
