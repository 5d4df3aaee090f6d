"""Rules about what a version of the add-on can carry, and what an update does to values that others set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from review.rules.versions import CNI, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from settings import Settings

_OWN = "pod_networking.addon_configuration"
_SINCE, _INIT_CERTAIN_AT = (1, 12, 0), (1, 15, 1)


@rule(
    "addon-takes-a-configuration",
    "error",
    must="be v1.12.0 or later where addon_configuration is true",
    why="older versions of the add-on have no configuration values, and the stack fails",
    source="aws/containers-roadmap#1333",
    fix="take a newer version, or set addon_configuration: false",
    paths=(CNI, _OWN),
)
def addon_takes_a_configuration(settings: Settings) -> Iterator[At]:
    """Find add-ons without configuration values."""
    pods = settings.pod_networking
    if settings.cluster and pods.addon_configuration and number(pods.vpc_cni.version) < _SINCE:
        yield At(CNI, pods.vpc_cni.version)


@rule(
    "addon-takes-init-variables",
    "warning",
    must="be v1.15.1 or later where the configuration holds init.env",
    why="init.env, where DISABLE_TCP_EARLY_DEMUX belongs, is certain from v1.15.1 on; earlier schemas may refuse it",
    source="configuration schema of vpc-cni v1.15.1-eksbuild.1; aws/amazon-vpc-cni-k8s#2272",
    fix="take a newer version, or set disable_tcp_early_demux: false or addon_configuration: false",
    paths=(CNI, _OWN, "pod_networking.disable_tcp_early_demux"),
)
def addon_takes_init_variables(settings: Settings) -> Iterator[At]:
    """Find add-ons whose schema may lack init.env."""
    pods = settings.pod_networking
    carried = settings.cluster and pods.addon_configuration and pods.disable_tcp_early_demux
    if carried and _SINCE <= number(pods.vpc_cni.version) < _INIT_CERTAIN_AT:
        yield At(CNI, pods.vpc_cni.version)


@rule(
    "addon-update-keeps-the-values",
    "warning",
    must="be PRESERVE where addon_configuration is false",
    why="with NONE an update of the add-on fails on values that podnet set, with OVERWRITE it resets them",
    source="EKS API reference, UpdateAddon, resolveConflicts; aws/amazon-vpc-cni-k8s#2607",
    fix="set resolve_conflicts: PRESERVE, or addon_configuration: true",
    paths=("pod_networking.vpc_cni.resolve_conflicts", _OWN),
)
def addon_update_keeps_the_values(settings: Settings) -> Iterator[At]:
    """Find updates that collide with the patch."""
    pods = settings.pod_networking
    if settings.cluster and not pods.addon_configuration and pods.vpc_cni.resolve_conflicts != "PRESERVE":
        yield At("pod_networking.vpc_cni.resolve_conflicts", pods.vpc_cni.resolve_conflicts)


RULES = (addon_takes_a_configuration, addon_takes_init_variables, addon_update_keeps_the_values)
