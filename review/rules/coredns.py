"""Rules about the configuration of the coredns add-on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.corefile import answered, blocks
from review.rules.at import At
from review.rules.nearest import nearest
from review.rules.rule import rule
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from settings import Settings

_PATH = "cluster.coredns_configuration"
_COREFILE = f"{_PATH}.corefile"
_KEYS = (
    *("affinity", "autoScaling", "computeType", "corefile", "nodeSelector", "podAnnotations", "podDisruptionBudget"),
    *("podLabels", "replicaCount", "resources", "tolerations", "topologySpreadConstraints"),
)

_SCALING = {"enabled": bool, "minReplicas": int, "maxReplicas": int}
_WORDS = {bool: "true or false", int: "a number, without quotes"}


def _given(settings: Settings) -> dict[str, Any]:
    return (settings.cluster and settings.cluster.coredns_configuration) or {}


@rule(
    "coredns-configuration-is-known",
    "error",
    must="have keys of the add-on's schema, with numbers for replicas and true or false for a switch",
    why="EKS refuses any other one: CoreDNS is not made, or keeps what it has, and the deploy is rolled back",
    source="aws eks describe-addon-configuration --addon-name coredns, of v1.14; EKS API reference, UpdateAddon",
    fix="mend the key; acknowledge one that a newer version of the add-on has",
    paths=(_PATH,),
)
def coredns_configuration_is_known(settings: Settings) -> Iterator[At]:
    """Find other keys, with the nearest one, and text where the schema has a number or a switch."""
    given = _given(settings)
    for key in given:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            yield At(_PATH, key, f"write {near}" if near else "")
    scaling = given.get("autoScaling", {})
    scalars: dict[str, tuple[Any, type]] = {"replicaCount": (given.get("replicaCount", 2), int)}
    if isinstance(scaling, dict):
        known = ((key, value) for key, value in scaling.items() if key in _SCALING)
        scalars |= {f"autoScaling.{key}": (value, _SCALING[key]) for key, value in known}
    for key, (value, kind) in scalars.items():
        if type(value) is not kind:
            yield At(f"{_PATH}.{key}", show(value), f"write {_WORDS[kind]}")


@rule(
    "corefile-answers-the-cluster",
    "error",
    must="have the plugins kubernetes with the cluster's zone, health and ready, and forward for everything",
    why="without the first no name of the cluster resolves; kubelet asks the next two, and CoreDNS never gets ready; "
    "without the last pods have no other name while a cache restarts",
    source="coredns.io, plugins; aws/aws-cli#8192",
    fix="begin with the one that EKS makes, in how-to.md, Configure CoreDNS",
    paths=(_COREFILE, "pod_networking.dns_cache.cluster_domain"),
)
def corefile_answers_the_cluster(settings: Settings) -> Iterator[At]:
    """Find what a whole Corefile of the file's own lacks."""
    if (text := _given(settings).get("corefile")) is None:
        return
    found = blocks(text) if isinstance(text, str) else {}
    domain = settings.pod_networking.dns_cache.cluster_domain
    named = {words[0] for plugins in found.values() for words in plugins}
    lacks = [] if domain in answered(found) else [f"kubernetes {domain}"]
    lacks += [name for name in ("health", "ready") if name not in named]
    lacks += [] if any(words[0] == "forward" for words in found.get(".", ())) else ["forward"]
    if lacks:
        yield At(_COREFILE, f"none of {', '.join(lacks)}")


RULES = (coredns_configuration_is_known, corefile_answers_the_cluster)
