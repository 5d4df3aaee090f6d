"""Network and server faults: retried where that can help, otherwise one sentence that tells what to look at."""

import base64
import contextlib
import json
import re
import socket
import ssl
import threading
import time
import types
from urllib.parse import urlsplit

import aws_node
import fault_server
import kube_api
import pytest
import reconcile
from cloudformation import RESPONSE_URL, CustomResource, DeployError
from errors import GoneError, HandlerError, KubeError
from fault_server import FaultServer, refusal
from kube_api import KubeApi


@pytest.fixture
def through(properties, faults, certificates):
    """Properties that lead through the server of faults."""
    return {**properties, "Endpoint": faults.endpoint, "CertificateAuthority": certificates.authority}


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize(
    "fault",
    [
        refusal(401),
        refusal(403),
        refusal(429, Retry_After="1"),
        refusal(500),
        refusal(502),
        refusal(503),
        refusal(504),
        fault_server.reset,
        fault_server.cut,
        fault_server.short,
    ],
    ids=["401", "403", "429 with Retry-After", "500", "502", "503", "504", "reset", "cut in the middle", "ended early"],
)
@pytest.mark.usefixtures("following")
def test_a_passing_fault_is_retried(node, through, faults, fault, method):
    """At the read or at the patch: the deployment does not notice."""
    faults.spoil(fault, method=method)
    resource = CustomResource(seconds=30)
    resource.deploy(through)
    assert node.values == aws_node.ENV
    assert resource.requests == ["Create"]


def test_a_patch_whose_answer_was_lost_is_not_sent_blindly(node, following, through, faults):
    """It had been carried out: the second one is refused as out of date, the third look finds it done."""
    faults.spoil(fault_server.lost, method="PATCH")
    CustomResource(seconds=30).deploy(through)
    live = node.live
    assert node.values == aws_node.ENV
    note = json.loads(live["metadata"]["annotations"]["podnet.io/aws-node-env"])
    assert note["replaced"]["aws-node"]["ENABLE_POD_ENI"] == "false"
    assert live["metadata"]["generation"] == 2


@pytest.fixture
def slept(monkeypatch):
    """The pauses of the handler between its tries, in seconds: on its clock nothing else takes time."""
    slept = []
    clock = types.SimpleNamespace(sleep=slept.append, monotonic=lambda: sum(slept))
    monkeypatch.setattr(kube_api, "time", clock)
    return slept


GROWING = [0.25, 0.5, 1, 2, 4, 5, 5]


@pytest.mark.parametrize(
    ("status", "pauses"),
    [
        *((status, GROWING) for status in (401, 429, 502, 503, 504)),
        *((403, GROWING[:4]), (500, GROWING[:6])),
        *((status, []) for status in (200, 400, 404, 409, 422)),
    ],
)
def test_a_refusal_is_repeated_where_and_while_that_can_help(through, faults, slept, status, pauses):
    """New rights take seconds, as does an etcd that elects a leader; what the request is to blame for is final."""
    faults.always = refusal(status)
    with pytest.raises(KubeError, match=f"was (refused|answered) with {status}"):
        KubeApi(through, seconds=20).get("/version?")
    assert slept == pauses


@pytest.mark.parametrize(
    ("after", "pauses"), [("2", [2] * 9), ("Thu, 31 Dec 2026 23:59:59 GMT", GROWING)], ids=["seconds", "a date"]
)
def test_the_server_is_asked_again_no_earlier_than_it_says(through, faults, slept, after, pauses):
    """Retry-After is kept while there is time for it; the API server gives seconds."""
    faults.always = refusal(429, Retry_After=after)
    with pytest.raises(KubeError, match="refused with 429"):
        KubeApi(through, seconds=20).get("/version?")
    assert slept == pauses


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (refusal(400, "bad"), "refused with 400: bad; look at the cluster's health"),
        (refusal(401, "Unauthorized"), "refused with 401: Unauthorized; look at the access entry"),
        (refusal(403, "forbidden: no"), "refused with 403: forbidden: no; look at the Role podnet-aws-node-env"),
        (refusal(429, "slow down", Retry_After="600"), "refused with 429: slow down; look at the cluster's health"),
        (refusal(500, "etcd"), "refused with 500: etcd; look at the cluster's health"),
        (refusal(503, "starting"), "refused with 503: starting; look at the cluster's health"),
        (refusal(409, "again"), "refused with 409: again; somebody else writes this object"),
        (refusal(422, "odd"), "refused with 422: odd; look at the object"),
        (refusal(422, "o" * 2000), "refused with 422: o{200}; look at the object"),
        (refusal(422, json.dumps({"message": "o" * 2000})), "refused with 422: o{300}; look at the object"),
        (refusal(500, "no typed patch object"), "refused with 500: no typed patch object; look at the object"),
        (fault_server.reset, "got no whole answer: .*; look at the cluster's health"),
        (fault_server.endless, "got no whole answer: the answer does not end; look at"),
        (fault_server.huge, "got no whole answer: the answer does not end; look at"),
        (fault_server.silent, "got no whole answer: .*timed out.*; look at"),
        (fault_server.page, "answered with 200 and no JSON: '<html>Welcome.*'; look at the endpoint"),
    ],
    ids=[
        *("400", "401", "403", "429", "500", "503", "409", "422", "long text", "long message", "500 for the object"),
        *("reset", "endless", "huge", "silent", "page"),
    ],
)
def test_a_lasting_fault_ends_in_one_sentence(node, through, faults, fault, sentence):
    """Verb, object, the server's reason, what to look at; nothing was changed."""
    faults.always = fault
    resource, began = CustomResource(seconds=6.5), time.monotonic()
    with pytest.raises(DeployError, match=f"GET daemonsets kube-system/aws-node .*{sentence}") as failure:
        resource.deploy(through)
    assert time.monotonic() - began < 4, "Lambda needs the rest to tell it"
    assert resource.requests == ["Create"]
    assert len(str(failure.value)) <= 1000
    assert "\n" not in str(failure.value)
    assert "podnet" not in aws_node.managers(node.live)


def test_pauses_grow_to_five_seconds_and_a_delete_gives_up_earlier(properties, slept):
    """Within half a minute, as the cluster is likely to be gone; a Create hopes for longer. Lambda has 60 s."""
    gone, resource = {**properties, "Endpoint": "https://127.0.0.1:1"}, CustomResource()
    resource.properties, resource.identity = gone, "lab/kube-system/aws-node/0"
    resource.delete()
    assert slept == GROWING
    slept.clear()
    with pytest.raises(DeployError, match="did not reach"):
        CustomResource().deploy(gone)
    assert slept == [*GROWING, *[5] * 4]


def test_an_object_that_others_write_all_the_time_is_given_up(through, faults, monkeypatch):
    """Each of our patches is refused as out of date: the deployment ends with the reason, and is rolled back."""
    monkeypatch.setattr(reconcile, "_ATTEMPTS", 3)
    faults.spoil(None, *[refusal(409)] * 3, method="PATCH")  # the first patch claims
    with pytest.raises(DeployError, match="not as wanted after 3 patches, others write it too; deploy again"):
        CustomResource().deploy(through)


def test_a_wrong_certificate_authority_is_not_retried(node, through, plane):
    """It is told what is wrong with the certificate."""
    sentence = (
        "is not trusted: .*self.signed.*; look at CertificateAuthority|is not trusted: unable to get local issuer"
    )
    with pytest.raises(DeployError, match=sentence):
        CustomResource().deploy({**through, "CertificateAuthority": plane.certificate_authority})


@pytest.mark.parametrize("authority", ["bm90aGluZw==", "x"], ids=["base64 of something else", "no base64"])
def test_an_authority_that_is_no_certificate_is_told(node, through, authority):
    """What is wrong, and with which property."""
    with pytest.raises(DeployError, match="CertificateAuthority must be base64 of a PEM certificate, got "):
        CustomResource().deploy({**through, "CertificateAuthority": authority})


def test_an_authority_of_an_older_form_is_trusted(through, faults, certificates, monkeypatch):
    """Old clusters have one. Python 3.13 and later, such as Lambda's, set a flag by default that refuses it."""
    default = ssl.create_default_context

    def strict(**given):
        context = default(**given)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    where = urlsplit(faults.endpoint)
    context = strict(cadata=base64.b64decode(certificates.authority).decode())
    connection = socket.create_connection((where.hostname, where.port))
    with connection, pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        context.wrap_socket(connection, server_hostname=where.hostname)
    assert KubeApi(through, seconds=10).get("/version?")["major"] == "1"


def test_an_expired_certificate_is_not_retried(node, through, plane, certificates):
    """A proxy in front of the cluster, say."""
    expired = FaultServer(certificates.expired, plane.endpoint, plane.ca_file)
    with pytest.raises(DeployError, match="is not trusted: certificate has expired"):
        CustomResource().deploy({**through, "Endpoint": expired.endpoint})
    expired.stop()


def test_a_certificate_for_another_name_is_not_trusted(node, through, faults):
    """The name in the endpoint is checked."""
    named = faults.endpoint.replace("127.0.0.1", "localhost")
    with pytest.raises(DeployError, match="is not trusted: Hostname mismatch"):
        CustomResource().deploy({**through, "Endpoint": named})


@pytest.mark.parametrize(
    "endpoint",
    ["https://127.0.0.1:1", "https://gone.eks.invalid", "https://127.0.0.1:{silent}"],
    ids=["refused", "no such name", "time-out"],
)
def test_an_endpoint_that_is_not_reached_is_told_with_what_a_private_one_needs(node, through, endpoint, blackhole):
    """The handler may have to be in the VPC."""
    there = {**through, "Endpoint": endpoint.format(silent=blackhole)}
    sentence = "did not reach https://.*; look at the endpoint: a private one needs the handler in the VPC and port 443"
    with pytest.raises(DeployError, match=sentence):
        CustomResource(seconds=6.5).deploy(there)


def test_an_api_server_that_is_away_during_the_wait_is_waited_for(node, through, faults, following, capsys):
    """An upgrade of the control plane takes minutes; the deployment goes on when it is back."""
    resource = CustomResource(seconds=6)
    event = resource._begin("Create", through, None, "")
    faults.always = refusal(503)
    with pytest.raises(Exception, match="not complete after 1 looks"):
        resource._wait(event, 1)
    assert re.search('"waiting".*refused with 503', capsys.readouterr().out)
    with pytest.raises(HandlerError, match="refused with 503"):
        resource._wait({**event, "Began": event["Began"] - 1801}, 1)
    faults.always = None
    resource._wait(event, 50)
    assert node.values == aws_node.ENV


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_refusal_during_the_wait_ends_it_at_once(node, through, faults, status):
    """The rights were taken away: half an hour more would not bring them back."""
    resource = CustomResource(seconds=5.3)
    event = resource._begin("Create", through, None, "")
    faults.always = refusal(status, "no")
    with pytest.raises(HandlerError, match=f"refused with {status}: no"):
        resource._wait(event, 1)


def test_a_handshake_that_is_cut_off_is_no_cluster_that_is_gone(through):
    """Somebody listens there, so a Delete must not report that there is nothing to restore."""
    with socket.create_server(("127.0.0.1", 0)) as rude:

        def hang_up():
            with contextlib.suppress(OSError):  # closed by the test
                while True:
                    rude.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        there = {**through, "Endpoint": f"https://127.0.0.1:{rude.getsockname()[1]}"}
        with pytest.raises(KubeError, match="did not reach") as failure:
            KubeApi(there, seconds=0.1).get("/version?")
        rude.shutdown(socket.SHUT_RDWR)
    assert (isinstance(failure.value, GoneError), failure.value.passing) == (False, True)


def test_the_log_is_json_lines_with_the_request_and_without_secrets(node, following, through, faults, capsys):
    """In success and in failure."""
    faults.spoil(refusal(503))
    resource = CustomResource()
    resource.deploy(through)
    resource.delete()
    faults.always = refusal(422)
    with pytest.raises(DeployError):
        CustomResource().deploy(through)
    out, err = capsys.readouterr()
    lines = [json.loads(line) for line in out.splitlines()]
    assert len(lines) > 5
    assert all(re.fullmatch("[0-9a-f-]{36}", line["request"]) for line in lines)
    for secret in ("k8s-aws-v1", RESPONSE_URL, "never-in-a-log", "X-Amz", "Bearer"):
        assert secret not in out + err
