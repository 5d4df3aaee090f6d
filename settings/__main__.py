"""Write environments/*schema.json from the models: `python -m settings`, or compare them: `--check`."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from settings.loading import FOLDER
from settings.model import Settings
from settings.pipeline import Pipeline

if TYPE_CHECKING:
    from settings.forms import Section

FILES: dict[str, type[Section]] = {"schema.json": Settings, "pipeline-schema.json": Pipeline}


def schema(model: type[Section] = Settings) -> str:
    """Return the JSON schema of an environment's or a pipeline's file, as editors read it."""
    found = model.model_json_schema(by_alias=True)
    found["properties"].pop("name", None)  # the file's own name, never written inside it
    found["required"] = [key for key in found["required"] if key != "name"]
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **found}, indent=1) + "\n"


def main() -> int:
    """Write the schemas; with --check only compare and return 1 where a file is older than its model."""
    old = [name for name, model in FILES.items() if (FOLDER / name).read_text() != schema(model)]
    if "--check" not in sys.argv[1:]:
        for name, model in FILES.items():
            (FOLDER / name).write_text(schema(model))
        return 0
    for name in old:
        print(f"environments/{name} is older than the model; type: make schema", file=sys.stderr)  # noqa: T201
    return int(bool(old))


if __name__ == "__main__":
    sys.exit(main())
