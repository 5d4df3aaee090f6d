"""Build parts from the command line: python -m rehearsal.parts [names...]."""

import argparse
import sys

from rehearsal.parts import PartError, ensure, module_dir
from rehearsal.parts.catalogue import CATALOGUE


def main(arguments: list[str]) -> int:
    """Build the named parts, or all, and print where each program and module lies."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.parts", description="Build programs of pinned modules.")
    parser.add_argument("names", nargs="*", help=f"{', '.join(CATALOGUE)}; all when left out")
    parser.add_argument("--quiet", action="store_true", help="print nothing of what is there already")
    given = parser.parse_args(arguments)
    try:
        found = [(program, path) for program, path in ensure(*(given.names or CATALOGUE)).items()]
        found += [(f"{name} (files)", module_dir(name)) for name in given.names or CATALOGUE if name in CATALOGUE]
        if not given.quiet:
            print("\n".join(f"{name:28} {path}" for name, path in found))
    except PartError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
