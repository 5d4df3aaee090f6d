"""Measure TCP on the node with tcp_early_demux on and off, in turns, and print both sides.

The VPC CNI's README warns that DISABLE_TCP_EARLY_DEMUX makes local TCP connections slightly slower; this is how
slightly, on this machine. Both ends are in one thread on one CPU: the kernel's path is measured and not its scheduler.
PAIRS, CONNECTS and ROUND_TRIPS change the size.
"""

import os
import sys

from benchmarks import report
from benchmarks.early_demux.measuring import measure
from benchmarks.usage import number, usage
from rehearsal.parts import PartError
from settings import load
from tests.dataplane.lab.errors import LabError

SIZE = {"pairs": 400, "connects": 200, "round_trips": 300}  # about ten seconds on an idle machine


def main() -> int:
    """Measure, print, write build/benchmarks/early_demux.json; return 1 where it cannot be measured."""
    usage("early_demux", __doc__)
    size = {name: number(name.upper(), usual) for name, usual in SIZE.items()}
    try:
        found = measure(load("dev"), **size)
    except (LabError, PartError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{size['pairs']} pairs of blocks, each {size['connects']} connects and {size['round_trips']} round trips;")
    print("median of the differences within a pair and its 95 % interval")
    for path, sides in found.items():
        print(path)
        for name, interval in sides.items():
            print(f"  {name.replace('_', ' '):10} {interval.text()}")
    paths = {path: {name: interval.figures() for name, interval in sides.items()} for path, sides in found.items()}
    report.write("early_demux", {"kernel": os.uname().release, **size, "unit": "ns", "paths": paths})
    return 0


if __name__ == "__main__":
    sys.exit(main())
