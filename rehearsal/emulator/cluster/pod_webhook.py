"""AWS's own pod webhooks beside a control plane (rehearsal/parts/pod_webhook)."""

import base64
import socket
import time
from pathlib import Path

import yaml
from ministack.core import tls

from rehearsal.control_plane import ControlPlane, ControlPlaneError
from rehearsal.ports import free_port

_PROGRAM = "pod-webhook"
# as they are called on EKS (docs/troubleshooting.md of the controller)
_NAMES = {
    "MutatingWebhookConfiguration": "vpc-resource-mutating-webhook",
    "ValidatingWebhookConfiguration": "vpc-resource-validating-webhook",
}
_SERVED = {"/mutate-v1-pod", "/validate-v1-pod"}
_SECONDS = 20


def start(plane: ControlPlane, controller_module: Path) -> None:
    """Start the webhooks and tell the API server about them, as the module's own configuration says.

    They fail open (`failurePolicy: Ignore`), as on EKS: before they listen a pod would start without its groups.

    Raises:
        ControlPlaneError: If they do not listen within 20 s.
    """
    certificate, key = (Path(path) for path in tls.resolve_tls_material())
    folder = plane.folder / _PROGRAM
    folder.mkdir(mode=0o700)
    for source, name in ((certificate, "tls.crt"), (key, "tls.key")):
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(source.read_bytes())
    port = free_port()
    flags = [f"--cluster={plane.kubeconfig}", f"--certificates={folder}", f"--port={port}"]
    plane.processes.start(_PROGRAM, flags)
    _wait(plane, port)
    text = (controller_module / "config" / "webhook" / "manifests.yaml").read_text(encoding="utf-8")
    for obj in filter(None, yaml.safe_load_all(text)):
        obj["metadata"]["name"] = _NAMES[obj["kind"]]
        obj["webhooks"] = [hook for hook in obj["webhooks"] if hook["clientConfig"]["service"]["path"] in _SERVED]
        for hook in obj["webhooks"]:
            url = f"https://127.0.0.1:{port}{hook['clientConfig']['service']['path']}"
            hook["clientConfig"] = {"url": url, "caBundle": base64.b64encode(certificate.read_bytes()).decode()}
        plane.api.apply(obj, "eks")


def _wait(plane: ControlPlane, port: int) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if plane.processes.ended() or time.monotonic() > until:
            log = plane.processes.log_tail(_PROGRAM)
            raise ControlPlaneError(
                f"{_PROGRAM} must listen on port {port} in {_SECONDS} s, got this in its log:\n{log}"
            )
        time.sleep(0.03)
