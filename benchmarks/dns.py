"""`make bench NAME=dns`: our Corefile against the canonical manifest's, and CoreDNS asked directly, in turns.

Both caches run at once, each on addresses of its own. With NODE_CACHE=/path they are node-cache with its rules, else
CoreDNS with node-cache's plugins: the same code answers, without the kernel rules. A hit is one of 50 names whose TTL
is 5 s, a miss a new name each time. Speed is 32 clients that ask again at once, waits are taken at 2,000 queries a
second. Every figure is the median of the rounds; noise is how far the canonical side's own rounds lie apart.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.usage import number, usage
from charts.node_local_dns import Options
from laboratory import Lab, NodeCache, Recipe, Server, missing_tools
from laboratory.addresses import CLUSTER_IP, CORE_DNS, LOCAL, SECOND
from rehearsal.parts import ensure

ROUNDS, SECONDS = number("ROUNDS", 5), 4
ZONE = "svc.cluster.local"
ADDRESS = {"ours": CLUSTER_IP, "canonical": SECOND[1], "direct": CORE_DNS}


def start(lab: Lab) -> dict[str, Server]:
    """Start CoreDNS and both caches."""
    recipes = {"ours": Recipe.ours(Options(), (LOCAL, CLUSTER_IP)), "canonical": Recipe.canonical(SECOND).with_ports(1)}
    servers = {"direct": lab.start_servers(log=False)}
    program = NodeCache.program()
    for side, recipe in recipes.items():
        if program:
            servers[side] = NodeCache(lab, program, side, recipe).start()
        else:
            servers[side] = lab.start("node", side, lab.completed(recipe.corefile))
    time.sleep(2)
    return servers


def measure(lab: Lab, servers: dict[str, Server], side: str, kind: str, number: int) -> dict[str, float]:
    """Ask one side for hits or misses, as fast as it answers and at a steady rate."""
    names: dict[str, Any] = {"names": 50} if kind == "hit" else {"unique": True}
    server = ADDRESS[side]
    if kind == "hit":
        lab.load(ZONE, server=server, rate=500, seconds=0.2, **names).outcome()
    used = servers[side].cpu_seconds()
    fast = lab.load(f"f{number}.{ZONE}" if kind == "miss" else ZONE, server=server, rate=0, connections=32,
                    seconds=SECONDS, **names).outcome()  # fmt: skip
    used = servers[side].cpu_seconds() - used
    steady = lab.load(f"s{number}.{ZONE}" if kind == "miss" else ZONE, server=server, rate=2000, seconds=SECONDS,
                      **names).outcome()  # fmt: skip
    cpu = used / fast.sent * 1e6
    return {
        "qps": fast.qps,
        "p50_ms": steady.p50_ms,
        "p99_ms": steady.p99_ms,
        "cpu_us": cpu,
        "lost": fast.lost + steady.lost,
    }


def rounds(lab: Lab) -> dict[str, Any]:
    """Measure in turns; return {side: {kind: {figure: one value a round}}}, and what memory each side ends with."""
    servers = start(lab)
    found: dict[str, Any] = {}
    for turn in range(ROUNDS):
        turns = [("ours", "hit"), ("canonical", "hit"), ("ours", "miss"), ("canonical", "miss"), ("direct", "miss")]
        for side, kind in turns if turn % 2 else reversed(turns):
            for figure, value in measure(lab, servers, side, kind, turn).items():
                found.setdefault(side, {}).setdefault(kind, {}).setdefault(figure, []).append(round(value, 3))
    for side, server in servers.items():
        found[side]["resident_mib"] = round(server.resident_mib(), 1)
    return found


def median(found: dict[str, Any], side: str, kind: str, figure: str) -> float:
    """Return the median over the rounds."""
    return float(statistics.median(found[side][kind][figure]))


def main() -> int:
    """Measure, print all sides, and write build/benchmarks/dns.json."""
    usage("dns", __doc__)
    if missing := missing_tools():
        print(missing, file=sys.stderr)
        return 1
    program = (
        "node-cache" if NodeCache.program() else "CoreDNS with node-cache's plugins (NODE_CACHE=/path: node-cache)"
    )
    print(f"what answers: {program}")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), ensure("coredns", "dnsload"))
        try:
            found = rounds(lab)
        finally:
            lab.close()
    for side, kinds in found.items():
        for kind in (kind for kind in kinds if kind in {"hit", "miss"}):
            qps, p50, p99, cpu = (median(found, side, kind, name) for name in ("qps", "p50_ms", "p99_ms", "cpu_us"))
            lost, shown = sum(kinds[kind]["lost"]), "asked" if side == "direct" else kind
            waits = f"p50 {p50:.3f} ms   p99 {p99:.3f} ms"
            print(f"{side:10} {shown:6} {qps:8,.0f} a second   {waits}   {cpu:.1f} us of CPU each   {lost} lost")
        print(f"{side:10} {kinds['resident_mib']:.0f} MiB resident at the end")
    figures: dict[str, Any] = {"program": program}
    for kind, name, key in (("hit", "qps", "hit_qps"), ("hit", "p99_ms", "hit_p99"), ("miss", "qps", "miss_qps")):
        theirs = found["canonical"][kind][name]
        figures[f"{key}_ratio"] = round(median(found, "ours", kind, name) / statistics.median(theirs), 3)
        figures[f"{key}_noise"] = round((max(theirs) - min(theirs)) / statistics.median(theirs), 3)
        print(f"{key}: ours / canonical {figures[f'{key}_ratio']:.3f}, noise {figures[f'{key}_noise']:.3f}")
    report.write("dns", {**figures, "rounds": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
