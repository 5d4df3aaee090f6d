"""`NODE_CACHE=/path make bench NAME=dns_restart`: what pods lose when a real node-cache is restarted, or killed.

Three ways of replacing it, each restarted 20 times under the same load, 2,000 queries a second for cached names and
100 for names whose answer takes 300 ms, every query once:
canonical: the manifest of kubernetes/kubernetes, restarted in place; with -pidfile, as it has it after v1.35 (without,
    its rules come only a minute after each start, and the cache would hardly be used here);
surge: the same with -skipteardown; the new process starts beside the old one, on the same sockets, then the old one is
    stopped: what charts do that promise no downtime;
ours: the chart's pod, restarted in place.
Then kills (SIGKILL, started again after a second), of ours alone and with a standby beside it.
"""

from __future__ import annotations

import os
import sys
from functools import partial

from benchmarks import report
from benchmarks.dns_restart_ways import Figures, canonical, in_place, kills, ours, surge
from benchmarks.usage import usage
from laboratory import NodeCache, missing_tools

PAIRS = (("ours", "canonical"), ("ours", "surge"), ("killed_with_standby", "killed"))


def main() -> int:
    """Measure each way, print it and the ratios of what was lost, and write build/benchmarks/dns_restart.json."""
    usage("dns_restart", __doc__)
    program = NodeCache.program()
    if program is None or not os.access(program, os.X_OK):
        print(
            f"NODE_CACHE must name the node-cache program, got {program}: it is /node-cache in the image "
            "registry.k8s.io/dns/k8s-dns-node-cache, or build github.com/kubernetes/dns, cmd/node-cache",
            file=sys.stderr,
        )
        return 1
    if missing := missing_tools():
        print(missing, file=sys.stderr)
        return 1
    ways = {
        "ours": partial(in_place, program, ours(), static_rules=True),
        "canonical": partial(in_place, program, canonical(), static_rules=False),
        "surge": partial(surge, program, canonical()),
        "killed": partial(kills, program, standby=False),
        "killed_with_standby": partial(kills, program, standby=True),
    }
    found: dict[str, Figures] = {}
    for name, way in ways.items():
        found[name] = one = way()
        losses = ", ".join(f"{kind} {one[kind]['lost']} of {one[kind]['sent']:,}" for kind in ("cached", "slow"))
        print(f"{name:20} {one['times']} times: lost {losses}; longest gap {one['longest_gap_s']:.3f} s", flush=True)
        if one["full_buffers"]:
            print(f"{'':20} {one['full_buffers']} packets found full buffers: a process did not read in time")
    shares = {name: one["lost"] / one["sent"] for name, one in found.items()}
    ratios = {f"{one} / {other}": ratio(shares[one], shares[other]) for one, other in PAIRS}
    for pair, value in ratios.items():
        print(f"lost of what was sent, {pair}: {'nothing was lost by the latter' if value is None else f'{value:.4f}'}")
    report.write("dns_restart", {**found, "ratios": ratios})
    return 0


def ratio(one: float, other: float) -> float | None:
    """Return one share over another; None where the other is nothing."""
    return round(one / other, 6) if other else None


if __name__ == "__main__":
    sys.exit(main())
