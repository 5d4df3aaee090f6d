"""A stand-in for one node: its kubelet, container runtime and resource controller. No real one runs without a cluster.

What a pod asks for is real: its command runs with its environment, in network and mount namespaces where real CoreDNS
is the node's cache; its status and its log are given to the API server as a kubelet gives them.
"""

import http.server
import json
import os
import ssl
import subprocess
import threading
import time

MERGE = "application/merge-patch+json"
ENI = {"vpc.amazonaws.com/pod-eni": '[{"eniId": "eni-1"}]'}
CLUSTER_DNS = "172.20.0.10"
START = """set -eu
ip link set lo up
ip address add {dns}/32 dev lo
mount --bind {folder}/resolv.conf /etc/resolv.conf
exec {coredns} -conf {folder}/Corefile
"""


class Node:
    """Namespaces with CoreDNS in them, which answers `hosts` on the cluster's DNS address."""

    def __init__(self, folder, coredns, corefile) -> None:
        self.folder = folder
        (folder / "Corefile").write_text(corefile)
        (folder / "resolv.conf").write_text(f"nameserver {CLUSTER_DNS}\n")
        script = START.format(dns=CLUSTER_DNS, folder=folder, coredns=coredns)
        command = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c", script]
        self._log = (folder / "coredns.log").open("w")
        self._cache = subprocess.Popen(command, stdout=self._log, stderr=self._log, env=self._env())
        self._others = []
        until = time.monotonic() + 30
        while "CoreDNS-" not in (folder / "coredns.log").read_text():
            assert self._cache.poll() is None, (folder / "coredns.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)

    def inside(self, command):
        """Give the command that runs in the namespaces."""
        enter = ["nsenter", "--preserve-credentials", "--user", "--net", "--mount"]
        return [*enter, "--target", str(self._cache.pid), "--", *command]

    def listen(self, address, port):
        """Start something that accepts connections."""
        server = f"s = socket.create_server(({address!r}, {port}))"
        code = f"import socket, time; {server}; print(1, flush=True); time.sleep(600)"
        server = subprocess.Popen(self.inside(["python3", "-c", code]), stdout=subprocess.PIPE)
        server.stdout.readline()
        self._others.append(server)

    def run(self, command, env):
        """Run a container's command to its end; give exit code and what it printed."""
        done = subprocess.run(
            self.inside(command), env={**self._env(), **env}, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def close(self):
        for process in (*self._others, self._cache):
            process.kill()
            process.wait()
        self._log.close()

    @staticmethod
    def _env():
        return {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


class Kubelet(threading.Thread):
    """Registers the node, runs what the scheduler puts there, annotates as AWS's controller does, and serves logs."""

    def __init__(self, api, node, certificate, *, annotates=True) -> None:
        super().__init__(daemon=True)
        self.api, self.node, self.annotates = api, node, annotates
        self.logs, self.ran = {}, []
        self.holds = None  # pods whose names begin so are not started
        self._halt = threading.Event()
        self._server = self._serve(certificate)
        port = self._server.server_address[1]
        room = {"cpu": "2", "memory": "4Gi", "pods": "10"}
        status = {
            # the API server asks at the host name first; the other is of the VPC of dev
            "addresses": [{"type": "Hostname", "address": "127.0.0.1"}, {"type": "InternalIP", "address": "10.20.3.4"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
            "conditions": [{"type": "Ready", "status": "True"}],
            "capacity": room,
            "allocatable": room,
        }
        labels = {"kubernetes.io/os": "linux", "podnet.io/cached": "yes"}
        api("POST", "/api/v1/nodes", {"metadata": {"name": "node-1", "labels": labels}})
        api("PATCH", "/api/v1/nodes/node-1/status", {"status": status}, MERGE)
        # the taint of a node that is not ready yet, which the API server gives to each new one
        api("PATCH", "/api/v1/nodes/node-1", {"spec": {"taints": None}}, MERGE)

    def run(self):
        while not self._halt.wait(0.1):
            for pod in self.api("GET", "/api/v1/pods?fieldSelector=spec.nodeName=node-1,status.phase=Pending")["items"]:
                if self.holds is None or not pod["metadata"]["name"].startswith(self.holds):
                    self._start(pod)

    def close(self):
        self._halt.set()
        self.join()
        self._server.shutdown()
        self._server.server_close()
        self.api("DELETE", "/api/v1/nodes/node-1")

    def _start(self, pod):
        path = f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/{pod['metadata']['name']}"
        (container,) = [one for one in pod["spec"]["containers"] if one["name"] == "probe"]
        env = {
            e["name"]: e.get("value") or "127.0.0.1" for e in container["env"]
        }  # the one reference is the host's address
        env = {key: value.replace("$(HOST)", env["HOST"]) for key, value in env.items()}
        code, self.logs[pod["metadata"]["name"]] = self.node.run(container["command"], env)
        self.ran.append(pod)
        if self.annotates:
            self.api("PATCH", path, {"metadata": {"annotations": ENI}}, MERGE)
        phase = "Failed" if code else "Succeeded"
        if len(pod["spec"]["containers"]) > 1:  # the other one goes on
            phase = "Running"
        state = {"terminated": {"exitCode": code}}
        ended = {"name": "probe", "image": "", "imageID": "", "ready": False, "restartCount": 0, "state": state}
        status = {"phase": phase, "hostIP": "127.0.0.1", "containerStatuses": [ended]}
        self.api("PATCH", f"{path}/status", {"status": status}, MERGE)

    def _serve(self, certificate):
        kubelet = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                _, _, pod, container = (
                    self.path.partition("?")[0].strip("/").split("/")
                )  # containerLogs/<namespace>/<pod>/<container>
                body = kubelet.logs[pod].encode() if container == "probe" else b"somebody else\n"
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server


def seen(findings):
    """Give {promise: (result, what was seen, or the problems)}."""
    return {
        f.what: (f.result, f.seen if f.result == "holds" else f.not_tried or json.dumps(f.problems)) for f in findings
    }
