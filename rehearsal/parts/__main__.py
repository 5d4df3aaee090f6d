"""Build parts from the command line: python -m rehearsal.parts [names...]."""

import sys

from rehearsal.parts import PartError, ensure, module_dir
from rehearsal.parts.catalogue import CATALOGUE


def main(names: list[str]) -> int:
    """Build the named parts, or all, and print where each program and module lies."""
    try:
        for program, path in ensure(*(names or CATALOGUE)).items():
            print(f"{program:28} {path}")
        for name in names or CATALOGUE:
            if name in CATALOGUE:
                print(f"{name + ' (files)':28} {module_dir(name)}")
    except PartError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
