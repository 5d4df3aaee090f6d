"""The function of the owner's template; no part of AWS is there: botocore's stub answers, and nobody listens."""

import http.server
import json
import threading

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from accepter import dns_option

CONNECTION = "pcx-0d1a2b3c4d5e6f708"
ASKED = {
    "VpcPeeringConnectionId": CONNECTION,
    "AccepterPeeringConnectionOptions": {"AllowDnsResolutionFromRemoteVpc": True},
}
EVENT = {
    "RequestType": "Create",
    "ResourceProperties": {"Connection": CONNECTION},
    "StackId": "stack",
    "RequestId": "request",
    "LogicalResourceId": "DnsOption",
}


@pytest.fixture
def address():
    """Where CloudFormation waits for an answer, and a list of method, path, content type and JSON of what it got."""
    heard = []

    class Storage(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((self.command, self.path, self.headers["Content-Type"], json.loads(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Storage) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/answer?signature=x", heard


@pytest.fixture
def answered(monkeypatch, address):
    """A function that calls the handler while EC2 refuses with errors in turn; gives what CloudFormation hears."""
    client = boto3.client("ec2", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    where, heard = address
    monkeypatch.setattr(dns_option.boto3, "client", {"ec2": client}.__getitem__)

    def call(*errors):
        with Stubber(client) as stub:
            for error in errors:
                code, _, message = error.partition(":")
                stub.add_client_error("modify_vpc_peering_connection_options", code, message, expected_params=ASKED)
            stub.add_response("modify_vpc_peering_connection_options", {}, ASKED)
            dns_option.handler({**EVENT, "ResponseURL": where}, None)
        ((*call.request, answer),) = heard
        call.names = {name: answer.pop(name) for name in sorted(answer) if name.endswith("Id")}
        return answer["Status"], answer["Reason"]

    call.waits = []
    monkeypatch.setattr(dns_option.time, "sleep", call.waits.append)
    return call


def test_the_answer_is_put_to_the_signed_address_for_the_very_request(answered):
    """With an empty content type: S3 refuses what was not signed, and the owner's stack would wait for an hour.

    Under another physical id CloudFormation would take the resource for a new one, and delete the first.
    """
    assert answered() == ("SUCCESS", "done")
    assert answered.request == ["PUT", "/answer?signature=x", ""]
    assert answered.names == {
        "LogicalResourceId": "DnsOption",
        "PhysicalResourceId": f"{CONNECTION}-dns",
        "RequestId": "request",
        "StackId": "stack",
    }


def test_a_right_that_was_just_given_is_waited_for(answered):
    """The role and its policy are seconds old, or name a new connection since a moment."""
    assert answered("UnauthorizedOperation", "UnauthorizedOperation") == ("SUCCESS", "done")


def test_a_right_that_never_comes_is_told(answered):
    """The function ends before Lambda ends it: ten tries take less than the 180 s that it has."""
    status, reason = answered(*["UnauthorizedOperation"] * 10)
    assert (status, "UnauthorizedOperation" in reason) == ("FAILED", True)
    assert len(answered.waits) == 9
    assert 60 <= sum(answered.waits) <= 120


def test_a_deletion_asks_nothing_and_leaves_the_option(answered, monkeypatch):
    """The connection may be gone by then, and the stack of the owner must be able to go."""
    monkeypatch.setitem(EVENT, "RequestType", "Delete")
    monkeypatch.setattr(dns_option.boto3, "client", None)
    assert answered() == ("SUCCESS", "done")


def test_another_refusal_is_told_at_once(answered):
    """Such as a connection that is not active."""
    status, reason = answered("OperationNotPermitted")
    assert (status, "OperationNotPermitted" in reason) == ("FAILED", True)
    assert answered.waits == []


def test_a_long_refusal_fits_the_answer(answered):
    """CloudFormation takes 4,096 bytes in all."""
    status, reason = answered(f"OperationNotPermitted:{'x' * 5000}")
    assert (status, len(reason)) == ("FAILED", 500)


def test_an_endpoint_that_is_not_reached_is_told(answered, monkeypatch):
    """Without an answer the owner's stack would wait for an hour."""
    once = Config(retries={"total_max_attempts": 1})
    session = boto3.Session("a", "b", region_name="eu-west-1")
    away = session.client("ec2", endpoint_url="http://127.0.0.1:9", config=once)
    monkeypatch.setattr(dns_option.boto3, "client", {"ec2": away}.__getitem__)
    status, reason = answered()
    assert (status, "Could not connect to the endpoint" in reason) == ("FAILED", True)
