"""What a trial of hours has found, kept while it goes on."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any


def save(results: Sequence[Any], folder: Path, name: str = "") -> None:
    """Write results, which are dataclasses, beside the folder of a trial: `<folder><name>.json`.

    Called after each of them: what an earlier run found stays until there is something new.
    """
    text = json.dumps([asdict(result) for result in results], indent=1) + "\n"
    folder.with_name(f"{folder.name}{name}.json").write_text(text, encoding="utf-8")
