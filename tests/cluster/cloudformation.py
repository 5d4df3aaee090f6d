"""What CloudFormation and the provider framework do with the handler, in this process.

A stand-in for both, after aws-cdk-lib's provider-framework/runtime/framework.ts: on_event, then is_complete until it is
true, the answer of the first merged into the event of the second; every scalar a string; a Create that fails in
on_event is never deleted; a Create that fails later is deleted, an Update that fails is updated back.
"""

import contextlib
import copy
import json
import time
import uuid

import index
import pytest
from errors import HandlerError

RESPONSE_URL = "https://cloudformation-custom-resource-response.example/?X-Amz-Signature=never-in-a-log"


class DeployError(Exception):
    """A deployment failed and was rolled back; the text is the reason that CloudFormation shows."""


class LambdaContext:
    """The part of Lambda's context that the handler uses: how much of its time is left."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(1000 * max(0, self._until - time.monotonic()))


@contextlib.contextmanager
def cluster_of(properties):
    """Give the watch's function its cluster, as the construct does: in its environment."""
    with pytest.MonkeyPatch.context() as function:
        for name in ("ClusterName", "Endpoint", "CertificateAuthority"):
            function.setenv(name, properties[name])
        yield


class CustomResource:
    """One custom resource of a stack."""

    def __init__(self, logical_id: str = "AwsNodeEnv", *, seconds: float = 60, began_ago: float = 0) -> None:
        self.stack, self.logical_id, self.seconds = f"arn:stack/{uuid.uuid4()}", logical_id, seconds
        self.began_ago = began_ago
        self.before_roll_back = lambda: None
        self.properties: dict | None = None
        self.identity = ""
        self.data: dict = {}
        self.polls = 0
        self.requests: list[str] = []

    def deploy(self, properties: dict, *, polls: int = 100) -> dict:
        """Create or update; on failure roll back and raise DeployError."""
        before, identity = self.properties, self.identity
        kind = "Update" if before is not None else "Create"
        try:
            event = self._begin(kind, properties, before, identity)
        except HandlerError as error:
            if kind == "Update":
                self._roll_back(before, identity, properties)
            raise DeployError(str(error)) from error
        try:
            self._wait(event, polls)
        except HandlerError as error:
            if kind == "Create" or event["PhysicalResourceId"] != identity:
                self._wait(self._begin("Delete", properties, None, event["PhysicalResourceId"]), polls)
            if kind == "Update":
                self._roll_back(before, identity, properties)
            raise DeployError(str(error)) from error
        self.properties, self.identity = copy.deepcopy(properties), event["PhysicalResourceId"]
        if kind == "Update" and self.identity != identity:
            self._wait(self._begin("Delete", before, None, identity), polls)
        return self.data

    def delete(self) -> float:
        """Delete; give the seconds that it took."""
        began = time.monotonic()
        self._wait(self._begin("Delete", self.properties, None, self.identity), 1)
        self.properties = None
        return time.monotonic() - began

    def _roll_back(self, before, identity, failed):
        self.before_roll_back()
        self._wait(self._begin("Update", before, failed, identity), 100)

    def _begin(self, kind, properties, old, identity):
        event = {
            "RequestType": kind,
            "RequestId": str(uuid.uuid4()),
            "ResponseURL": RESPONSE_URL,
            "StackId": self.stack,
            "LogicalResourceId": self.logical_id,
            "ResourceType": "Custom::AwsNodeEnv",
            "ResourceProperties": strings(properties),
        }
        event |= {"OldResourceProperties": strings(old)} if old is not None else {}
        event |= {"PhysicalResourceId": identity} if kind != "Create" else {}
        self.requests.append(kind)
        answer = json.loads(json.dumps(index.on_event(copy.deepcopy(event), LambdaContext(self.seconds))))
        kept = answer.get("PhysicalResourceId", identity) == identity
        assert kind != "Delete" or kept, "the framework refuses another id"
        if "Began" in answer:
            answer["Began"] -= self.began_ago
        return {**event, **answer}

    def _wait(self, event, polls):
        for self.polls in range(1, polls + 1):
            answer = json.loads(json.dumps(index.is_complete(copy.deepcopy(event), LambdaContext(self.seconds))))
            if answer["IsComplete"]:
                self.data = answer.get("Data", {})
                return
            assert "Data" not in answer, "the framework refuses Data while IsComplete is false"
            time.sleep(0.05)
        raise StillWaitingError(f"not complete after {polls} looks")


def begun(properties):
    """Begin a Create and look once, which sends the patch and is not complete yet; give resource and event."""
    resource = CustomResource()
    event = resource._begin("Create", properties, None, "")
    with pytest.raises(StillWaitingError):
        resource._wait(event, 1)
    return resource, event


class StillWaitingError(Exception):
    """The number of looks that a test allows is used up."""


def strings(value):
    """Make every scalar a string, as CloudFormation does."""
    if isinstance(value, dict):
        return {name: strings(inner) for name, inner in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)
