"""A hand that changes aws-node between deploys."""

import json
from typing import Any

from rehearsal.checks.expect import equal, eventually, expect
from rehearsal.checks.scene import Scene

_PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
_SECONDS = 20
_OK = 200


def make_drift(scene: Scene) -> str:
    """Switch pod security groups off as `kubectl set env` does: an Update by field manager kubectl-set.

    Raises:
        CheckFailedError: If the value did not change.
    """
    entry = {"name": "aws-node", "env": [{"name": "ENABLE_POD_ENI", "value": "false"}]}
    body = {"spec": {"template": {"spec": {"containers": [entry]}}}}
    scene.kubernetes("PATCH", f"{_PATH}?fieldManager=kubectl-set", body, "application/strategic-merge-patch+json")
    equal("ENABLE_POD_ENI after the hand-made change", scene.pod_env()["aws-node"]["ENABLE_POD_ENI"], "false")
    return "ENABLE_POD_ENI=false by kubectl-set"


def watch_repairs_drift(scene: Scene) -> str:
    """Prove that the scheduled watch puts the value right: call it as its EventBridge rule would."""
    drift = scene.settings.pod_networking.drift
    if not drift.every_minutes:
        return "no watch asked for"
    rule, target = _watch(scene)
    unit = "minute" if drift.every_minutes == 1 else "minutes"
    equal(f"schedule of {rule['Name']}", rule["ScheduleExpression"], f"rate({drift.every_minutes} {unit})")
    make_drift(scene)
    answer = scene.aws.client("lambda").invoke(FunctionName=target["Arn"], Payload=target["Input"].encode())
    text = answer["Payload"].read().decode()[:500]
    expect("FunctionError" not in answer, f"the watch must succeed, got {text}")
    value = "true" if drift.repair else "false"
    eventually(
        lambda: equal("ENABLE_POD_ENI after the watch", scene.pod_env()["aws-node"]["ENABLE_POD_ENI"], value), _SECONDS
    )
    return f"rate({drift.every_minutes} {unit}), {'repaired' if drift.repair else 'reported only'}"


def _watch(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the rule and the target whose input names our cluster."""
    events = scene.aws.client("events")
    for rule in events.list_rules()["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            content = json.loads(target.get("Input") or "{}")
            if content.get("ResourceProperties", {}).get("ClusterName") == scene.cluster:
                return rule, target
    expect(False, f"an EventBridge rule must call the watch of {scene.cluster}, got none")  # noqa: FBT003
    raise AssertionError
