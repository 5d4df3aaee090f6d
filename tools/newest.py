"""The newest version of a dependency, asked of its registry by the registry's own client."""

import json
import re
import subprocess
import sys

from tools.pins import NODE_FILE, ROOT, Pin

_SECONDS = 120


class RegistryError(Exception):
    """A registry did not tell a version."""


def newest(pin: Pin) -> str:
    """Return the newest release.

    For Kubernetes itself the newest patch of the same minor version, because the control plane of a rehearsal follows
    the environments' `kubernetes_version`.

    Raises RegistryError where the client failed or said something else.
    """
    if pin.file == NODE_FILE:
        return str(json.loads(_ask("npm", "view", "--json", pin.name, "version")))
    if pin.file.endswith("go.mod"):
        text = _ask("go", "list", "-m", "-json", "-versions", pin.name, cwd=str((ROOT / pin.file).parent))
        same = pin.version.rpartition(".")[0] + "." if pin.name == "k8s.io/kubernetes" else "v"
        told = [version for version in json.loads(text).get("Versions", []) if version.startswith(same)]
        return str(next((version for version in reversed(told) if "-" not in version), pin.version))
    text = _ask(sys.executable, "-m", "pip", "index", "versions", pin.name)
    if not (found := re.match(r"\S+ \(([^)]+)\)", text)):
        raise RegistryError(f"pip index versions {pin.name} must tell a version, got {text[:100]!r}")
    return found[1]


def _ask(*command: str, cwd: str | None = None) -> str:
    try:
        run = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise RegistryError(f"{' '.join(command)} must tell a version, got {said.strip()[-200:]!r}") from error
    return run.stdout
