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
_READS_GROUPS, _NO_LONGER = (1, 22, 0), (1, 22, 2)


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


@rule(
    "vpc-cni-starts-with-its-rights",
    "warning",
    must="not be v1.22.0 or v1.22.1",
    why="these two end where the role of aws-node lacks ec2:DescribeSecurityGroups, as policies of one's own often do: "
    "no pod starts on the node any more",
    source="aws/amazon-vpc-cni-k8s#3705, and pkg/ipamd/ipamd.go of its releases, RefreshCustomSGIDs",
    fix="take v1.22.2 or later",
    paths=(CNI, "pod_networking.env"),
)
def vpc_cni_starts_with_its_rights(settings: Settings) -> Iterator[At]:
    """Find the releases that look for groups when they start; without discovery of subnets they do not."""
    pods, version = settings.pod_networking, settings.pod_networking.vpc_cni.version
    looks = pods.env.get("ENABLE_SUBNET_DISCOVERY") != "false" and not pods.custom_networking
    if looks and _READS_GROUPS <= number(version) < _NO_LONGER:
        yield At(CNI, version)


RULES = (
    addon_takes_a_configuration,
    addon_takes_init_variables,
    addon_update_keeps_the_values,
    vpc_cni_starts_with_its_rights,
)
