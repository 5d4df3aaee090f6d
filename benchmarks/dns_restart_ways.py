"""The ways of replacing or losing a node-cache that benchmarks/dns_restart.py compares."""

from __future__ import annotations

import itertools
import signal
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.usage import number
from charts.node_local_dns import Options
from laboratory import Lab, NodeCache, Outcome, Recipe
from laboratory.addresses import CLUSTER_IP, LOCAL, OTHER_PEER
from rehearsal.parts import ensure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RESTARTS, KILLS = number("RESTARTS", 20), number("KILLS", 5)
LISTEN, SLOW = (LOCAL, CLUSTER_IP), "slow.example.com"
Figures = dict[str, Any]


@contextmanager
def laboratory(*, static_rules: bool) -> Iterator[Lab]:
    """Give namespaces with CoreDNS, a slow resolver and kube-proxy's way around the cache."""
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder), ensure("coredns", "dnsload"))
        try:
            lab.start_kube_proxy()
            lab.start_servers(SLOW, without=OTHER_PEER, log=False)
            lab.start_late(OTHER_PEER, 0.3)
            if static_rules:
                lab.install_static_rules()
            yield lab
        finally:
            lab.close()


def ours(*, standby: bool = False) -> Recipe:
    """Return the chart's recipe; the slow zone is a stub domain."""
    return Recipe.ours(Options(stub_domains={SLOW: [OTHER_PEER]}), LISTEN, standby=standby)


def canonical() -> Recipe:
    """Return the manifest's recipe with the same stub domain, as a block like its last one."""
    found = Recipe.canonical(LISTEN)
    last = found.corefile[found.corefile.index(".:53 {") :]
    slow = last.replace(".:53", f"{SLOW}:53").replace("__PILLAR__UPSTREAM__SERVERS__", OTHER_PEER)
    return Recipe(found.corefile + slow.replace("    loop\n", ""), found.arguments)


def under_load(lab: Lab, happen: Callable[[], None], times: int) -> Figures:
    """Let it happen so often under load; return what was sent and lost."""
    longest = times * 15 + 10
    loads = {
        "cached": lab.load("svc.cluster.local", names=50, rate=2000, seconds=longest),
        "slow": lab.load(SLOW, unique=True, rate=100, seconds=longest, timeout="5s"),
    }
    time.sleep(2)
    for _ in range(times):
        happen()
    found: dict[str, Outcome] = {name: load.stop() for name, load in loads.items()}
    kinds = {
        name: {"sent": one.sent, "lost": one.lost, "errors": one.errors, "longest_gap_s": round(one.longest_gap_s, 3)}
        for name, one in found.items()
    }
    total = {"sent": sum(one.sent for one in found.values()), "lost": sum(one.lost for one in found.values())}
    return {
        **total,
        "longest_gap_s": kinds["cached"]["longest_gap_s"],
        "times": times,
        **kinds,
        "full_buffers": lab.full_buffers(),
    }


def in_place(program: Path, recipe: Recipe, *, static_rules: bool) -> Figures:
    """Restart one process again and again."""
    with laboratory(static_rules=static_rules) as lab:
        cache = NodeCache(lab, program, "cache", recipe)
        cache.start()
        found = under_load(lab, cache.restart, RESTARTS)
        cache.stop()
        return found


def surge(program: Path, recipe: Recipe) -> Figures:
    """Start the next process beside the old one, then stop the old one."""
    with laboratory(static_rules=False) as lab:
        recipe = recipe.with_arguments("-skipteardown=true")
        both = [NodeCache(lab, program, f"cache{number}", recipe) for number in range(2)]
        both[0].start()
        turns = itertools.cycle([(both[0], both[1]), (both[1], both[0])])

        def replace() -> None:
            old, new = next(turns)
            new.start()
            time.sleep(1)
            old.stop()
            time.sleep(1)

        return under_load(lab, replace, RESTARTS)


def kills(program: Path, *, standby: bool) -> Figures:
    """Kill a process and start it again after a second, as kubelet would at best."""
    with laboratory(static_rules=True) as lab:
        recipes = [ours(), *[ours(standby=True)] * standby]
        caches = [NodeCache(lab, program, f"cache{number}", recipe) for number, recipe in enumerate(recipes)]
        for cache in caches:
            cache.start()

        def kill() -> None:
            caches[0].server.process.send_signal(signal.SIGKILL)
            caches[0].server.process.wait()
            time.sleep(1)
            caches[0].start()
            time.sleep(1)

        return under_load(lab, kill, KILLS)
