"""Write environments/schema.json from the model: `python -m settings`."""

from __future__ import annotations

import json

from settings.loading import FOLDER
from settings.model import Settings


def schema() -> str:
    """Return the JSON schema of an environment file, as editors read it."""
    found = Settings.model_json_schema(by_alias=True)
    found["properties"].pop("name", None)  # the file's own name, never written inside it
    found["required"] = [key for key in found["required"] if key != "name"]
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **found}, indent=1) + "\n"


if __name__ == "__main__":
    (FOLDER / "schema.json").write_text(schema())
