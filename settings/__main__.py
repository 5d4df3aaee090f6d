"""Write environments/*schema.json and docs/settings.md from the models: `python -m settings`; compare: `--check`."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from settings.loading import FOLDER
from settings.model import Settings
from settings.pipeline import Pipeline
from settings.reference import page

if TYPE_CHECKING:
    from settings.forms import Section

FILES: dict[str, type[Section]] = {"schema.json": Settings, "pipeline-schema.json": Pipeline}


def schema(model: type[Section] = Settings) -> str:
    """Return the JSON schema of an environment's or a pipeline's file, as editors read it."""
    found = _without_null(model.model_json_schema())
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **found}, indent=1) + "\n"


def _without_null(found: Any) -> Any:  # noqa: ANN401 (any JSON)
    """Return a schema in which a key that may be left out may not be null: the loader refuses that."""
    if isinstance(found, list):
        return [_without_null(one) for one in found if one != {"type": "null"}]
    if not isinstance(found, dict):
        return found
    kept = {key: _without_null(one) for key, one in found.items() if (key, one) != ("default", None)}
    (only, *others) = kept.get("anyOf", [None, None])
    return kept if others else {**{key: one for key, one in kept.items() if key != "anyOf"}, **only}


def main() -> int:
    """Write schemas and reference; with --check only compare and return 1 where a file is older than its model."""
    parser = argparse.ArgumentParser(prog="python -m settings", description="Write schemas and docs/settings.md.")
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where one is older")
    only_compare = parser.parse_args().check
    wanted = {FOLDER / name: schema(model) for name, model in FILES.items()}
    wanted[FOLDER.parent / "docs" / "settings.md"] = page(*map(json.loads, wanted.values()))
    old = [file for file, text in wanted.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    if not only_compare:
        for file in old:
            file.write_text(wanted[file], encoding="utf-8")
        return 0
    for file in old:
        print(f"{file.parent.name}/{file.name} is older than the model; type: make schema", file=sys.stderr)  # noqa: T201
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
