"""The Kubernetes objects as YAML files, as the deploy will apply them."""

from __future__ import annotations

import pathlib
import shutil
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def write(outdir: str, manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write `<outdir>/review/manifests/<name>.yaml` for each resource; files of an earlier run are removed."""
    folder = pathlib.Path(outdir) / "review" / "manifests"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, objects in manifests.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump_all(objects, sort_keys=False, width=120))
