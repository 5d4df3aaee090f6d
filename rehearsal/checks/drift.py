"""A hand that changes aws-node between deploys, and the watch that notices by itself."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rehearsal.checks.expect import NotAskedFor, equal, eventually, expect
from rehearsal.checks.scene import Scene

_PATH = "/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node"
_SECONDS = 30
_OFTEN = "rate(1 minute)"


def make_drift(scene: Scene) -> str:
    """Switch pod security groups off as `kubectl set env` does: an Update by field manager kubectl-set.

    Raises:
        CheckFailedError: If the value did not change.
    """
    _set_by_hand(scene, "false")
    return "ENABLE_POD_ENI=false by kubectl-set"


def _set_by_hand(scene: Scene, value: str) -> None:
    entry = {"name": "aws-node", "env": [{"name": "ENABLE_POD_ENI", "value": value}]}
    body = {"spec": {"template": {"spec": {"containers": [entry]}}}}
    answer = scene.kubernetes(
        "PATCH", f"{_PATH}?fieldManager=kubectl-set", body, "application/strategic-merge-patch+json"
    )
    containers = answer["spec"]["template"]["spec"]["containers"]
    values = {e["name"]: e.get("value") for c in containers if c["name"] == "aws-node" for e in c["env"]}
    equal("ENABLE_POD_ENI in the answer to the hand-made change", values["ENABLE_POD_ENI"], value)


def watch_repairs_drift(scene: Scene) -> str:
    """Make a drift and wait: the schedule alone calls the watch, whose log line has the metrics.

    The rule's rate is shortened meanwhile. A watch that only reports must leave the value as it is; then the same hand
    sets it back, so that a rehearsal that is kept is as the file says.
    """
    drift = scene.settings.pod_networking.drift
    if not drift.every_minutes:
        return NotAskedFor("pod_networking.drift.every_minutes is 0")
    rule, target = _watch(scene)
    unit = "minute" if drift.every_minutes == 1 else "minutes"
    equal(f"schedule of {rule['Name']}", rule["ScheduleExpression"], f"rate({drift.every_minutes} {unit})")
    began = int(time.time() * 1000)
    with _called_often(scene, rule):
        make_drift(scene)
        repaired = int(drift.repair)
        wanted = {"Checks": 1, "DriftFound": 1, "DriftRepaired": repaired, "Failures": 0}
        eventually(lambda: _counted(scene, target, began, wanted), _SECONDS)
        eventually(lambda: scene.rolled_out("aws-node"), _SECONDS)
        equal("ENABLE_POD_ENI after it", scene.pod_env()["aws-node"]["ENABLE_POD_ENI"], "true" if repaired else "false")
        if not repaired:
            _set_by_hand(scene, "true")
            eventually(lambda: scene.rolled_out("aws-node"), _SECONDS)
    did = "repaired" if drift.repair else "reported only"
    return f"rate({drift.every_minutes} {unit}), {did}, DriftFound 1 and DriftRepaired {repaired} in its log"


def _counted(scene: Scene, target: dict[str, Any], since: int, wanted: dict[str, int]) -> None:
    """Look for a line of the watch with these counts, which CloudWatch takes as metrics.

    Raises:
        CheckFailedError: If there is none since `since`, in milliseconds.
    """
    function = scene.aws.client("lambda").get_function_configuration(FunctionName=target["Arn"])
    logs, group = scene.aws.client("logs"), function["LoggingConfig"]["LogGroup"]
    events = logs.filter_log_events(logGroupName=group, startTime=since)["events"]
    lines = [json.loads(text) for event in events if (text := event["message"].strip()).startswith("{")]
    metrics = [
        line for line in lines if line.get("_aws", {}).get("CloudWatchMetrics", [{}])[0].get("Namespace") == "podnet"
    ]
    counts = [{name: line[name] for name in wanted} for line in metrics]
    expect(wanted in counts, f"the log group {group} must have a line of the watch with {wanted}, got {counts[-3:]}")


@contextmanager
def _called_often(scene: Scene, rule: dict[str, Any]) -> Iterator[None]:
    events = scene.aws.client("events")
    events.put_rule(Name=rule["Name"], ScheduleExpression=_OFTEN)
    try:
        yield
    finally:
        events.put_rule(Name=rule["Name"], ScheduleExpression=rule["ScheduleExpression"])


def _watch(scene: Scene) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the rule and the target that call the watch of our cluster."""
    events, functions = scene.aws.client("events"), scene.aws.client("lambda")
    for rule in events.list_rules()["Rules"]:
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            called = functions.get_function_configuration(FunctionName=target["Arn"])
            if called.get("Environment", {}).get("Variables", {}).get("ClusterName") == scene.cluster:
                return rule, target
    expect(False, f"an EventBridge rule must call the watch of {scene.cluster}, got none")  # noqa: FBT003
    raise AssertionError
