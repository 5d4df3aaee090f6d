"""The probe of `make verify ARGS="--as …"`, against real CoreDNS."""

import contextlib
import http.server
import json
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time

import pytest

from rehearsal.parts import ensure
from rehearsal.ports import free_port

PROBE = (pathlib.Path(__file__).parents[2] / "verify" / "probe.py").read_text()
COREFILE = """.:{dns} {{
    bind 127.0.0.1
    hosts {{
        10.100.0.1 kubernetes.default.svc.cluster.local
        10.100.0.2 target.example
        fd00::1 six.example
        fallthrough
    }}
    template IN A alias.example {{
        answer "alias.example. 60 IN CNAME target.example."
    }}
    prometheus 127.0.0.1:{metrics}
}}
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """CoreDNS with one name and metrics; gives (nameserver, metrics) as host:port."""
    folder = tmp_path_factory.mktemp("probe")
    dns, metrics = free_port(), free_port()
    (folder / "Corefile").write_text(COREFILE.format(dns=dns, metrics=metrics))
    with (folder / "log").open("w") as log:
        command = [ensure("coredns")["coredns"], "-conf", str(folder / "Corefile")]
        server = subprocess.Popen(command, stdout=log, stderr=log)
    until = time.monotonic() + 20
    while not listens(metrics):
        assert server.poll() is None, (folder / "log").read_text()
        assert time.monotonic() < until
        time.sleep(0.05)
    yield f"127.0.0.1:{dns}", f"127.0.0.1:{metrics}"
    server.terminate()
    server.wait()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def run(cache, *, names=(), connections=(), metrics=None):
    """Run the probe as the pod does, given to `python -c`; give its exit code and checks."""
    task = {
        "nameserver": cache[0],
        "metrics": [cache[1]] if metrics is None else metrics,
        "names": names,
        "connections": connections,
    }
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(
        command, env={"PODNET_PROBE": json.dumps(task)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)["checks"]


def test_a_name_that_the_cache_answers_and_a_service_that_listens_are_proven(cache):
    """The address, two times, and the cache's own count of our queries."""
    with socket.create_server(("127.0.0.1", 0)) as service:
        where = ["127.0.0.1", service.getsockname()[1]]
        code, checks = run(cache, names=["kubernetes.default.svc.cluster.local"], connections=[where])
    assert code == 0, checks
    resolved, counted, connected = checks
    assert resolved["seen"].startswith(f"10.100.0.1 from {cache[0]}, ")
    assert counted["seen"].startswith("5 queries counted there, 5 sent to ")
    assert connected["seen"].startswith("127.0.0.1, ")


def test_a_name_that_is_refused_and_a_service_that_does_not_listen_fail(cache):
    """CoreDNS answers REFUSED for a name without a plugin for it."""
    code, (resolved, counted, connected) = run(cache, names=["sts.amazonaws.com"], connections=[["127.0.0.1", 1]])
    assert code == 1
    assert (resolved["ok"], resolved["seen"]) == (False, f"error from {cache[0]}, 5 times of 5")
    assert counted["ok"]
    assert not connected["ok"]
    assert "refused" in connected["seen"]


def test_a_name_without_an_address_fails_and_one_behind_an_alias_does_not(cache):
    """CoreDNS answers NOERROR for both; names of AWS are often aliases."""
    code, (without, alias, _) = run(cache, names=["six.example", "alias.example."])
    assert (code, without["ok"], alias["ok"]) == (1, False, True)
    assert without["seen"] == f"no address from {cache[0]}, 5 times of 5"
    assert alias["seen"].startswith("10.100.0.2 from ")


def test_another_cache_than_the_nodes_own_is_found_out(cache):
    """Its counter does not rise, or it has none: the pod's queries went somewhere else."""
    code, checks = run(cache, names=["kubernetes.default.svc.cluster.local"], metrics=[f"127.0.0.1:{free_port()}"])
    assert code == 1
    assert "does it run on this node" in checks[1]["seen"]


def test_the_counts_of_both_processes_of_a_node_are_added(cache):
    """Either may have answered; a count that is asked of twice rises twice."""
    code, (_, counted) = run(cache, names=["kubernetes.default.svc.cluster.local"], metrics=[cache[1], cache[1]])
    assert code == 0
    count, rest = counted["seen"].split(" ", 1)  # the newest ones may be missing for a moment
    assert int(count) > 5, counted
    assert rest.startswith("queries counted there, 5 sent to ")


def test_where_no_cache_has_to_answer_none_is_asked_for(cache):
    """The names resolve, and that is all that is promised."""
    code, checks = run(cache, names=["kubernetes.default.svc.cluster.local"], metrics=[])
    assert code == 0
    assert [check["what"] for check in checks] == ["kubernetes.default.svc.cluster.local resolves"]


def test_a_nameserver_that_does_not_answer_is_told_after_one_try(cache):
    """One query arrives, and not five, each of which would wait for 3 s."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        server = (f"127.0.0.1:{silent.getsockname()[1]}", cache[1])
        code, checks = run(server, names=["kubernetes.default.svc.cluster.local"])
        assert b"kubernetes" in silent.recv(4096)
        with pytest.raises(BlockingIOError):
            silent.recv(4096)
    assert code == 1
    assert "timed out, to query 1 of 5" in checks[0]["seen"]
    assert checks[1]["seen"].startswith("0 queries counted there, 1 sent to ")


def test_the_first_nameserver_that_kubelet_wrote_is_asked(cache, tmp_path):
    """As in a pod, whose task names none; another file takes the place of this machine's."""
    file = tmp_path / "resolv.conf"
    file.write_text("search shop.svc.cluster.local\nnameserver 172.20.0.10\nnameserver 172.20.0.11\noptions ndots:5\n")
    env = {"PODNET_PROBE": json.dumps({"names": [], "connections": [], "metrics": [cache[1]]})}
    command = [sys.executable, "-c", PROBE.replace("/etc/resolv.conf", str(file))]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert json.loads(done.stdout)["checks"][0]["seen"].endswith("0 sent to 172.20.0.10:53"), done


def test_what_takes_a_connection_and_says_nothing_is_not_waited_for(cache):
    """A group that admits nothing drops packets: without a limit the Job would end before anything is told."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, socket.create_server(("127.0.0.1", 0)) as dumb:
        service, metrics = full.getsockname(), dumb.getsockname()
        with contextlib.ExitStack() as waiting:
            for _ in range(2):  # the kernel takes one more than the backlog, and then drops what comes
                client = waiting.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex(service)
            task = {
                "names": [],
                "connections": [service],
                "metrics": [f"127.0.0.1:{metrics[1]}"],
                "nameserver": cache[0],
            }
            command = [sys.executable, "-c", PROBE.replace("_SECONDS = 3.0", "_SECONDS = 0.2")]
            env = {"PODNET_PROBE": json.dumps(task)}
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=10)
    counted, connected = json.loads(done.stdout)["checks"]
    assert (counted["ok"], connected["ok"], connected["seen"]) == (False, False, "timed out"), done


def answering(socket, codes, owner):
    """Answer a query with each code; with 0 comes an address of this owner."""
    for code in codes:
        query, sender = socket.recvfrom(4096)
        record = owner + b"\x00\x01\x00\x01\x00\x00\x00\x05\x00\x04\x0a\x64\x00\x01"
        head = query[:2] + bytes([0x81, 0x80 | code]) + struct.pack(">HHHH", 1, int(not code), 0, 0)
        socket.sendto(head + query[12:] + (b"" if code else record), sender)


POINTER = b"\xc0\x0c"


@pytest.mark.parametrize(
    ("codes", "owner", "ok", "seen"),
    [
        ((0, 0, 0, 0, 0), POINTER, True, "10.100.0.1 from"),
        ((0, 0, 0, 0, 0), b"\x04east" + POINTER, True, "10.100.0.1 from"),
        ((0, 0, 0, 0, 0), b"\x04east\x07example\x00", True, "10.100.0.1 from"),
        ((2, 0, 2, 0, 0), POINTER, False, "error from"),
        ((0, 0, 0, 0, 3), POINTER, False, "error"),
    ],
)
def test_each_query_must_get_an_address(cache, codes, owner, ok, seen):
    """A resolver that now and then says SERVFAIL does not resolve the name; each writes owners in its own way."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=answering, args=(server, codes, owner))
        thread.start()
        where = (f"127.0.0.1:{server.getsockname()[1]}", cache[1])
        code, (resolved,) = run(where, names=["kubernetes.default.svc.cluster.local"], metrics=[])
        thread.join(10)
    assert (code, resolved["ok"]) == (int(not ok), ok), resolved
    assert resolved["seen"].startswith(seen)


MAIL, PICTURE, CACHE = b"220 a mail server\r\n", b"HTTP/1.0 200 OK\r\n\r\n\x89PNG", b"HTTP/1.0 200 OK\r\n\r\n"


@pytest.mark.parametrize("said", [(MAIL, MAIL), (PICTURE, MAIL), (CACHE, MAIL), (MAIL, CACHE)])
def test_another_program_on_the_port_of_the_metrics_is_no_cache(cache, said):
    """It may speak anything but HTTP, or have anything but text; or a cache began, or ended, between the two looks."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        thread = threading.Thread(target=lambda: [greet(other.accept()[0], words) for words in said])
        thread.start()
        metrics = [f"127.0.0.1:{other.getsockname()[1]}"]
        code, (resolved, counted) = run(cache, names=["kubernetes.default.svc.cluster.local"], metrics=metrics)
        thread.join(10)
    assert (code, resolved["ok"], counted["ok"]) == (1, True, False)
    assert "its metrics cannot be read" in counted["seen"]


def greet(connection, words):
    with connection:
        connection.recv(4096)
        connection.sendall(words)


class Counts(http.server.BaseHTTPRequestHandler):
    """Another cache's metrics: three queries come to it between the first look and the others."""

    counted = 10

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f'coredns_dns_requests_total{{server="dns://:53"}} {Counts.counted}\n'.encode())
        Counts.counted = 13

    def log_message(self, *_):
        """Say nothing."""


def test_a_cache_that_had_a_part_of_the_queries_did_not_answer_them(cache):
    """What others ask of it raises its count too; five of ours went somewhere else."""
    with http.server.HTTPServer(("127.0.0.1", 0), Counts) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        where = [f"127.0.0.1:{other.server_port}"]
        code, (resolved, counted) = run(cache, names=["kubernetes.default.svc.cluster.local"], metrics=where)
        other.shutdown()
    assert (code, resolved["ok"], counted["ok"]) == (1, True, False)
    assert counted["seen"].startswith("3 queries counted there, 5 sent to ")
