"""A fake: a server that answers as some APIs of AWS do, where the emulator has one answer only or none."""

import contextlib
import http.server
import json
import re
import threading


class Aws(http.server.BaseHTTPRequestHandler):
    """EKS's cluster and add-on, a role's policies in IAM, a quota, and vCPUs of instance types; None is not found."""

    cluster = addon = None
    policies = ()
    quota = 0.0
    vcpus = {}  # noqa: RUF012  (replaced, not changed)

    def do_GET(self):
        """EKS: one cluster, one add-on."""
        key, value = ("addon", self.addon) if "/addons/" in self.path else ("cluster", self.cluster)
        missing = {"__type": "ResourceNotFoundException", "message": f"No {key} found"}
        self._send(json.dumps({key: value} if value else missing), 200 if value else 404)

    def do_POST(self):
        """IAM and EC2 by their query, Service Quotas by its target."""
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "ServiceQuotas" in self.headers.get("X-Amz-Target", ""):
            answer = {"Quota": {"QuotaCode": json.loads(asked)["QuotaCode"], "Value": self.quota}}
            other = {"__type": "IllegalArgumentException", "message": "no such quota"}
            self._send(json.dumps(other if self.quota is None else answer), 400 if self.quota is None else 200)
        elif "Action=DescribeInstanceTypes" in asked:
            wanted = re.findall(r"Filter\.1\.Value\.\d+=([\w.]+)", asked)
            items = "".join(
                f"<item><instanceType>{kind}</instanceType><vCpuInfo><defaultVCpus>{self.vcpus[kind]}</defaultVCpus>"
                "</vCpuInfo></item>"
                for kind in wanted
                if kind in self.vcpus
            )
            self._send(f"<Response><instanceTypeSet>{items}</instanceTypeSet></Response>", 200)
        else:
            assert "RoleName=owner" in asked
            members = "".join(f"<member><PolicyName>{name}</PolicyName></member>" for name in self.policies)
            result = f"<ListAttachedRolePoliciesResult><AttachedPolicies>{members}</AttachedPolicies>"
            self._send(f"<Response>{result}</ListAttachedRolePoliciesResult></Response>", 200)

    def _send(self, text, status):
        self.send_response(status)
        self.send_header("x-amzn-ErrorType", "ResourceNotFoundException" if status == 404 else "")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Say nothing."""


@contextlib.contextmanager
def answering(monkeypatch, **answers):
    """Lead boto3 to a server with these answers."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Answers", (Aws,), answers))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "example")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
