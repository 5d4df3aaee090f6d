"""The function of the owner's template; no part of AWS is there: botocore's stub answers, and nobody listens."""

import json
from io import BytesIO

import boto3
import pytest
from botocore.stub import Stubber

from accepter import dns_option

EVENT = {
    "RequestType": "Create",
    "ResourceProperties": {"Connection": "pcx-0d1a2b3c4d5e6f708"},
    "ResponseURL": "https://cloudformation.example/answer",
    **dict.fromkeys(("StackId", "RequestId", "LogicalResourceId"), "x"),
}


@pytest.fixture
def answered(monkeypatch):
    """A function that calls the handler while EC2 refuses with errors in turn; gives what CloudFormation hears."""
    client = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    heard = []
    monkeypatch.setattr(dns_option.boto3, "client", lambda _: client)
    monkeypatch.setattr(dns_option, "urlopen", lambda request, **_: BytesIO(heard.append(json.loads(request.data))))
    monkeypatch.setattr(dns_option, "_SECONDS", 0.0)

    def call(*errors):
        with Stubber(client) as stub:
            for error in errors:
                stub.add_client_error("modify_vpc_peering_connection_options", error)
            stub.add_response("modify_vpc_peering_connection_options", {})
            dns_option.handler(EVENT, None)
        (answer,) = heard
        call.names.append(answer["PhysicalResourceId"])
        return answer["Status"], answer["Reason"]

    call.names = []
    return call


def test_a_right_that_was_just_given_is_waited_for(answered):
    """The role and its policy are seconds old, or name a new connection since a moment."""
    assert answered("UnauthorizedOperation", "UnauthorizedOperation") == ("SUCCESS", "done")


def test_a_right_that_never_comes_is_told(answered):
    """The function ends before Lambda ends it: ten tries take less than the 180 s that it has."""
    status, reason = answered(*["UnauthorizedOperation"] * 10)
    assert (status, "UnauthorizedOperation" in reason) == ("FAILED", True)


def test_a_deletion_asks_nothing_and_leaves_the_option(answered, monkeypatch):
    """The connection may be gone by then, and the stack of the owner must be able to go."""
    monkeypatch.setitem(EVENT, "RequestType", "Delete")
    monkeypatch.setattr(dns_option.boto3, "client", None)
    assert answered() == ("SUCCESS", "done")


def test_the_resource_has_one_name_as_long_as_its_connection(answered):
    """Under another one CloudFormation would take it for a new one, and delete the first."""
    answered()
    assert answered.names == ["pcx-0d1a2b3c4d5e6f708-dns"]


def test_another_refusal_is_told_at_once(answered):
    """Such as a connection that is not active."""
    status, reason = answered("OperationNotPermitted")
    assert (status, "OperationNotPermitted" in reason) == ("FAILED", True)
