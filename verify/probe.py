"""What runs inside a pod: DNS through the node's cache, and connections to the peers' services. Standard library only.

It is given to `python -c` in a Job, with its task as JSON in PODNET_PROBE: names, connections ([host, port]), metrics
(host:port of each process of the cache; none where no cache has to answer), and in tests nameserver (host:port). It
prints one JSON object, and ends with 1 where one of them failed.
"""

import contextlib
import http.client
import json
import os
import re
import socket
import struct
import sys
import time
import urllib.request

_SECONDS = 3.0
_TRIES = 5
_COUNTER = re.compile(r"^coredns_dns_requests_total\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)


def main() -> int:
    """Do the task of PODNET_PROBE; print what was found."""
    task = json.loads(os.environ["PODNET_PROBE"])
    server = task.get("nameserver") or f"{nameserver()}:53"
    before = requests_of(task["metrics"])
    checks, asked = list[dict[str, object]](), 0
    for name in task["names"]:
        check, sent = resolve(server, name)
        checks, asked = [*checks, check], asked + sent
    if task["metrics"]:
        checks.append(answered(before, task["metrics"], asked, server))
    checks += [connect(host, port) for host, port in task["connections"]]
    sys.stdout.write(json.dumps({"checks": checks}) + "\n")
    return int(not all(check["ok"] for check in checks))


def nameserver() -> str:
    """Give the first nameserver that kubelet wrote."""
    with open("/etc/resolv.conf", encoding="utf-8") as file:  # noqa: PTH123 (one import less to load in the pod)
        return next(line.split()[1] for line in file if line.startswith("nameserver"))


def resolve(server: str, name: str) -> tuple[dict[str, object], int]:
    """Ask for the A records of a name some times; each must be answered within 3 s, with an address.

    Returns the check and how many queries were sent: the first one without any answer is the last.
    """
    what, times, answers = f"{name} resolves", list[float](), list[str]()
    for sent in range(1, _TRIES + 1):
        began = time.perf_counter()
        try:
            answers.append(ask(server, name))
        except OSError as error:
            seen = f"{server}: {error or 'no answer in 3 s'}, to query {sent} of {_TRIES}"
            return {"what": what, "ok": False, "seen": seen}, sent
        times.append((time.perf_counter() - began) * 1000)
    if bad := [answer or "no address" for answer in answers if answer in ("", "error")]:
        return {"what": what, "ok": False, "seen": f"{bad[0]} from {server}, {len(bad)} times of {_TRIES}"}, _TRIES
    seen = f"{answers[-1]} from {server}, {times[0]:.1f} ms, then {min(times[1:]):.1f} ms"
    return {"what": what, "ok": True, "seen": seen}, _TRIES


def ask(server: str, name: str) -> str:
    """Send one query over UDP; give the first address, "" without one, "error" for an rcode that is not 0.

    Raises:
        OSError: nobody answered.
    """
    host, _, port = server.rpartition(":")
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.strip(".").split("."))
    query = struct.pack(">HHHHHH", os.getpid() & 0xFFFF, 0x0100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(_SECONDS)
        client.connect((host, int(port)))
        client.send(query)
        answer = client.recv(4096)
    if answer[3] & 0xF:
        return "error"
    at, count = len(query), struct.unpack(">H", answer[6:8])[0]
    for _ in range(count):
        while answer[at] and not answer[at] & 0xC0:  # labels, which end with a pointer or with none (RFC 1035, 4.1.4)
            at += answer[at] + 1
        at += 2 if answer[at] else 1
        kind, _, _, length = struct.unpack(">HHIH", answer[at : at + 10])
        at += 10 + length
        if kind == 1:
            return socket.inet_ntoa(answer[at - length : at])
    return ""


def requests_of(metrics: list[str]) -> float | None:
    """Give how many queries the processes of this node's cache have had; None where one's metrics cannot be read."""
    counted = 0.0
    with contextlib.suppress(OSError, http.client.HTTPException):  # another program may have the port
        for where in metrics:
            direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever the pod's image has set
            with direct.open(f"http://{where}/metrics", timeout=_SECONDS) as reply:
                counted += sum(float(number) for number in _COUNTER.findall(reply.read().decode(errors="replace")))
        return counted
    return None


def answered(before: float | None, metrics: list[str], asked: int, server: str) -> dict[str, object]:
    """Say whether the cache of this node had our queries: its counter rose by at least as many.

    CoreDNS counts a query when it has sent the answer, so the last ones may be missing for a moment.
    """
    what, until = "the cache of the node answers", time.monotonic() + 1
    while True:
        after = requests_of(metrics)
        if before is None or after is None:
            return {"what": what, "ok": False, "seen": "its metrics cannot be read: does it run on this node?"}
        enough = after - before >= asked
        if enough or time.monotonic() > until:
            seen = f"{after - before:.0f} queries counted there, {asked} sent to {server}"
            return {"what": what, "ok": enough, "seen": seen}
        time.sleep(0.1)


def connect(host: str, port: int) -> dict[str, object]:
    """Open a TCP connection."""
    what, began = f"{host}:{port} accepts connections", time.perf_counter()
    try:
        with socket.create_connection((host, port), timeout=_SECONDS) as connection:
            where = connection.getpeername()[0]
    except OSError as error:
        return {"what": what, "ok": False, "seen": str(error)}
    return {"what": what, "ok": True, "seen": f"{where}, {(time.perf_counter() - began) * 1000:.0f} ms"}


if __name__ == "__main__":
    sys.exit(main())
