"""What the data files of the review have in common: where they lie, and that they say where they come from."""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from typing import TYPE_CHECKING

from rehearsal.parts import module_dir

if TYPE_CHECKING:
    from collections.abc import Callable

Source = tuple[str, str, str]  # where it is read, the version of that, and JSON members
FOLDER = pathlib.Path(__file__).parent.parent / "review" / "data"


def of_module(name: str, part: str, path: str, body: Callable[[str], str]) -> int:
    """Do what `make` does with the file `path` of a pinned Go module, whose text `body` turns into JSON members."""

    def read() -> Source:
        folder = module_dir(part)
        module, version = "/".join(folder.parts[-3:]).split("@")
        return f"{module}/{path}", version, body((folder / path).read_text())

    return make(name, read)


def make(name: str, read: Callable[[], Source]) -> int:
    """Write `review/data/<name>.json` from what `read` gives; with --check only compare.

    Returns the exit code: 1 where the file is older than its source.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m tools.generate_{name}", description=f"Write review/data/{name}.json."
    )
    parser.add_argument("--check", action="store_true", help="only compare; exit code 1 where it is older")
    only_compare = parser.parse_args().check
    source, version, members = read()
    head = {"from": source, "version": version, "made by": f"python -m tools.generate_{name}"}
    first = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
    text = f"{{\n{first},\n{members}\n}}\n"
    json.loads(text)
    file = FOLDER / f"{name}.json"
    if not only_compare:
        file.write_text(text)
    elif file.read_text() != text:
        print(f"review/data/{name}.json is older than {version}; type: {head['made by']}", file=sys.stderr)
        return 1
    return 0
