"""Rules about values with which aws-node does not start, or sends packets where the review does not look."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from review.rules.at import At
from review.rules.rule import rule
from settings.problems import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from settings import Settings

MOST_CHARACTERS = 7500  # as constructs/podnet/aws_node_env/limits.py
_ENV = "pod_networking.env"
_README = "aws/amazon-vpc-cni-k8s, README.md"
_LONGEST_PREFIX, _RESERVED = 4, {"eth", "lo", "vlan"}
_MTU = range(576, 9002)
_TARGETS = {"WARM_PREFIX_TARGET": "1", "WARM_IP_TARGET": "0", "MINIMUM_IP_TARGET": "0"}  # defaults of the manifest
_CUSTOM = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
_UNMEASURED = {_CUSTOM: "true", "AWS_VPC_CNI_NODE_PORT_SUPPORT": "false", "ENABLE_MULTI_NIC": "true"}


def _refused(env: Mapping[str, str]) -> Iterator[str]:
    """Yield the variables whose values make aws-node exit."""
    if env.get("AWS_VPC_K8S_PLUGIN_LOG_FILE") == "stdout":
        yield "AWS_VPC_K8S_PLUGIN_LOG_FILE"
    prefix = env.get("AWS_VPC_K8S_CNI_VETHPREFIX", "eni")
    if len(prefix) > _LONGEST_PREFIX or prefix in _RESERVED:
        yield "AWS_VPC_K8S_CNI_VETHPREFIX"
    if not re.fullmatch("[0-9]+", env.get("IP_COOLDOWN_PERIOD", "30")):
        yield "IP_COOLDOWN_PERIOD"
    for name in ("AWS_VPC_ENI_MTU", "POD_MTU"):
        if not re.fullmatch("[0-9]{3,4}", env.get(name, "9001")) or int(env.get(name, "9001")) not in _MTU:
            yield name
    targets = [env.get(name, usual) for name, usual in _TARGETS.items()]
    if env.get("ENABLE_PREFIX_DELEGATION") == "true" and all(value <= "0" for value in targets):
        yield "WARM_PREFIX_TARGET"


@rule(
    "aws-node-starts-with-the-values",
    "error",
    must="be a value that aws-node takes when it starts",
    why="it exits otherwise, on one node after the other, and no pod starts there any more",
    source="aws/amazon-vpc-cni-k8s, cmd/aws-vpc-cni/main.go, validateEnvVars",
    fix="a veth prefix has up to four letters, an MTU is 576 to 9001, prefix delegation needs a target above 0",
    paths=(_ENV,),
)
def aws_node_starts_with_the_values(settings: Settings) -> Iterator[At]:
    """Find what aws-node's own check refuses."""
    env = settings.pod_networking.env
    for name in _refused(env):
        yield At(f"{_ENV}.{name}", show(env[name]))


@rule(
    "flows-are-known-for-the-variables",
    "warning",
    must="leave the ways of packets as the review knows them",
    why="the flows below were measured without it: with it pods may leave by other interfaces and other groups",
    source=f"{_README}; docs/dataplane.md",
    fix="remove it, or measure it on a cluster and acknowledge it",
    paths=(_ENV,),
)
def flows_are_known_for_the_variables(settings: Settings) -> Iterator[At]:
    """Find variables that the model of the flows does not have."""
    for name, value in _UNMEASURED.items():
        if settings.pod_networking.env.get(name) == value:
            yield At(f"{_ENV}.{name}", value)


@rule(
    "custom-networking-finds-its-configs",
    "warning",
    must="be left out of a new cluster until it has an ENIConfig for each zone",
    why="podnet makes none, and without one the pool of a node stays empty: aws-node ends, no node gets ready, and the "
    "deploy of the node groups fails",
    source="aws/amazon-vpc-cni-k8s, pkg/ipamd/ipamd.go, handlePreScaling; EKS user guide, Custom networking",
    fix="deploy as far as the stack PodNetworking, apply the ENIConfigs, deploy the rest, and acknowledge it",
    paths=(f"{_ENV}.{_CUSTOM}",),
)
def custom_networking_finds_its_configs(settings: Settings) -> Iterator[At]:
    """Find it in a file that makes the cluster; an existing cluster's owner has them."""
    if settings.cluster and settings.pod_networking.custom_networking:
        yield At(f"{_ENV}.{_CUSTOM}", "true")


@rule(
    "network-policies-do-not-cut-pods-off",
    "warning",
    must="be standard where not every pod has a network policy",
    why="with network policies on, strict denies everything to and from a pod until a policy selects it, CoreDNS too; "
    "they are off where podnet makes the add-on",
    source=f"{_README}, NETWORK_POLICY_ENFORCING_MODE",
    fix="remove it, or acknowledge it when every pod has a policy",
    paths=(f"{_ENV}.NETWORK_POLICY_ENFORCING_MODE",),
)
def network_policies_do_not_cut_pods_off(settings: Settings) -> Iterator[At]:
    """Find the network policies' own strict mode."""
    if settings.pod_networking.env.get("NETWORK_POLICY_ENFORCING_MODE") == "strict":
        yield At(f"{_ENV}.NETWORK_POLICY_ENFORCING_MODE", "strict")


@rule(
    "variables-fit-an-event",
    "error",
    must="have at most 7,500 characters together with all other variables, written as JSON",
    why="the schedule of the watch carries them in its event, for which EventBridge has 8,192",
    source="EventBridge API reference, Target, Input",
    fix="merge ranges, or shorten values",
    paths=(_ENV, "pod_networking.exclude_snat_cidrs"),
)
def variables_fit_an_event(settings: Settings) -> Iterator[At]:
    """Find more than the construct takes."""
    size = len(json.dumps(settings.pod_networking.variables()))
    if size > MOST_CHARACTERS:
        excluded = len(settings.pod_networking.exclude_snat_cidrs)
        yield At(_ENV, f"{size:,}, with {excluded} ranges in exclude_snat_cidrs", final=True)


RULES = (
    aws_node_starts_with_the_values,
    flows_are_known_for_the_variables,
    custom_networking_finds_its_configs,
    network_policies_do_not_cut_pods_off,
    variables_fit_an_event,
)
