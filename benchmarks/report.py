"""Where figures go."""

from __future__ import annotations

import json
import pathlib
from typing import Any

FOLDER = pathlib.Path(__file__).parent.parent / "build" / "benchmarks"


def write(name: str, figures: dict[str, Any]) -> None:
    """Write `build/benchmarks/<name>.json`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    file = FOLDER / f"{name}.json"
    file.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"written: {file.relative_to(FOLDER.parent.parent)}")
