"""The logs of functions, which only their role lets them write."""

import datetime as dt

from rehearsal.checks.expect import expect
from rehearsal.checks.scene import Scene

_HOURS = 3


def functions_write_logs(scene: Scene) -> str:
    """Prove that each function that was called has a log stream; in a group that several share, under its name.

    Raises:
        CheckFailedError: If one has none.
    """
    logs, functions = scene.aws.client("logs"), scene.functions()
    called = [function for function in functions if calls(scene, function["FunctionName"])]
    expect(called, f"a function must have been called, got no call of {len(functions)} functions")
    for function in called:
        name = function["FunctionName"]
        group = function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        known = {one["logGroupName"] for one in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]}
        pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group) if group in known else []
        streams = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
        own = [stream for stream in streams if group.endswith(f"/{name}") or f"/{name}[" in stream]
        expect(own, f"{name} must have written a log to {group}, got none of {len(streams)} streams")
    return f"{len(called)} of {len(functions)} functions were called"


def calls(scene: Scene, function: str) -> float:
    """Give how often a function was called in the last hours."""
    now = dt.datetime.now(dt.UTC)
    found = scene.aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName="Invocations",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=now - dt.timedelta(hours=_HOURS),
        EndTime=now + dt.timedelta(minutes=1),
        Period=_HOURS * 3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))
