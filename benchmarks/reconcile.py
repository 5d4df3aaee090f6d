"""One reconcile of aws-node: podnet's handler against CDK's own KubernetesPatch handler, on the same API server.

A fresh process each, five times in turns, once with nothing to do and once with a value to change. Theirs runs from the
layers as they are deployed (kubectl, aws CLI); DescribeCluster is answered by a small local server. Loading and
unpacking of the layers is not counted, and both find their byte code after one warm-up: both are in their favour.
"""

import http.server
import importlib
import io
import json
import statistics
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HANDLER = ROOT / "constructs" / "podnet" / "aws_node_env" / "handler"
sys.path[:0] = [str(ROOT / "tests" / "cluster")]

import cdk8s  # noqa: E402

from benchmarks import report  # noqa: E402
from benchmarks.reconcile_parts import Layers, run  # noqa: E402
from benchmarks.usage import usage  # noqa: E402
from charts.aws_node_env_rights import AwsNodeEnvRights  # noqa: E402
from rehearsal.control_plane import ControlPlane, TokenReview  # noqa: E402
from rehearsal.parts import ensure  # noqa: E402

# what the tests of the handler use too
aws_node, fleet, lab = (importlib.import_module(name) for name in ("aws_node", "fleet", "token_reviewer"))
RUNS = 5
OURS = """import json, sys, index
event = json.load(sys.stdin)
index.is_complete({**event, **index.on_event(event, None)}, None)"""
THEIRS = "import json, sys, index; index.handler(json.load(sys.stdin), None)"


def eks_stand_in(plane: ControlPlane) -> str:
    """Answer DescribeCluster; give the URL."""
    authority = {"data": plane.certificate_authority}
    cluster = {"name": lab.CLUSTER, "arn": "arn:aws:eks:eu-central-1:111122223333:cluster/lab", "status": "ACTIVE"}
    return answering({"cluster": {**cluster, "endpoint": plane.endpoint, "certificateAuthority": authority}})


def answering(content: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> str:
    """Answer every GET with the same, as long as the process lives; give the URL."""
    body = json.dumps(content).encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, text in {**(headers or {}), "Content-Length": str(len(body))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def ours(plane: ControlPlane, value: str) -> dict[str, Any]:
    """Give the event of a Create with one variable."""
    properties = {**fleet.properties_of(plane), "Env": {"aws-node": {"ENABLE_POD_ENI": value}}}
    names = {"StackId": "stack", "LogicalResourceId": "AwsNodeEnv", "RequestId": f"run-{time.monotonic_ns()}"}
    return {"RequestType": "Create", **names, "ResourceProperties": properties}


def theirs(value: str) -> dict[str, Any]:
    """Give the event of a KubernetesPatch with the same variable."""
    container = {"name": "aws-node", "env": [{"name": "ENABLE_POD_ENI", "value": value}]}
    patch = json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})
    where = {"ResourceName": "daemonset/aws-node", "ResourceNamespace": "kube-system", "PatchType": "strategic"}
    properties = {"ClusterName": lab.CLUSTER, **where, "ApplyPatchJson": patch, "RestorePatchJson": patch}
    kind = "Custom::AWSCDK-EKS-KubernetesPatch"
    return {"RequestType": "Create", "ResourceType": kind, "ResourceProperties": properties}


def asset_bytes() -> int:
    """Give the size of our asset as it is uploaded."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(HANDLER.glob("*.py")):
            archive.write(path, path.name)
    return packed.tell()


def environment_of(plane: ControlPlane, layers: Layers, folder: Path) -> dict[str, str]:
    """Give the environment of a handler's process, whose files go to `folder`."""
    keys = {"AWS_ACCESS_KEY_ID": lab.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": lab.SECRET_KEY}
    keys |= {"AWS_SESSION_TOKEN": lab.SESSION_TOKEN, "AWS_REGION": lab.REGION, "AWS_DEFAULT_REGION": lab.REGION}
    places = {"PATH": layers.path, "HOME": str(folder), "TEST_OUTDIR": str(folder)}
    eks = {"AWS_ENDPOINT_URL_EKS": eks_stand_in(plane), "PYTHONPYCACHEPREFIX": str(folder / "pycache")}
    return {**keys, **places, **eks}


def measure(plane: ControlPlane, layers: Layers, folder: Path) -> dict[str, Any]:
    """Measure both in turns, after one warm-up each."""
    environment = environment_of(plane, layers, folder)
    results: dict[str, Any] = {}
    for mode in ("no-op", "patching"):
        rows: dict[str, list[tuple[float, float]]] = {"ours": [], "theirs": []}
        for turn in range(RUNS + 1):
            value = "true" if mode == "no-op" or turn % 2 else "false"
            mine = run(OURS, HANDLER, environment, ours(plane, value))
            other = value if mode == "no-op" else {"true": "false", "false": "true"}[value]
            their = run(THEIRS, layers.handler, environment, theirs(other))
            if turn:
                rows["ours"].append(mine)
                rows["theirs"].append(their)
        results[mode] = {
            side: {
                "seconds": [round(seconds, 3) for seconds, _ in runs],
                "median_seconds": round(statistics.median(seconds for seconds, _ in runs), 3),
                "peak_megabytes": round(max(memory for _, memory in runs), 1),
            }
            for side, runs in rows.items()
        }
    return results


def main() -> None:
    """Measure, print both sides, write build/benchmarks/reconcile.json; each ratio is the worse one of both modes."""
    usage("reconcile", __doc__)
    reviewer = lab.TokenReviewer()
    reviewer.entries = {lab.ACCESS_KEY: ["podnet:reconcilers"]}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        layers = Layers(folder)
        plane = ControlPlane(folder / "plane", ensure("etcd", "kube-apiserver"), token_review=TokenReview(reviewer.url))
        plane.start()
        try:
            for rule in AwsNodeEnvRights(cdk8s.App(), "Rights", group="podnet:reconcilers").to_json():
                plane.api.apply(rule, "rights")
            plane.api.apply(aws_node.manifest({"aws-node": {"ENABLE_POD_ENI": "true"}}), "eks")
            results = measure(plane, layers, folder)
        finally:
            plane.stop()
            reviewer.stop()
    worst = {
        key: max(modes["ours"][of] / modes["theirs"][of] for modes in results.values())
        for key, of in (("wall_ratio", "median_seconds"), ("memory_ratio", "peak_megabytes"))
    }
    sizes = {"ours": asset_bytes(), "theirs": layers.size}
    ratios = {**worst, "asset_ratio": sizes["ours"] / sizes["theirs"]}
    figures = {**{key: round(value, 6) for key, value in ratios.items()}, "runs": results, "asset_bytes": sizes}
    print(json.dumps(figures, indent=1))
    report.write("reconcile", figures)


if __name__ == "__main__":
    main()
