"""The newest version of a dependency, asked of its registry by the registry's own client."""

import json
import re
import subprocess
import sys
from pathlib import Path

from rehearsal.parts import PartError, ensure
from tools.pins import IMAGE_FILES, NODE_FILE, ROOT, Pin

_SECONDS = 300


class RegistryError(Exception):
    """A registry did not tell a version."""


def newest(pin: Pin) -> str:
    """Return the newest release.

    For Kubernetes itself the newest patch of the same minor version, because the control plane of a rehearsal follows
    the environments' `kubernetes_version`. For an image the highest tag of the same form, with its digest.

    Raises RegistryError where the client failed or said something else.
    """
    if pin.file == NODE_FILE:
        return str(json.loads(ask("npm", "view", "--json", pin.name, "version")))
    if pin.file.endswith("go.mod"):
        text = ask("go", "list", "-m", "-json", "-versions", pin.name, cwd=str((ROOT / pin.file).parent))
        same = pin.version.rpartition(".")[0] + "." if pin.name == "k8s.io/kubernetes" else "v"
        told = [version for version in json.loads(text).get("Versions", []) if version.startswith(same)]
        return str(next((version for version in reversed(told) if "-" not in version), pin.version))
    if pin.file in IMAGE_FILES:
        return _image(pin)
    text = ask(sys.executable, "-m", "pip", "index", "versions", pin.name)
    if not (found := re.match(r"\S+ \(([^)]+)\)", text)):
        raise RegistryError(f"pip index versions {pin.name} must tell a version, got {text[:100]!r}")
    return found[1]


def _image(pin: Pin) -> str:
    try:
        crane = str(ensure("crane")["crane"])
    except PartError as error:
        raise RegistryError(str(error)) from error
    form = re.compile("([0-9]+)".join(map(re.escape, re.split("[0-9]+", pin.version.partition("@")[0]))))
    found = [match for tag in ask(crane, "ls", pin.name).split() if (match := form.fullmatch(tag))]
    if not found:
        raise RegistryError(f"{pin.name} must have a tag like {pin.version}, got none")
    tag = max(found, key=lambda match: [int(number) for number in match.groups()])[0]
    return f"{tag}@{ask(crane, 'digest', f'{pin.name}:{tag}').strip()}"


def ask(*command: str, cwd: str | None = None, with_errors: bool = False) -> str:
    """Run a registry's client; return its output, with its warnings if they are wanted.

    Raises RegistryError where it fails.
    """
    errors = subprocess.STDOUT if with_errors else subprocess.PIPE
    try:
        run = subprocess.run(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=errors, text=True, timeout=_SECONDS, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or getattr(error, "stdout", "") or str(error)
        asked = " ".join([Path(command[0]).name, *command[1:]])
        raise RegistryError(f"{asked} must get an answer, got {str(said).strip()[-200:]!r}") from error
    return run.stdout
