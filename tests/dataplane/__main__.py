"""Show an environment's flows as this machine's kernel has them, beside the model's.

python -m tests.dataplane --environment dev
"""

import clean_end

import argparse
import sys

from rehearsal.parts import PartError
from settings import SettingsError, load
from tests.dataplane.lab.errors import LabError
from tests.dataplane.measured_environment import measure_environment


def main() -> int:
    """Print the table; return 1 where kernel and model differ, or where it cannot be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.dataplane", description="Measure an environment's flows.")
    parser.add_argument("--environment", default="dev", help="a name in environments/, or the path of a YAML file")
    try:
        found = measure_environment(load(parser.parse_args().environment))
    except (SettingsError, LabError, PartError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201  (for the person at the terminal)
        return 1
    print(found.text())  # noqa: T201
    return int(not found.agrees)


if __name__ == "__main__":
    sys.exit(main())
