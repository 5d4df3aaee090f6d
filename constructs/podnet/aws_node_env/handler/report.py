"""What the handler says: log lines, metrics, and the reason that CloudFormation shows."""

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from faults import HandlerError

NAMESPACE = "podnet"
_REASON = 1000  # CloudFormation takes 4 KB for the whole answer, and shows less


def log(event: Mapping[str, Any], message: str, **facts: object) -> None:
    """Write one JSON object on one line; of the event only what names the request, never its ResponseURL."""
    about = {"request": event.get("RequestId", ""), "doing": event.get("RequestType", "Watch")}
    sys.stdout.write(json.dumps({"message": message, **about, **facts}, default=str) + "\n")


def metrics(event: Mapping[str, Any], cluster: str, counts: Mapping[str, int], **facts: object) -> None:
    """Write a log line from which CloudWatch makes metrics, without a call or a permission.

    Embedded metric format: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, "Specification: Embedded metric
    format".
    """
    names = [{"Name": name, "Unit": "Count"} for name in counts]
    form = {"Namespace": NAMESPACE, "Dimensions": [["Cluster"]], "Metrics": names}
    emf = {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [form]}
    log(event, "watched", **facts, **counts, Cluster=cluster, _aws=emf)


@contextlib.contextmanager
def told(event: Mapping[str, Any]) -> Iterator[None]:
    """Log a failure, and raise it again in a length that CloudFormation takes, with the name of the log group."""
    try:
        yield
    except HandlerError as error:
        log(event, "failed", reason=str(error))
        where = f"; log group {os.environ.get('AWS_LAMBDA_LOG_GROUP_NAME', 'of the handler')}"
        raise HandlerError(str(error)[: _REASON - len(where)] + where) from error
