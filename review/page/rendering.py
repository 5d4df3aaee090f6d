"""From content to HTML: a template, filled with everything escaped."""

from __future__ import annotations

import base64
import functools
import hashlib
import pathlib
from typing import TYPE_CHECKING, Any

import jinja2
import yaml
from markupsafe import Markup

from review.changes import alike_changes
from review.content import alike_findings
from review.page import picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER = pathlib.Path(__file__).parent
_LONGEST_MANIFEST, _LONGEST_TOGETHER = 24_000, 120_000
_MOST_FINDINGS, _MOST_WORKLOADS, _MOST_LINES = 100, 10, 20


def render(content: Mapping[str, Any], manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    """Return the page. It asks the network for nothing; its policy forbids that, and every script but its own.

    Manifests are shown as YAML up to 120 kB together; longer ones are named, and stand in `manifests/` beside the page.
    """
    style, script = _own("style.css"), _own("script.js")
    return _template().render(
        **content,
        style=style,
        script=script,
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}",
        boxes=picture.boxes(content),
        lanes=picture.LANES,
        size=picture.SIZE,
        lines=[picture.line(flow) for flow in content["flows"]],
        manifests=_shown(manifests),
        found=alike_findings(content),
        changed=alike_changes(content["changes"]["changes"]) if content["changes"] else [],
        most_findings=_MOST_FINDINGS,
        most_workloads=_MOST_WORKLOADS,
        most_lines=_MOST_LINES,
    )


@functools.cache
def _template() -> jinja2.Template:
    loader, strict = jinja2.FileSystemLoader(_FOLDER), jinja2.StrictUndefined
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=strict, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")


def _own(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text())  # noqa: S704 (a file of this package, no value in it)


def _hash(text: str) -> str:
    """Return how a policy names a style or script (W3C, Content Security Policy Level 3): no other one is run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _shown(manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[tuple[str, int, str]]:
    """Return (name, number of objects, YAML or "" where it is too long) of each manifest."""
    left, found = _LONGEST_TOGETHER, []
    for name, objects in manifests.items():
        text = yaml.dump_all(objects, Dumper=_DUMPER, sort_keys=False, width=120)
        fits = len(text) <= min(left, _LONGEST_MANIFEST)
        left -= len(text) if fits else 0
        found.append((name, len(objects), text if fits else ""))
    return found


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
