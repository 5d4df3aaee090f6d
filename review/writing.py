"""The review beside the templates: page, JSON and manifests."""

from __future__ import annotations

import json
import pathlib
import sys
from typing import TYPE_CHECKING, Any

from review import manifests as objects
from review.content import content
from review.content.templates import templates
from review.rules import check
from review.since import since_saved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from settings import Settings


def write(outdir: str, settings: Settings, manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write `<outdir>/review/`: index.html, review.json, and manifests/<name>.yaml for each resource.

    `manifests` are the Kubernetes objects that the stacks apply, by resource. Where `outdir` is a cloud assembly, what
    its templates make and allow is told too. Files of an earlier run are replaced. Raises SystemExit, with path and
    reason, where they cannot be written.
    """
    try:
        _write(outdir, settings, manifests)
    except OSError as error:
        place = error.filename or outdir
        sys.exit(f"{place} must be a place to write to, got {error.strerror}: remove {outdir}, or name another with -o")


def _write(outdir: str, settings: Settings, manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    from review.page import render  # noqa: PLC0415 (a check without a page needs no template engine)

    objects.write(outdir, manifests)
    folder = pathlib.Path(outdir) / "review"
    found = content(settings, check(settings))
    found["changes"], found["templates"] = since_saved(found), templates(outdir)
    names = {name: [_name(item) for item in items] for name, items in manifests.items()}
    text = json.dumps({**found, "manifests": names}, indent=1, ensure_ascii=False)
    (folder / "review.json").write_text(text + "\n", encoding="utf-8")
    (folder / "index.html").write_text(render(found, manifests), encoding="utf-8")


def _name(item: Mapping[str, Any]) -> str:
    return f"{item.get('kind', '?')} {item.get('metadata', {}).get('name', '?')}"
