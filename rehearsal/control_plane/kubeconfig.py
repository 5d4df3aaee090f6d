"""Kubeconfig files; JSON is valid YAML, so every client reads them."""

import json
from collections.abc import Mapping
from pathlib import Path


def write_kubeconfig(path: Path, *, cluster: Mapping[str, str], user: Mapping[str, str]) -> Path:
    """Write a kubeconfig of one cluster and one user that only its owner can read; give its path."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "rehearsal", "cluster": dict(cluster)}],
        "users": [{"name": "rehearsal", "user": dict(user)}],
        "contexts": [{"name": "rehearsal", "context": {"cluster": "rehearsal", "user": "rehearsal"}}],
        "current-context": "rehearsal",
    }
    return write_private(path, json.dumps(content, indent=1))


def write_private(path: Path, text: str) -> Path:
    """Write a file of mode 0600, created with that mode; give its path."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path
