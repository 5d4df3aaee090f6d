"""Write environments/schema.json from the model: `python -m settings`, or compare it: `--check`."""

from __future__ import annotations

import json
import sys

from settings.loading import FOLDER
from settings.model import Settings


def schema() -> str:
    """Return the JSON schema of an environment file, as editors read it."""
    found = Settings.model_json_schema(by_alias=True)
    found["properties"].pop("name", None)  # the file's own name, never written inside it
    found["required"] = [key for key in found["required"] if key != "name"]
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **found}, indent=1) + "\n"


def main() -> int:
    """Write the schema; with --check only compare and return 1 where the file is older than the model."""
    file = FOLDER / "schema.json"
    if "--check" not in sys.argv[1:]:
        file.write_text(schema())
    elif file.read_text() != schema():
        print("environments/schema.json is older than the model; type: make schema", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
