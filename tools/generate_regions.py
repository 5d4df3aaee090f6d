"""Make review/data/regions.json: the regions of each partition that the pinned botocore knows."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import botocore
import botocore.loaders

from tools.data_file import make

if TYPE_CHECKING:
    from tools.data_file import Source


def regions(partitions: dict[str, Any]) -> dict[str, list[str]]:
    """Return {partition: names of its regions} of botocore's partitions.json, without the global ones."""
    return {
        partition["id"]: sorted(name for name in partition["regions"] if not name.endswith("-global"))
        for partition in partitions["partitions"]
    }


def _read() -> Source:
    found = regions(botocore.loaders.Loader().load_data("partitions"))
    lines = (f"{json.dumps(partition)}: {json.dumps(names)}" for partition, names in found.items())
    members = '"partitions": {\n' + ",\n".join(lines) + "\n}"
    return "botocore/data/partitions.json", f"botocore {botocore.__version__}", members


if __name__ == "__main__":
    sys.exit(make("regions", _read))
