"""Whatever the handler is called with, and whatever answers it: one clear sentence, never a traceback."""

import copy
import json
import random
import socketserver
import ssl
import threading
from collections import Counter

import aws_node
import budget
import index
import pytest
from cloudformation import LambdaContext, cluster_of
from errors import HandlerError

BEGAN = 1_700_000_000  # long ago: no event waits
HOSTILE = (
    *(None, True, -1, 0, 1e308, "", " ", "\n", "\x00", "$(ID)", "${Token[1]}", "../..", "a/b?c=d#e", '"', "'", "<b>"),
    *("\ud83d\ude00", "\ud800", "x" * 100_000, [], {}, [[]], {"": ""}, {"aws-node": None}, {"aws-node": {"A": 5}}),
    *({"aws-node": {"A\nB": "x"}}, {"aws-node": {"": ""}}, {"aws-node": {"A": "x" * 300_000}}, {"nobody": {"A": "b"}}),
    *(
        "nan",
        "inf",
        "-inf",
        "1e400",
        "30; rm",
        "https://",
        "https://[",
        "https://127.0.0.1:99999",
        "ftp://x",
        "::",
        "%00",
    ),
    *("https://" + "a" * 70 + ".example", "https://127.0.0.1:1", "bm90IGEgY2VydA==", "====", "Delete", "Whatever"),
)


def _event(properties):
    return {
        "RequestType": "Create",
        "RequestId": "r-1",
        "ResponseURL": "https://never-in-a-log.example/",
        "StackId": "arn:stack/1",
        "LogicalResourceId": "L",
        "PhysicalResourceId": "p-1",
        "ResourceType": "Custom::AwsNodeEnv",
        "Began": BEGAN,
        "Dead": 0,
        "Claimed": "6e1f3c1e-0b1d-4a53-9e51-1f3a1c0a7e11",
        "Repair": "true",
        "ResourceProperties": {**properties, "RolloutMinutes": "0", "WaitMinutes": "0"},
    }


def _spoiled(event, chance):
    event = copy.deepcopy(event)
    event["RequestType"] = chance.choice(["Create", "Update", "Delete"])
    for _ in range(chance.randint(1, 3)):
        target = chance.choice([event, event.get("ResourceProperties"), event.get("ResourceProperties")])
        if not isinstance(target, dict) or not target:
            continue
        key = chance.choice(sorted(target))
        if chance.random() < 0.2:
            del target[key]
        elif chance.random() < 0.2:
            target[chance.choice(["Env", "x", "\n", "Namespace", "DaemonSet"])] = copy.deepcopy(chance.choice(HOSTILE))
        else:
            target[key] = copy.deepcopy(chance.choice(HOSTILE))
    return event


def _call(entry, event, seconds, told):
    """Call an entry point as Lambda does: what it returns must be JSON, what it raises a HandlerError."""
    try:
        answer = getattr(index, entry)(event, LambdaContext(seconds))
    except HandlerError as error:
        said = str(error)
        assert 10 < len(said) <= 1000
        assert "Traceback" not in said
        assert "never-in-a-log" not in said
        told[f"{entry} refused"] += 1
        return
    json.dumps(answer)
    told[f"{entry} answered"] += 1


def test_no_event_ends_in_a_traceback(node, properties, capsys):
    """Missing, wrong, huge and hostile values, against a real API server; the seed of a failure names its event."""
    good, told, unknown = _event(properties), Counter(), 0
    for seed in range(budget.EVENTS):
        chance = random.Random(seed)
        event, entry = _spoiled(good, chance), chance.choice(["on_event", "is_complete", "watch"])
        try:
            with cluster_of(properties):
                _call(entry, event, 5.6, told)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {entry} {type(error).__name__} {str(error)[:500]}") from error
    printed = capsys.readouterr().out
    unknown = printed.count("form that the handler knows")
    assert "never-in-a-log" not in printed
    assert all(json.loads(line) for line in printed.splitlines())
    with capsys.disabled():
        print(f"\n{budget.EVENTS} events: {dict(told)}, {unknown} of an unknown form")
    assert sum(told.values()) == budget.EVENTS
    names = {entry["name"] for container in aws_node.containers(node.live).values() for entry in container["env"]}
    assert "A\nB" not in names


class FakeApiServer(socketserver.ThreadingTCPServer):
    """A fake: a TLS server that answers garbage. A real API server cannot be made to."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.context, self.reply = context, b""
        super().__init__(("127.0.0.1", 0), _Answer)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self):
        return f"https://127.0.0.1:{self.server_address[1]}"


class _Answer(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            with self.server.context.wrap_socket(self.request, server_side=True) as connection:
                connection.recv(1 << 16)
                connection.sendall(self.server.reply)
        except OSError:
            pass  # the handler hung up first


@pytest.fixture
def fake(certificates):
    server = FakeApiServer(certificates.good)
    yield server
    server.shutdown()
    server.server_close()


def _garbage(chance, live):
    """Give bytes of an answer: broken HTTP, no JSON, other JSON, or a DaemonSet with something missing or wrong."""
    kind = chance.randrange(5)
    if kind == 0:
        return chance.choice(
            [b"", b"\x00" * 99, b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}"]
        )
    if kind == 1:
        body = chance.choice([b"", b"{", b"null", b"[]", b"5", b'"x"', b"\xff\xfe", b"[" * 100_000, b"<html>"])
    elif kind == 2:
        body = json.dumps(chance.choice([{}, {"spec": None}, {"metadata": {}, "spec": []}, {"items": 5}])).encode()
    else:
        found = copy.deepcopy(live)
        for _ in range(chance.randint(1, 4)):
            _wreck(found, chance)
        body = json.dumps(found).encode()
    status = chance.choice([b"200 OK", b"200 OK", b"201 Created", b"418 I'm a teapot", b"404 Not Found"])
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(body), body)


def _wreck(found, chance):
    while True:
        keys = sorted(found) if isinstance(found, dict) else range(len(found))
        if not keys:
            return
        key = chance.choice(list(keys))
        if not isinstance(found[key], dict | list) or not found[key] or chance.random() < 0.3:
            break
        found = found[key]
    if chance.random() < 0.5:
        del found[key]
    else:
        found[key] = chance.choice([None, 5, "x", [], {}, [None], {"x": None}, -1, "\ud800"])


def test_no_answer_ends_in_a_traceback(node, properties, fake, certificates, capsys):
    """Whatever comes back, the handler says that it does not know it, or refuses what it says."""
    told, live = Counter(), node.live
    where = {"Endpoint": fake.endpoint, "CertificateAuthority": certificates.authority}
    for seed in range(budget.ANSWERS):
        chance = random.Random(seed)
        fake.reply = _garbage(chance, live)
        event = _event({**properties, **where})
        event["RequestType"] = chance.choice(["Create", "Update", "Delete"])
        try:
            with cluster_of({**properties, **where}):
                _call(chance.choice(["on_event", "is_complete", "watch"]), event, 5.3, told)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {type(error).__name__} {str(error)[:500]}") from error
    capsys.readouterr()
    with capsys.disabled():
        print(f"\n{budget.ANSWERS} answers: {dict(told)}")
    assert sum(told.values()) == budget.ANSWERS
